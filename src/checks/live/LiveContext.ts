/** What every proof works with. */
import { Clock, Duration, Effect, Option, Result } from "effect"
import { FactStore } from "../../facts/FactStore.ts"
import type { ProcessingSettings } from "../../ingest/ProcessingSettings.ts"
import type { Message } from "../../pubsub/Message.ts"
import { Publisher } from "../../pubsub/Publisher.ts"
import { monotonicMillis } from "../../time/MonotonicClock.ts"
import { livePollMillis } from "../Limits.ts"
import { differences, type LivePair } from "./LiveMessages.ts"
import type { Seen } from "./LivePorts.ts"
import type { NotProved } from "./LiveReading.ts"
import type { ScratchChannels } from "./ScratchNames.ts"

/** What is proved, and where. */
export interface LiveOptions {
  readonly channels: ScratchChannels
  readonly processing: ProcessingSettings
  /** Names this proof in its messages. */
  readonly run: string
  /** Its messages have ids from here on; nothing else in the table has. */
  readonly firstOrderId: number
}

/** A message that was accepted. */
export interface LivePublished {
  readonly messageId: string
  /** When it was handed to the publisher. **Units**: ms of a monotonic clock. */
  readonly atMillis: number
}

/** What every proof works with. */
export interface LiveContext extends LiveOptions {
  readonly seen: Seen
  readonly now: () => number
  readonly publish: (topic: string, message: Message) => Effect.Effect<LivePublished, NotProved>
  /** How long the proofs may still go on. **Units**: milliseconds. */
  readonly millisLeft: () => number
  /** Suspends until the condition holds; `late` when the time of all proofs is over. */
  readonly until: <E>(
    what: string,
    condition: Effect.Effect<boolean, E>
  ) => Effect.Effect<void, NotProved | E>
  /** Fails where the row of a pair is not what it has to be. */
  readonly sameRow: (pair: LivePair) => Effect.Effect<void, NotProved>
}

/** Makes the context; the time of the proofs begins. **Units**: seconds. */
export const makeLiveContext = (options: LiveOptions, seen: Seen, withinSeconds: number) =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const publisher = yield* Publisher
    const facts = yield* FactStore
    const now = () => monotonicMillis(clock)
    const deadline = now() + withinSeconds * 1000
    const context: LiveContext = {
      ...options,
      seen,
      now,
      millisLeft: () => Math.max(0, deadline - now()),
      publish: Effect.fnUntraced(function* (topic, message) {
        const atMillis = now()
        const attributes = { ...message.attributes, "live-run": options.run }
        const [answer] = yield* publisher.publish(topic, [{ ...message, attributes }])
        if (answer === undefined) return yield* failed(`${topic} gave no answer`)
        if (Result.isFailure(answer)) return yield* failed(answer.failure.message)
        return { messageId: answer.success, atMillis }
      }),
      until: Effect.fnUntraced(function* (what, condition) {
        while (!(yield* condition)) {
          if (context.millisLeft() === 0) return yield* late(`${what} within ${withinSeconds} s`)
          yield* Effect.sleep(Duration.millis(livePollMillis))
        }
      }),
      sameRow: Effect.fnUntraced(function* ({ orderId, row }) {
        const found = yield* Effect.mapError(facts.get(orderId), ({ message }) =>
          notProved("failed", message)
        )
        const wrong = differences(row, Option.getOrUndefined(found))
        if (wrong !== "") return yield* failed(`of order ${orderId} ${wrong}`)
      })
    }
    return context
  })

const notProved = (why: NotProved["why"], detail: string): NotProved => ({ why, detail })

/** It is not so. */
export const failed = (detail: string) => Effect.fail(notProved("failed", detail))

/** It did not come about in time. */
export const late = (what: string) => Effect.fail(notProved("late", `did not see ${what}`))

/** It was not tried. */
export const untried = (detail: string) => Effect.fail(notProved("untried", detail))
