/** Checks whether anything new can still come by a subscription: its streams stay open, and quiet, when nothing can. */
import { Clock, Effect, Latch } from "effect"
import { monotonicMillis } from "../../../time/MonotonicClock.ts"
import { connectionProofMillis } from "../../Limits.ts"
import { type PubSubError, undeliverable } from "../../PubSubError.ts"
import type { ResolvedOptions } from "../../SubscriptionOptions.ts"
import type { GoogleClient } from "../GoogleClient.ts"
import { callOnce } from "./Calls.ts"
import { codeOf, Status } from "./ErrorClassification.ts"
import { toSubscriptionInfo } from "./ResourceInfo.ts"

/** What is known of a subscription's topic. */
export interface SourceCheck {
  /**
   * When the last check began that found nothing wrong: up to then the stream's silence means that there was nothing.
   *
   * **Units**: milliseconds of a monotonic clock; `-Infinity` for never.
   */
  readonly soundAt: () => number
  /** Why nothing new can come; undefined where it can, or where that is not known. */
  readonly error: () => PubSubError | undefined
  /** Asks for a check; at most one is made in `connectionProofMillis`. */
  readonly ask: () => void
  /** Makes the checks that are asked for. */
  readonly run: Effect.Effect<never>
}

/**
 * The check of one subscription: one small request, whose answer also proves that nothing else is on its way to us.
 *
 * A caller that may not look at the subscription (`pubsub.subscriptions.get`) cannot know, and takes it for sound. Where
 * the subscription is gone, `onMissing` is called: some servers keep the streams of what was deleted open.
 */
export const makeSourceCheck = (
  connection: GoogleClient["Service"]["subscriber"],
  { settleCallMillis, subscription }: ResolvedOptions,
  onMissing: () => void
): Effect.Effect<SourceCheck> =>
  Effect.map(Clock.Clock, (clock) => {
    const asked = Latch.makeUnsafe()
    let soundAt = Number.NEGATIVE_INFINITY
    let error: PubSubError | undefined

    const described = callOnce(
      connection,
      "get subscription",
      subscription,
      settleCallMillis,
      (api, callOptions) => api.getSubscription({ subscription }, callOptions)
    )
    const check = Effect.suspend(() => {
      const begunAt = monotonicMillis(clock)
      return Effect.match(described, {
        onSuccess: ([answer]) => {
          error = undeliverable(toSubscriptionInfo(subscription, answer))
          if (error === undefined) soundAt = begunAt
        },
        onFailure: (failure) => {
          if (failure.reason._tag === "ResourceMissing") {
            error = failure
            onMissing()
          } else if (error === undefined && tellsNothingEver(failure)) soundAt = begunAt
        }
      })
    })

    return {
      soundAt: () => soundAt,
      error: () => error,
      ask: () => asked.openUnsafe(),
      run: asked.await.pipe(
        Effect.andThen(check),
        Effect.andThen(Effect.sync(() => asked.closeUnsafe())),
        Effect.andThen(Effect.sleep(connectionProofMillis)),
        Effect.forever
      )
    }
  })

/** Whether the server answers whoever we are, and will never describe the subscription to us. */
const tellsNothingEver = ({ reason }: PubSubError): boolean =>
  reason._tag === "AccessDenied" || codeOf(reason.cause) === Status.Unimplemented
