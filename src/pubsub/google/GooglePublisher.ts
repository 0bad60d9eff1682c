import { Clock, Effect, Layer, Result, Semaphore } from "effect"
import { retryDelay } from "../../time/Backoff.ts"
import { monotonicMillis } from "../../time/MonotonicClock.ts"
import type { Message } from "../Message.ts"
import { encodedBytes, violationOf } from "../MessageLimits.ts"
import {
  Publisher,
  type PublisherOptions,
  type ResolvedPublisherOptions,
  resolvePublisherOptions
} from "../Publisher.ts"
import { PubSubError, RequestRejected } from "../PubSubError.ts"
import { GoogleClient } from "./GoogleClient.ts"
import { callOnce } from "./internal/Calls.ts"
import { publishRequests } from "./internal/PublishRequests.ts"
import { topicName } from "./internal/ResourceName.ts"

/**
 * The port `Publisher`. A request carries one ordering key; those of one key and call are sent one after another.
 *
 * **Errors**: invalid options are a defect, `InvalidOptions`.
 */
const layerWith = (options: PublisherOptions): Layer.Layer<Publisher, never, GoogleClient> =>
  Layer.effect(
    Publisher,
    Effect.flatMap(GoogleClient, (client) =>
      Effect.flatMap(resolvePublisherOptions(options), (resolved) => make(client, resolved))
    )
  )

/** Publishes to Google Cloud Pub/Sub, many messages a request. */
export const GooglePublisher = {
  layerWith,
  /** The port `Publisher`, with every option at its default. */
  layer: layerWith({})
}

const make = Effect.fnUntraced(function* (
  client: GoogleClient["Service"],
  options: ResolvedPublisherOptions
) {
  const roomForMessages = yield* Semaphore.make(options.maxOutstandingMessages)
  const roomForBytes = yield* Semaphore.make(options.maxOutstandingBytes)
  const sender = { client, options }

  const deliver = (topic: string, request: ReadonlyArray<Letter>) =>
    send(sender, topic, request).pipe(
      Semaphore.withPermits(
        roomForBytes,
        request.reduce((sum, { bytes }) => sum + bytes, 0)
      ),
      Semaphore.withPermits(roomForMessages, request.length)
    )

  return Publisher.of({
    publish: Effect.fnUntraced(function* (topic, messages) {
      const name = topicName(client.projectId, topic)
      const answers: Array<Answer> = new Array(messages.length)
      const letters = lettersOf(name, messages, answers)
      yield* Effect.forEach(
        Map.groupBy(letters, ({ message }) => message.orderingKey),
        ([orderingKey, sameKey]) =>
          Effect.forEach(publishRequests(sameKey, name.length), (request) => deliver(name, request), {
            concurrency: orderingKey === "" ? "unbounded" : 1,
            discard: true
          }),
        { concurrency: "unbounded", discard: true }
      )
      return answers
    })
  })
})

type Answer = Result.Result<string, PubSubError>

/** Who sends, and how patiently. */
interface Sender {
  readonly client: GoogleClient["Service"]
  readonly options: ResolvedPublisherOptions
}

/** A message on its way, and where its answer goes. **Units**: bytes as encoded. */
interface Letter {
  readonly message: Message
  readonly bytes: number
  readonly answer: (answer: Answer) => void
}

/** What is within Pub/Sub's limits; the rest is answered here. */
const lettersOf = (
  topic: string,
  messages: ReadonlyArray<Message>,
  answers: Array<Answer>
): ReadonlyArray<Letter> => {
  const letters: Array<Letter> = []
  for (const [index, message] of messages.entries()) {
    const detail = violationOf(message)
    const answer = (answer: Answer): void => {
      answers[index] = answer
    }
    if (detail === undefined) letters.push({ message, bytes: encodedBytes(message), answer })
    else answer(Result.fail(rejected(topic, detail)))
  }
  return letters
}

const rejected = (resource: string, detail: string): PubSubError =>
  new PubSubError({
    operation: "publish",
    resource,
    reason: new RequestRejected({ detail, cause: undefined })
  })

/** Sends a request until it is answered, and one that is refused in halves: one message costs no neighbour. */
const send = (sender: Sender, topic: string, request: ReadonlyArray<Letter>): Effect.Effect<void> =>
  Effect.gen(function* () {
    const result = yield* Effect.result(publishPatiently(sender, topic, request))
    if (Result.isFailure(result) && result.failure.reason._tag === "RequestRejected" && request.length > 1) {
      const middle = request.length >> 1
      yield* send(sender, topic, request.slice(0, middle))
      return yield* send(sender, topic, request.slice(middle))
    }
    for (const [position, { answer }] of request.entries()) {
      answer(Result.map(result, (messageIds) => messageIds[position] ?? ""))
    }
  })

const publishPatiently = Effect.fnUntraced(function* (
  { client, options: { callMillis, retryMillis } }: Sender,
  topic: string,
  request: ReadonlyArray<Letter>
): Effect.fn.Return<ReadonlyArray<string>, PubSubError> {
  const clock = yield* Clock.Clock
  const giveUpAt = monotonicMillis(clock) + retryMillis
  const messages = request.map(({ message }) => message)
  const attempt = callOnce(client.publisher, "publish", topic, callMillis, (api, options) =>
    api.publish({ topic, messages }, options)
  )
  for (let failures = 1; ; failures++) {
    const result = yield* Effect.result(attempt)
    if (Result.isSuccess(result)) return result.success[0].messageIds ?? []
    if (!result.failure.isRetryable || monotonicMillis(clock) >= giveUpAt) return yield* result.failure
    yield* Effect.sleep(yield* retryDelay(failures))
  }
})
