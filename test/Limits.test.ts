import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import * as CassandraLimits from "../src/cassandra/Limits.ts"
import * as CheckLimits from "../src/checks/Limits.ts"
import { stopSeconds } from "../src/checks/Needs.ts"
import * as CliLimits from "../src/cli/Limits.ts"
import * as DeadLetterLimits from "../src/deadletters/Limits.ts"
import * as DomainLimits from "../src/domain/Limits.ts"
import { remarkBytesMax } from "../src/domain/Wrapping.ts"
import * as FactsLimits from "../src/facts/Limits.ts"
import * as HttpLimits from "../src/http/Limits.ts"
import * as IngestLimits from "../src/ingest/Limits.ts"
import * as PipelineLimits from "../src/pipeline/Limits.ts"
import * as PubSubLimits from "../src/pubsub/Limits.ts"
import { maxAttributeValueBytes, maxRequestBytes, maxRequestMessages } from "../src/pubsub/MessageLimits.ts"
import * as SampleLimits from "../src/sample/Limits.ts"
import * as TelemetryLimits from "../src/telemetry/Limits.ts"
import * as TimeLimits from "../src/time/Limits.ts"

const leaseMillis = PubSubLimits.leaseSeconds * 1_000

const all = [
  CheckLimits,
  CliLimits,
  PubSubLimits,
  CassandraLimits,
  TimeLimits,
  PipelineLimits,
  DomainLimits,
  IngestLimits,
  TelemetryLimits,
  HttpLimits,
  FactsLimits,
  DeadLetterLimits,
  SampleLimits
].flatMap((limits) => Object.entries(limits))

