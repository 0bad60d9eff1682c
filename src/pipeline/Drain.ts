/** When everything that was waiting on subscriptions has its fate. */
import { Duration, Effect } from "effect"
import type { Subscription } from "../pubsub/Subscriber.ts"
import { drainPollMillis } from "./Limits.ts"
import type { StreamLedger } from "./StreamLedger.ts"

/** A stream that may be drained. */
export interface DrainedStream {
  readonly subscription: Pick<Subscription, "probe" | "progress">
  readonly ledger: Pick<StreamLedger<string>, "held">
}

/**
 * Suspends until all of these streams at once have delivered nothing for `quietMillis`, and hold nothing. Never, where a
 * subscription does not tell its progress. `streams`: undefined while they are not open.
 */
export const awaitDrained = (
  streams: () => ReadonlyArray<DrainedStream> | undefined,
  quietMillis: number
): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (;;) {
      const open = streams()
      if (open !== undefined) {
        for (const { subscription } of open) yield* subscription.probe
        const quiet = yield* Effect.forEach(open, quietMillisOf)
        const isQuiet = quiet.every((millis) => millis >= quietMillis)
        if (isQuiet && open.every(({ ledger }) => ledger.held() === 0)) return
      }
      yield* Effect.sleep(Duration.millis(drainPollMillis))
    }
  })

const quietMillisOf = ({ subscription }: DrainedStream): Effect.Effect<number> =>
  subscription.progress === undefined
    ? Effect.succeed(0)
    : Effect.map(subscription.progress, ({ quietMillis }) => quietMillis)
