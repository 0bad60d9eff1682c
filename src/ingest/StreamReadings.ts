/** Reads, at an interval, what metrics cannot read by themselves. */
import { Duration, Effect } from "effect"
import type { Fate } from "../domain/Fate.ts"
import type { StreamName } from "../domain/StreamName.ts"
import { lesser } from "../pipeline/LedgerEntry.ts"
import type { StreamLedger } from "../pipeline/StreamLedger.ts"
import type { DeliveryProgress, Subscription } from "../pubsub/Subscriber.ts"
import { Metrics } from "../telemetry/Metrics.ts"
import type { LimitShares } from "../telemetry/Saturation.ts"
import type { PauseReason } from "../telemetry/StreamSeries.ts"
import { readingTickMillis } from "./Limits.ts"
import type { StreamStatus } from "./StreamEvidence.ts"

/** A stream that is read. */
export interface ReadStream {
  readonly stream: StreamName
  readonly subscription: Pick<Subscription, "progress"> & { readonly status: Effect.Effect<StreamStatus> }
  readonly ledger: Pick<StreamLedger<Fate>, "held" | "oldestMicros">
  /** Why intake stands still; undefined while it does not. */
  readonly pausedBy: () => PauseReason | undefined
  /** How much of its own limits is used. */
  readonly used: () => UsedByStream
}

/** What one stream uses of its own limits. **Units**: shares, 0 to 1. */
export type UsedByStream = Pick<LimitShares, "slots" | "retry-places" | "waiting-room">

/** Reads these streams and the orders watermark (µs, `-Infinity` to `Infinity`) repeatedly; never ends. */
export const readStreams = (
  streams: ReadonlyArray<ReadStream>,
  watermark: Effect.Effect<number>
): Effect.Effect<never, never, Metrics> =>
  Effect.gen(function* () {
    const metrics = yield* Metrics
    for (;;) {
      const used = { slots: 0, credit: 0, "waiting-room": 0, "retry-places": 0 }
      for (const { ledger, pausedBy, stream, subscription, used: usedBy } of streams) {
        const { held, leasesLost, outstandingShare } = yield* subscription.status
        const { oldestUndeliveredMicros } = yield* progressOf(subscription)
        yield* metrics.read(stream, {
          leasesLost,
          oldestUnsettledMicros: lesser(ledger.oldestMicros(), oldestUndeliveredMicros),
          imbalance: ledger.held() - held,
          pausedBy: pausedBy()
        })
        // Another process helps where one of the two streams is at a limit.
        const here = { ...usedBy(), credit: outstandingShare }
        for (const limit of usedLimits) used[limit] = Math.max(used[limit], here[limit])
      }
      yield* metrics.limitsRead(used)
      yield* metrics.watermarkRead(yield* watermark)
      yield* Effect.sleep(Duration.millis(readingTickMillis))
    }
  })

const usedLimits = ["slots", "credit", "waiting-room", "retry-places"] as const

/** The progress of a subscription; where it reports none, it never counts as quiet. */
export const progressOf = ({ progress }: Pick<Subscription, "progress">): Effect.Effect<DeliveryProgress> =>
  progress ?? Effect.succeed(nothingRead)

/** The progress where nothing is read. */
export const nothingRead: DeliveryProgress = {
  oldestUndeliveredMicros: undefined,
  quietMillis: 0,
  mayBeLost: false,
  provenAtMillis: Number.NEGATIVE_INFINITY,
  heardAtMillis: Number.NEGATIVE_INFINITY
}
