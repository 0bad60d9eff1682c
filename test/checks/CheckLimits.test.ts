import { assert, describe, it } from "@effect/vitest"
import * as CheckLimits from "../../src/checks/Limits.ts"
import * as CliLimits from "../../src/cli/Limits.ts"
import { graceSafeSeconds } from "../../src/config/ProcessingSection.ts"
import * as FactsLimits from "../../src/facts/Limits.ts"
import * as PubSubLimits from "../../src/pubsub/Limits.ts"

describe("Limits of checks", () => {
  it("[G5] what `doctor` allows Pub/Sub leaves an order time to come again within the shortest safe grace", () => {
    assert.isBelow(CheckLimits.longestBackoffSeconds + PubSubLimits.leaseSeconds, graceSafeSeconds)
    assert.strictEqual(CheckLimits.crashRedeliverySeconds, FactsLimits.progressTtlSeconds)
    assert.isAtMost(CheckLimits.leastRetentionDays, CliLimits.retentionDays)
  })

  it("[G6] `doctor --live` ends within a minute, and waits long enough for a lease that ends", () => {
    const { liveDeliverySeconds, liveGraceSeconds, liveProofSeconds, liveShutdownSeconds, scratchSeconds } =
      CheckLimits
    assert.isAtMost(CliLimits.serverTimeoutSeconds + CliLimits.liveSeconds + scratchSeconds, 60)
    const stop = liveShutdownSeconds + PubSubLimits.closeTimeoutSeconds
    assert.isAtMost(liveDeliverySeconds + liveProofSeconds + stop, CliLimits.liveSeconds)
    assert.isAtLeast(liveProofSeconds, 2 * PubSubLimits.leaseSeconds)
    // No payment of a proof is given up while its order is on the way.
    assert.isAbove(liveGraceSeconds, liveProofSeconds)
    assert.isAbove(CheckLimits.scratchLeftMillis, 10 * 60_000)
    assert.isBelow(CheckLimits.livePairs * CheckLimits.livePaceMillis * 2, (liveProofSeconds * 1_000) / 2)
  })
})