describe("Limits", () => {
  it("every limit is a number above zero, or a list of such", () => {
    for (const [name, limit] of all) {
      for (const value of [limit].flat()) assert.isTrue(Number.isFinite(value) && value > 0, name)
    }
  })

  it("an incident file is written within seconds, whatever does not answer, and who waits for it waits longer", () => {
    const { incidentAnswerMillis, incidentChecksMillis } = HttpLimits
    assert.isBelow(CliLimits.incidentGroupSeconds * 1_000, incidentChecksMillis)
    assert.isBelow(incidentChecksMillis, 10_000)
    assert.isBelow(2 * incidentChecksMillis, CliLimits.incidentSeconds * 1_000)
    assert.isBelow(CliLimits.incidentSeconds * 1_000, incidentAnswerMillis)
  })

  it("[G4] a silent host is found within a second, and the next sign of life is asked for when one is late", () => {
    const { hostTickMillis, probeMillis, probeTimeoutMillis, silentMillis, suspectMillis } = CassandraLimits
    assert.isBelow(silentMillis + 2 * hostTickMillis, 1_000)
    assert.isBelow(suspectMillis + hostTickMillis, silentMillis)
    assert.isBelow(probeMillis, probeTimeoutMillis)
    // Before the driver gives a request up, it was sent elsewhere; and silence is one well before it is shown.
    assert.isBelow(silentMillis + hostTickMillis, CassandraLimits.answerMillis / 5)
    assert.isBelow(silentMillis, IngestLimits.outageMillis)
  })

  it("[G4] a cluster whose addresses have changed is connected to within 30 s", () => {
    const { connectSeconds, disconnectedMillis, lostMillis, lostTickMillis } = CassandraLimits
    const found = Math.max(lostMillis, disconnectedMillis) + 2 * lostTickMillis
    const wait = TimeLimits.retryCapMillis * (1 + TimeLimits.retryJitter)
    // The attempt under way when the name changes fails in its whole time, and the next succeeds within half of it.
    assert.isAtMost(Math.max(found, connectSeconds * 1_000 + wait) + connectSeconds * 500, 30_000)
    assert.isBelow(lostMillis, CassandraLimits.answerMillis)
  })

  it("[G1] a lease is extended at least twice before it ends", () => {
    assert.isAtLeast(PubSubLimits.leaseSeconds, 2 * PubSubLimits.leaseExtendSeconds)
    assert.isBelow(PubSubLimits.leaseTickMillis, PubSubLimits.leaseExtendSeconds * 1_000)
  })

  it("[G1] acknowledgements that wait for others need no lease extended, and take few of the slots", () => {
    const { ackGatherCallers, ackGatherMillis, ackGatherMax, leaseTickMillis, settleDelayMillis } =
      PubSubLimits
    assert.isAbove(ackGatherMillis, settleDelayMillis)
    assert.isBelow(ackGatherMillis, leaseTickMillis)
    assert.isAtMost(ackGatherCallers, PipelineLimits.batchesAtOnce / 2)
    assert.isBelow(ackGatherMax, PubSubLimits.ackRequestMaxIds)
  })

  it("[G6] the lease of 100,000 held ids is extended twice before it ends, by few requests a second", () => {
    assert.isAtLeast(PubSubLimits.heldIdsLeaseSeconds, 2 * PubSubLimits.heldIdsExtendSeconds)
    const requests = Math.ceil(PubSubLimits.heldIdsMax / PubSubLimits.ackRequestMaxIds)
    assert.isAtMost(requests / PubSubLimits.heldIdsExtendSeconds, 2)
  })

  it("[G4] a request for leases that gets no answer leaves time for a second one before they run out", () => {
    const oneTry = PubSubLimits.leaseTickMillis + PubSubLimits.leaseCallSeconds * 1_000
    assert.isBelow(PubSubLimits.leaseExtendSeconds * 1_000 + 2 * oneTry, leaseMillis)
  })

  it("[G4] the longest retry wait, and a table's answer after it, end well within the total lease", () => {
    const worstWait = TimeLimits.retryCapMillis * (1 + TimeLimits.retryJitter)
    assert.isBelow(worstWait + CassandraLimits.answerMillis, (PubSubLimits.leaseTotalMinutes * 60_000) / 10)
  })

  it("[G4] a retry comes sooner than a lease ends, so that an outage's end is noticed within one lease", () => {
    assert.isBelow(TimeLimits.retryCapMillis * (1 + TimeLimits.retryJitter), leaseMillis)
  })

  it("[G4] a failure counts for health until what failed was tried again and answered", () => {
    const stretch = 1 + TimeLimits.retryJitter
    const retried = TimeLimits.retryCapMillis * stretch
    const looked = IngestLimits.recheckCapMillis * stretch + IngestLimits.waitingRoomTickMillis
    const published = PubSubLimits.publishTimeoutSeconds * 1_000 + DeadLetterLimits.deadLetterDelayMillis
    assert.isBelow(
      Math.max(retried, looked) + Math.max(CassandraLimits.answerMillis, published),
      IngestLimits.evidenceMillis
    )
  })

  it("[G4] an outage's window holds several looks, and a stream that is opened anew is within its own", () => {
    assert.isBelow(IngestLimits.pingSoonMillis, IngestLimits.outageMillis)
    assert.isAtMost(IngestLimits.healthTickMillis * 4, IngestLimits.outageMillis)
    assert.isAtMost(IngestLimits.healthTickMillis * 2, IngestLimits.pausedMillis)
    assert.isBelow(PubSubLimits.streamOpenMillis * 2, IngestLimits.disconnectedMillis)
    const slowStart = PubSubLimits.streamOpenMillis + PubSubLimits.connectionAnswerSeconds * 1_000
    assert.isBelow(slowStart, IngestLimits.startingMillis)
    assert.deepStrictEqual(
      [...IngestLimits.recoveryMillis].sort((one, other) => one - other),
      [...IngestLimits.recoveryMillis]
    )
    assert.isBelow(Math.max(...IngestLimits.recoveryMillis), IngestLimits.relapseWithinMillis)
  })

  it("[G4] a refused login is tried three times while it counts, and for long before the process ends", () => {
    assert.isAtMost(3 * CassandraLimits.loginRetryMillis, CassandraLimits.loginStaleMillis)
    assert.isBelow(CassandraLimits.loginStaleMillis, CliLimits.loginRefusedMinutes * 60_000)
    assert.isBelow(CliLimits.loginTickSeconds * 1_000, CassandraLimits.loginRetryMillis)
  })

  it("[G5] an early payment is rechecked sooner than a lease ends", () => {
    assert.isBelow(IngestLimits.recheckBaseMillis, IngestLimits.recheckCapMillis)
    assert.isBelow(IngestLimits.recheckCapMillis * (1 + TimeLimits.retryJitter), leaseMillis)
    assert.isAtMost(IngestLimits.waitingRoomTickMillis, IngestLimits.recheckBaseMillis)
  })

  it("[G5] a quiet stream counts as caught up before the orders of a killed process would come back", () => {
    // Hence the grace of 2 leases and 5 s: the watermark alone does not wait for them.
    assert.isBelow(IngestLimits.caughtUpAfterMillis, leaseMillis)
  })

  it("[G5] quiet is proved in time to count as caught up, and a dead connection is known before it is replaced", () => {
    assert.isAtMost(PubSubLimits.connectionProofMillis, IngestLimits.caughtUpAfterMillis)
    assert.isBelow(PubSubLimits.connectionAnswerSeconds, PubSubLimits.connectionRenewSeconds)
    assert.isBelow(PubSubLimits.ackCallSeconds, PubSubLimits.connectionRenewSeconds)
  })

  it("[G5] a row is renewed three times within the time in which it must be seen to change", () => {
    const { progressReadMillis, progressRenewMillis, progressSeenMillis } = IngestLimits
    assert.isAtMost(2 * progressRenewMillis + progressRenewMillis + progressReadMillis, progressSeenMillis)
    assert.isBelow(2 * FactsLimits.progressAnswerMillis, progressSeenMillis)
  })

  it("[G5] a process has given its orders back, and another has them, before its row is gone", () => {
    const nextTry = TimeLimits.retryCapMillis * (1 + TimeLimits.retryJitter) + CassandraLimits.answerMillis
    const closed = IngestLimits.earlyCloseMillis + PubSubLimits.closeTimeoutSeconds * 1_000
    const givenBack = IngestLimits.earlyReleaseMillis + Math.max(nextTry, closed)
    assert.isBelow(Math.max(givenBack, IngestLimits.earlyReleaseLateMillis + closed) + leaseMillis, 60_000)
    assert.isAtLeast(FactsLimits.progressTtlSeconds, 60)
    assert.isAtLeast(PubSubLimits.givenBackSeconds, FactsLimits.progressTtlSeconds)
    assert.isBelow(IngestLimits.progressSeenMillis, IngestLimits.earlyReleaseMillis)
  })

  it("[G5] a dead letter is published within 10 s of the reading that it follows from", () => {
    const published = PubSubLimits.publishTimeoutSeconds * 1_000 + DeadLetterLimits.deadLetterDelayMillis
    assert.isBelow(IngestLimits.verdictMillis + published, 10_000)
    assert.isBelow(IngestLimits.progressReadMillis, IngestLimits.verdictMillis)
  })

  it("[G5] a freeze is longer than what looks at the clock takes, and shorter than a lease", () => {
    assert.isAtLeast(IngestLimits.freezeMillis, 5 * IngestLimits.progressTickMillis)
    assert.isBelow(IngestLimits.freezeMillis, leaseMillis)
  })

  it("[G5] what was sent to a dead stream or process has come again before verdicts go on", () => {
    // A process that stood still for as long as its row lives wakes up to one renewal later.
    const again = IngestLimits.progressRenewMillis + PubSubLimits.leaseSeconds * 1_000
    assert.isAbove(IngestLimits.expiredRowMillis, again + IngestLimits.progressRenewMillis)
    assert.isAtLeast(PubSubLimits.deadStreamSeconds, PubSubLimits.connectionRenewSeconds)
    // Verdicts are held up for less than what an unmatched payment may take beyond its grace.
    assert.isBelow(FactsLimits.progressTtlSeconds * 1_000 + IngestLimits.expiredRowMillis, 90_000)
    assert.isBelow(PubSubLimits.deadStreamSeconds + PubSubLimits.leaseSeconds, 90)
    assert.isAbove(PubSubLimits.sourceProofMillis, PubSubLimits.connectionProofMillis)
  })

  it("[G8] publishing gives up within a lease", () => {
    assert.isBelow(PubSubLimits.publishTimeoutSeconds, PubSubLimits.leaseSeconds)
  })

  it("[G8] a stop of default settings ends within the 30 s that Kubernetes gives, however little answers", () => {
    const defaultShutdownSeconds = 20
    const lastRowSeconds = IngestLimits.lastRowMillis / 1_000
    assert.isBelow(
      defaultShutdownSeconds +
        PubSubLimits.closeTimeoutSeconds +
        lastRowSeconds +
        CassandraLimits.drainSeconds,
      30
    )
  })

  it("[G8] a close that reads for as long as it may has 2 s left to settle", () => {
    assert.isAtLeast(PubSubLimits.closeTimeoutSeconds * 1_000 - PubSubLimits.streamRetireMillis, 2_000)
  })

  it("[G6] the default MAX_IN_FLIGHT_WRITES of 512 is below what the driver takes on one connection", () => {
    assert.strictEqual(CassandraLimits.inFlightMax, 512)
    assert.isBelow(CassandraLimits.inFlightMax, CassandraLimits.driverRequestsPerConnection)
  })

  it("[G6] sample traffic and acknowledgements stay within one request of the service", () => {
    assert.isAtMost(SampleLimits.publishRequestMessages, maxRequestMessages)
    assert.isAtLeast(PubSubLimits.streamMinBytes, maxRequestBytes)
    assert.isBelow(PubSubLimits.ackRequestMaxBytes, 512 * 1024)
  })

  it("[G3] the error of a schema violation fits an attribute, all its issues and the remark together", () => {
    assert.isBelow(DomainLimits.decodeIssuesShown * 200 + remarkBytesMax, maxAttributeValueBytes)
  })

  it("[G3] a refused row is tried 5 times before its first refusal is forgotten, and all that retry are remembered", () => {
    const stretch = 1 + TimeLimits.retryJitter
    const between = TimeLimits.retryCapMillis * stretch + FactsLimits.otherRowMillis
    assert.isBelow(FactsLimits.refusalsNeeded * between, FactsLimits.refusalMemoryMillis)
    assert.isAbove(FactsLimits.refusalMemoryMillis, FactsLimits.refusalMillis + CassandraLimits.answerMillis)
    const defaultMaxRetrying = 2_000
    assert.isAtLeast(FactsLimits.refusedRowsMax, 2 * defaultMaxRetrying)
  })

  it("[G4] a stream that cannot connect tries again long before a watchdog takes it for stuck", () => {
    const wait = TimeLimits.retryCapMillis * (1 + TimeLimits.retryJitter)
    const longest = wait + PubSubLimits.connectionRenewSeconds * 1_000
    assert.isBelow(longest, TelemetryLimits.watchdogTicks * TelemetryLimits.watchdogMillis)
  })

  it("[G6] lookups of early payments leave most of the statements to orders", () => {
    assert.isAtMost(IngestLimits.recheckBatchesAtOnce, PipelineLimits.batchesAtOnce / 2)
  })

  it("[G6] what waits for a collector is a small part of what a process needs beside its messages", () => {
    assert.isAtMost(TelemetryLimits.spanBytesMax, CheckLimits.processBaseBytes / 4)
  })

  it("[G8] the last spans make no stop longer than Kubernetes waits, with the default SHUTDOWN_TIMEOUT", () => {
    assert.isAtMost(stopSeconds({ shutdownTimeout: Duration.seconds(20) }), 30)
  })
})
