/** Publishes dead letters, and waits for the server's confirmation; nothing else publishes to the dead-letter topic. */
import { Clock, Context, Effect, Layer, type Result } from "effect"
import type { Message } from "../pubsub/Message.ts"
import { Publisher } from "../pubsub/Publisher.ts"
import type { PubSubError } from "../pubsub/PubSubError.ts"
import { type DeadLetter, deadLetterMessage } from "./DeadLetterMessage.ts"
import { deadLetterDelayMillis, deadLettersEnough } from "./Limits.ts"
import { makeRequestBatcher } from "./RequestBatcher.ts"

/** Publishes dead letters. */
export class DeadLetters extends Context.Service<
  DeadLetters,
  {
    /**
     * Publishes each dead letter and answers in the same order.
     *
     * **Errors** (per dead letter): whatever the reason, the delivery stays held and the publish is tried again.
     * **Guarantee**: a success is the server's confirmation (G1); a repeated one has the same `dlq-message-id`.
     */
    readonly publish: (
      letters: ReadonlyArray<DeadLetter>
    ) => Effect.Effect<ReadonlyArray<Result.Result<string, PubSubError>>>
  }
>()("counterfoil/deadletters/DeadLetters") {
  /** Dead letters to this topic. */
  static readonly layer = (options: { readonly topic: string; readonly appVersion: string }) =>
    Layer.effect(
      DeadLetters,
      Effect.gen(function* () {
        const publisher = yield* Publisher
        // Batches with a dead letter or two each would cost a request each.
        const publish = yield* makeRequestBatcher(
          (messages: ReadonlyArray<Message>) => publisher.publish(options.topic, messages),
          { millis: deadLetterDelayMillis, enough: deadLettersEnough }
        )
        return DeadLetters.of({
          publish: Effect.fnUntraced(function* (letters) {
            const failedAt = yield* Clock.currentTimeMillis
            return yield* publish(
              letters.map((letter) => deadLetterMessage(letter, failedAt, options.appVersion))
            )
          })
        })
      })
    )
}
