/** A pipeline of messages that are neither orders nor payments, on an embedded Pub/Sub that may go wrong. */
import { Context, Duration, Effect, Fiber, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import { DeadLetters } from "../../src/deadletters/DeadLetters.ts"
import { makeBatchAttempt } from "../../src/pipeline/BatchAttempt.ts"
import type { Item } from "../../src/pipeline/DecodedDelivery.ts"
import type { Dispose } from "../../src/pipeline/Disposition.ts"
import { makePipeline } from "../../src/pipeline/Pipeline.ts"
import { makeStreamLedger } from "../../src/pipeline/StreamLedger.ts"
import type { Delivery, Message } from "../../src/pubsub/Message.ts"
import { MemoryAdmin } from "../../src/pubsub/memory/MemoryAdmin.ts"
import { MemoryBroker, type MemoryBrokerOptions } from "../../src/pubsub/memory/MemoryBroker.ts"
import { MemoryPublisher } from "../../src/pubsub/memory/MemoryPublisher.ts"
import { MemorySubscriber } from "../../src/pubsub/memory/MemorySubscriber.ts"
import { Publisher } from "../../src/pubsub/Publisher.ts"
import { PubSubAdmin } from "../../src/pubsub/PubSubAdmin.ts"
import { Subscriber } from "../../src/pubsub/Subscriber.ts"
import { pass } from "../../src/testing/VirtualTime.ts"
import { custodyOf } from "../support/Custody.ts"
import { faultyPublisher, noPublisherFaults } from "../support/FaultyPublisher.ts"
import { bytesOf } from "../support/Samples.ts"
import type { Note, NoteFailure, NoteFate, NoteReason } from "./Note.ts"
import { makeWaiting } from "./NoteWaiting.ts"

const topic = "notes"
const deadLetterTopic = "notes-dead"

/** A message that says this. */
export const noteOf = (kind: string, text: string): Message => ({
  data: bytesOf(text),
  attributes: { kind },
  orderingKey: ""
})

const decode = ({ attributes, data }: Delivery): Result.Result<Note, NoteFailure> => {
  const text = new TextDecoder().decode(data)
  switch (attributes["kind"]) {
    case "text":
      return Result.succeed({ kind: "text", text })
    case "count":
      return /^\d+$/.test(text)
        ? Result.succeed({ kind: "count", count: Number(text) })
        : Result.fail("no number")
    default:
      return Result.fail("no such kind")
  }
}

const dispose: Dispose<NoteFailure, NoteReason> = (failure, mayWait) => {
  switch (failure) {
    case "no such kind":
    case "no number":
      return { _tag: "DeadLetter", reason: "unreadable", error: failure, storeAnswered: false }
    case "too long":
      return { _tag: "DeadLetter", reason: "unwanted", error: failure, storeAnswered: true }
    case "away":
      return { _tag: "Retry", error: failure }
    case "too early":
      return mayWait
        ? { _tag: "Wait" }
        : { _tag: "DeadLetter", reason: "too-early", error: failure, storeAnswered: true }
    case "not ours":
      return { _tag: "Leave" }
  }
}

/** How a note is handled; set while tests run. */
export interface NoteFaults {
  /** Undefined: it is filed. */
  handle: (item: Item<Note>) => NoteFailure | undefined
  /** How long handling a batch takes. **Units**: milliseconds. */
  latency: () => number
}

/** What a test sets. */
export interface NoteOptions {
  readonly broker?: MemoryBrokerOptions
  readonly maxRetrying?: number
  /** Places for notes that wait; left out: none may wait. */
  readonly places?: number
  readonly publishTimeMicros?: (delivery: Delivery) => number
  readonly maxOutstandingMessages?: number
  /** Published 10 ms apart before the pipeline starts, so that it finds them in one batch. */
  readonly backlog?: ReadonlyArray<Message>
  readonly handle?: NoteFaults["handle"]
  /** Whoever would wait is turned away, as after a stop. */
  readonly turnsAway?: boolean
  /** How long the server takes to answer a release. **Units**: milliseconds. */
  readonly releaseMillis?: number
  /** Which notes are given back before their next try. */
  readonly mustGiveBack?: (delivery: Delivery) => boolean
  /** A handler with a bug. */
  readonly dropsOutcomes?: boolean
}

/** Makes a running pipeline of notes; it ends with the scope. */
export const makeNotes = Effect.fnUntraced(function* (options: NoteOptions = {}) {
  yield* TestClock.setTime(1_700_000_000_000)
  const server = yield* Layer.build(
    Layer.mergeAll(MemoryPublisher.layer, MemoryAdmin.layer, MemorySubscriber.layer).pipe(
      Layer.provideMerge(MemoryBroker.layerWith(options.broker ?? {}))
    )
  )
  const broker = Context.get(server, MemoryBroker)
  const publisher = Context.get(server, Publisher)
  const admin = Context.get(server, PubSubAdmin)
  for (const each of [topic, deadLetterTopic]) {
    yield* admin.createTopic(each)
    const lasting = { ackDeadline: Duration.seconds(60), retention: Duration.days(7) }
    yield* admin.createSubscription({ topic: each, subscription: `${each}-sub`, ...lasting })
  }
  for (const note of options.backlog ?? []) {
    yield* publisher.publish(topic, [note])
    yield* TestClock.adjust("10 millis")
  }
  const faults: NoteFaults = { handle: options.handle ?? (() => undefined), latency: () => 0 }
  const publisherFaults = noPublisherFaults()
  const published = { requests: 0 }
  const deadLetters = Context.get(
    yield* Layer.build(
      DeadLetters.layer({ topic: deadLetterTopic, appVersion: "test" }).pipe(
        Layer.provide(
          Layer.succeed(Publisher, counting(faultyPublisher(publisher, publisherFaults), published))
        )
      )
    ),
    DeadLetters
  )
  const limits = {
    maxOutstandingMessages: options.maxOutstandingMessages ?? 1_000,
    maxOutstandingBytes: 2 ** 20
  }
  const opened = yield* Context.get(server, Subscriber).open({ subscription: `${topic}-sub`, ...limits })
  const { accountable, subscription } = custodyOf({
    ...opened,
    release: (deliveries, delay) =>
      Effect.delay(opened.release(deliveries, delay), Duration.millis(options.releaseMillis ?? 0))
  })
  const ledger = makeStreamLedger<NoteFate>(["filed", "refused"])
  const reports: Array<string> = []
  const handled: Array<Item<Note>> = []
  const attempt = makeBatchAttempt<Note, NoteFailure, NoteFate, NoteReason>({
    subscription,
    ledger,
    handle: Effect.fnUntraced(function* (items) {
      const millis = faults.latency()
      if (millis > 0) yield* Effect.sleep(Duration.millis(millis))
      return items.slice(options.dropsOutcomes === true ? 1 : 0).map((item) => {
        handled.push(item)
        const failure = faults.handle(item)
        return failure === undefined ? Result.succeed<NoteFate>("filed") : Result.fail(failure)
      })
    }),
    dispose,
    deadLetters,
    deadLetterFate: () => "refused",
    ...(options.publishTimeMicros === undefined ? {} : { publishTimeMicros: options.publishTimeMicros }),
    reports: {
      storeAnswered: () => void reports.push("store answered"),
      storeFailed: (reason, isFirstTry) => void reports.push(`${reason}, ${isFirstTry ? "first" : "again"}`),
      deadLettersConfirmed: () => void reports.push("dead letters confirmed"),
      deadLettersFailed: () => void reports.push("dead letters failed")
    }
  })
  const waiting = yield* makeWaiting(options.places ?? 0, { attempt, ledger, subscription })
  const pipeline = yield* makePipeline<Note, NoteFailure, NoteFate, NoteReason>({
    subscription,
    decode,
    attempt,
    ledger,
    maxRetrying: options.maxRetrying ?? 200,
    ...(options.places === undefined ? {} : { admit: waiting.admit }),
    mustGiveBack: ({ delivery }) => options.mustGiveBack?.(delivery) ?? false,
    ...(options.turnsAway === true ? { admit: () => Effect.succeed(false) } : {}),
    onDurable: () => {}
  })
  // supervised: tests look at how it ended
  const running = yield* Effect.forkScoped(pipeline.run)
  yield* pass(0)
  return {
    ...{
      broker,
      faults,
      publisherFaults,
      published,
      ledger,
      reports,
      handled,
      pipeline,
      running,
      accountable
    },
    lookUp: waiting.lookUp,
    releaseWaiting: waiting.releaseAll,
    publish: (...notes: ReadonlyArray<Message>) => publisher.publish(topic, notes),
    deadLetters: broker.publishedTo(deadLetterTopic),
    backlog: broker.backlog(`${topic}-sub`),
    stop: Effect.andThen(pipeline.stop, Fiber.await(running))
  }
})

/** A running pipeline of notes. */
export type Notes = Effect.Success<ReturnType<typeof makeNotes>>

const counting = (inner: Publisher["Service"], published: { requests: number }): Publisher["Service"] => ({
  publish: (to, messages) =>
    Effect.suspend(() => {
      published.requests++
      return inner.publish(to, messages)
    })
})
