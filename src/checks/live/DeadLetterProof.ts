/** Proves that what cannot be read comes back from the dead-letter topic as it was published. */
import { Duration, Effect, type Scope } from "effect"
import { openDeadLetters } from "../../deadletters/DeadLetterReader.ts"
import type { ReceivedDeadLetter } from "../../deadletters/ReceivedDeadLetter.ts"
import type { PubSubError } from "../../pubsub/PubSubError.ts"
import type { Subscriber } from "../../pubsub/Subscriber.ts"
import { failed, type LiveContext, late } from "./LiveContext.ts"
import { unreadableMessage } from "./LiveMessages.ts"

/** Publishes an unreadable order, reads its dead letter, compares the two, and acknowledges it. */
export const proveDeadLetter = Effect.fnUntraced(function* (
  context: LiveContext,
  /** How many dead letters the stream code has published. */
  published: Effect.Effect<number>
) {
  const { channels, publish, run, until } = context
  const original = unreadableMessage(run)
  const { messageId } = yield* publish(channels.orders.topic, original)
  yield* until(
    "a dead letter published",
    Effect.map(published, (count) => count > 0)
  )
  const letter = yield* readLetter(channels.deadLetters.subscription, messageId, context.millisLeft())
  const { attributes, delivery, reason } = letter
  if (!Buffer.from(delivery.data).equals(Buffer.from(original.data)))
    return yield* failed(
      `the dead letter of message ${messageId} has other bytes: ${delivery.data.length}, and ${original.data.length} were published`
    )
  const names = new Set([...Object.keys(attributes), ...Object.keys(original.attributes)])
  const changed = [...names].filter((name) => attributes[name] !== original.attributes[name])
  if (changed.length > 0)
    return yield* failed(
      `the dead letter of message ${messageId} has other attributes: ${changed.join(", ")}`
    )
  if (reason !== "undecodable") return yield* failed(`the dead letter's reason is ${reason}, not undecodable`)
  return { bytes: original.data.length, attributes: names.size }
})

/** The dead letter of a message, acknowledged. */
const readLetter = (subscription: string, messageId: string, withinMillis: number) =>
  Effect.scoped(
    Effect.gen(function* (): Effect.fn.Return<
      ReceivedDeadLetter | undefined,
      PubSubError,
      Subscriber | Scope.Scope
    > {
      const reader = yield* openDeadLetters(subscription)
      let found: ReceivedDeadLetter | undefined
      yield* reader.look(
        Effect.fnUntraced(function* (letters) {
          found ??= letters.find((letter) => letter.messageId === messageId)
          if (found === undefined) return "go-on"
          yield* reader.subscription.ack([found.delivery])
          return "enough"
        })
      )
      return found
    })
  ).pipe(
    Effect.timeoutOption(Duration.millis(withinMillis)),
    Effect.catchTag("PubSubError", ({ message }) => failed(message)),
    Effect.flatMap((found) =>
      found._tag === "None" || found.value === undefined
        ? late(`the dead letter of message ${messageId} in ${subscription}`)
        : Effect.succeed(found.value)
    )
  )
