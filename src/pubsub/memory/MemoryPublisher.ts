import { Clock, Effect, Layer, Result } from "effect"
import type { Message } from "../Message.ts"
import { violationOf } from "../MessageLimits.ts"
import { Publisher, type PublisherOptions, resolvePublisherOptions } from "../Publisher.ts"
import {
  noAnswer,
  PubSubError,
  type PubSubReason,
  PubSubUnavailable,
  RequestRejected,
  ResourceMissing
} from "../PubSubError.ts"
import type { Server } from "./internal/Server.ts"
import { fullTopicName, MemoryBroker } from "./MemoryBroker.ts"

/**
 * The port `Publisher` on a {@link MemoryBroker}. A call is one request, so faults meet it whole; it is answered at
 * once, so that of the options only `retryFor` means something here.
 */
const layerWith = (options: PublisherOptions): Layer.Layer<Publisher, never, MemoryBroker> =>
  Layer.effect(
    Publisher,
    Effect.flatMap(MemoryBroker, ({ server }) =>
      Effect.map(resolvePublisherOptions(options), ({ retryMillis }) =>
        Publisher.of({
          publish: (topic, messages) => publish(server, fullTopicName(topic), messages, retryMillis)
        })
      )
    )
  )

/** Publishes to the embedded Pub/Sub. */
export const MemoryPublisher = {
  layerWith,
  /** The port `Publisher` on a {@link MemoryBroker}, with every option at its default. */
  layer: layerWith({})
}

type Answer = Result.Result<string, PubSubError>

const publish = (server: Server, topic: string, messages: ReadonlyArray<Message>, retryMillis: number) =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const isAvailable = yield* server.awaitAvailable(clock, retryMillis)
    return isAvailable
      ? send(server, topic, messages, clock.currentTimeMillisUnsafe())
      : answerEach(topic, messages, () => unavailable(topic, "the embedded server is unavailable"))
  })

const send = (server: Server, topic: string, messages: ReadonlyArray<Message>, now: number) => {
  const served = server.topic(topic)
  if (served === undefined) {
    return answerEach(topic, messages, () => failure(topic, new ResourceMissing({ cause: "no such topic" })))
  }
  const passage = server.publishPassage()
  if (passage === "request-lost") return answerEach(topic, messages, () => unavailable(topic, passage))
  const answers = answerEach(topic, messages, (message) => {
    const messageId = server.accept(served, message, now)
    return passage === "answer-lost" ? unavailable(topic, passage) : Result.succeed(messageId)
  })
  server.wakeConsumersOf(served)
  return answers
}

const answerEach = (topic: string, messages: ReadonlyArray<Message>, answer: (legal: Message) => Answer) =>
  messages.map((message) => {
    const violation = violationOf(message)
    if (violation === undefined) return answer(message)
    return failure(topic, new RequestRejected({ detail: violation, cause: violation }))
  })

const unavailable = (topic: string, cause: string): Answer =>
  failure(topic, new PubSubUnavailable({ detail: noAnswer, cause }))

const failure = (topic: string, reason: PubSubReason): Answer =>
  Result.fail(new PubSubError({ operation: "publish", resource: topic, reason }))
