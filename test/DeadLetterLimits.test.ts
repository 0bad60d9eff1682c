import { assert, describe, it } from "@effect/vitest"
import * as CassandraLimits from "../src/cassandra/Limits.ts"
import * as CliLimits from "../src/cli/Limits.ts"
import * as DeadLetterLimits from "../src/deadletters/Limits.ts"
import * as IngestLimits from "../src/ingest/Limits.ts"
import * as PubSubLimits from "../src/pubsub/Limits.ts"
import { maxRequestBytes } from "../src/pubsub/MessageLimits.ts"

describe("the limits of what works on dead letters", () => {
  it("a look is quiet for longer than quiet takes to be proved, and holds what it reads for longer than it may stall", () => {
    const { lookOutstandingMessages, lookQuietSeconds, lookReleaseSeconds, lookUnconnectedSeconds } =
      DeadLetterLimits
    assert.isAbove(lookQuietSeconds * 1_000, PubSubLimits.connectionProofMillis)
    assert.isBelow(lookQuietSeconds, PubSubLimits.leaseSeconds)
    assert.isBelow(lookUnconnectedSeconds + lookReleaseSeconds, PubSubLimits.heldIdsLeaseSeconds)
    assert.strictEqual(lookUnconnectedSeconds, CliLimits.serverTimeoutSeconds)
    assert.isAtLeast(lookOutstandingMessages, 2 * DeadLetterLimits.lookBatch)
  })

  it("[G6] commands on dead letters leave the table to `run`", () => {
    assert.isAtMost(CliLimits.redriveStatementsAtOnce, CassandraLimits.inFlightMax / 10)
  })

  it("[G6] the redrives of `run` leave the table and the memory to it", () => {
    const { rateGrantsASecond, redriveOutstandingBytes, redriveOutstandingMessages, redriveRate } =
      IngestLimits
    assert.isAtMost(redriveRate / rateGrantsASecond, CassandraLimits.inFlightMax / 50)
    assert.isAtLeast(redriveOutstandingBytes, maxRequestBytes)
    assert.isAtMost(redriveOutstandingBytes, DeadLetterLimits.lookOutstandingBytes / 4)
    // What it has received is tried before its lease would have to be extended many times.
    assert.isBelow(redriveOutstandingMessages / redriveRate, PubSubLimits.leaseSeconds)
  })

  it("the shortest interval of a redrive is longer than one that finds nothing, and its jitter spreads processes", () => {
    const { redriveIntervalMinSeconds, redriveJitter, redrivePatienceMillis } = IngestLimits
    assert.isAtLeast(redriveIntervalMinSeconds, 2 * DeadLetterLimits.lookQuietSeconds)
    assert.isBelow(redriveJitter, 1)
    assert.isAtLeast(redriveJitter * redriveIntervalMinSeconds, DeadLetterLimits.lookQuietSeconds)
    assert.strictEqual(redrivePatienceMillis, CliLimits.serverTimeoutSeconds * 1_000)
  })
})
