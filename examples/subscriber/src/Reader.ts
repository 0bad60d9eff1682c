/** Reads a subscription: nothing but the subscriber. */
import { Subscriber } from "counterfoil/pubsub"
import { Effect, Stream } from "effect"

/**
 * Hands each batch of texts on, then acknowledges it, and waits for the server's answer. Never ends by itself; what it
 * holds when it is interrupted is released at once.
 */
export const readTexts = Effect.fnUntraced(function* (
  subscription: string,
  onTexts: (texts: ReadonlyArray<string>) => Effect.Effect<void>
) {
  const subscriber = yield* Subscriber
  const opened = yield* subscriber.open({
    subscription,
    maxOutstandingMessages: 1_000,
    maxOutstandingBytes: 16 * 1024 * 1024
  })
  yield* Stream.runForEach(opened.deliveries, (batch) =>
    Effect.gen(function* () {
      yield* onTexts(batch.map(({ data }) => new TextDecoder().decode(data)))
      const { lost } = yield* opened.ack(batch)
      if (lost.length > 0) yield* Effect.logWarning(`${lost.length} come again: ${lost[0]?.reason}`)
    })
  )
})
