import { assert, describe, it } from "@effect/vitest"
import * as CliLimits from "../../src/cli/Limits.ts"
import { remarkBytesMax } from "../../src/domain/Wrapping.ts"
import * as Limits from "../../src/ingest/Limits.ts"
import {
  maxAttributeValueBytes,
  maxRequestBytes,
  maxRequestMessages
} from "../../src/pubsub/MessageLimits.ts"

const leaseMillis = Limits.leaseSeconds * 1_000

describe("Limits", () => {
  it("every limit is a number above zero, or a list of such", () => {
    for (const [name, limit] of Object.entries({ ...Limits, ...CliLimits })) {
      for (const value of [limit].flat()) assert.isTrue(Number.isFinite(value) && value > 0, name)
    }
  })

  it("[G1] a lease is extended at least twice before it ends", () => {
    assert.isAtLeast(Limits.leaseSeconds, 2 * Limits.leaseExtendSeconds)
    assert.isBelow(Limits.leaseTickMillis, Limits.leaseExtendSeconds * 1_000)
  })

  it("[G4] a request for leases that gets no answer leaves time for a second one before they run out", () => {
    const oneTry = Limits.leaseTickMillis + Limits.leaseCallSeconds * 1_000
    assert.isBelow(Limits.leaseExtendSeconds * 1_000 + 2 * oneTry, leaseMillis)
  })

  it("[G4] the longest retry wait, and a table's answer after it, end well within the total lease", () => {
    const worstWait = Limits.retryCapMillis * (1 + Limits.retryJitter)
    assert.isBelow(worstWait + Limits.cassandraAnswerMillis, (Limits.leaseTotalMinutes * 60_000) / 10)
  })

  it("[G4] a retry comes sooner than a lease ends, so that an outage's end is noticed within one lease", () => {
    assert.isBelow(Limits.retryCapMillis * (1 + Limits.retryJitter), leaseMillis)
  })

  it("[G5] an early payment is rechecked sooner than a lease ends", () => {
    assert.isBelow(Limits.recheckBaseMillis, Limits.recheckCapMillis)
    assert.isBelow(Limits.recheckCapMillis * (1 + Limits.retryJitter), leaseMillis)
    assert.isAtMost(Limits.waitingRoomTickMillis, Limits.recheckBaseMillis)
  })

  it("[G5] a quiet stream counts as caught up before the orders of a killed process would come back", () => {
    // Hence the grace of 2 leases and 5 s: the watermark alone does not wait for them.
    assert.isBelow(Limits.caughtUpAfterMillis, leaseMillis)
  })

  it("[G5] quiet is proved in time to count as caught up, and a dead connection is known before it is replaced", () => {
    assert.isAtMost(Limits.connectionProofMillis, Limits.caughtUpAfterMillis)
    assert.isBelow(Limits.connectionAnswerSeconds, Limits.connectionRenewSeconds)
    assert.isBelow(Limits.ackCallSeconds, Limits.connectionRenewSeconds)
  })

  it("[G8] publishing gives up within a lease", () => {
    assert.isBelow(Limits.publishPatienceSeconds, Limits.leaseSeconds)
  })

  it("[G8] a stop of default settings ends within the 30 s that Kubernetes gives, however little answers", () => {
    const defaultShutdownSeconds = 20
    assert.isBelow(defaultShutdownSeconds + Limits.closePatienceSeconds + Limits.cassandraDrainSeconds, 30)
  })

  it("[G8] a close that reads for as long as it may has 2 s left to settle", () => {
    assert.isAtLeast(Limits.closePatienceSeconds * 1_000 - Limits.streamRetireMillis, 2_000)
  })

  it("[G6] the default MAX_IN_FLIGHT_WRITES of 512 is below what the driver takes on one connection", () => {
    assert.isBelow(512, Limits.driverRequestsPerConnection)
  })

  it("[G6] sample traffic and acknowledgements stay within one request of the service", () => {
    assert.isAtMost(Limits.publishRequestMessages, maxRequestMessages)
    assert.isAtLeast(Limits.streamMinBytes, maxRequestBytes)
    assert.isBelow(Limits.ackRequestMaxBytes, 512 * 1024)
  })

  it("[G3] the error of a schema violation fits an attribute, all its issues and the remark together", () => {
    assert.isBelow(Limits.decodeIssuesShown * 200 + remarkBytesMax, maxAttributeValueBytes)
  })

  it("[G6] lookups of early payments leave most of the statements to orders", () => {
    assert.isAtMost(Limits.recheckBatchesAtOnce, Limits.batchesAtOnce / 2)
  })
})
