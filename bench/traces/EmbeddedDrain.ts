/** One drain of orders by the real processor on embedded parts, in this process, and the processor time it took. */
import { Duration, Effect, Layer, Logger, Result } from "effect"
import { DeadLetters } from "../../src/deadletters/DeadLetters.ts"
import { FactStore, type OrderWrite } from "../../src/facts/FactStore.ts"
import { ProgressTableMemory } from "../../src/facts/ProgressTableMemory.ts"
import { makeProcessor } from "../../src/ingest/Processor.ts"
import { MemoryAdmin } from "../../src/pubsub/memory/MemoryAdmin.ts"
import { MemoryBroker } from "../../src/pubsub/memory/MemoryBroker.ts"
import { MemoryPublisher } from "../../src/pubsub/memory/MemoryPublisher.ts"
import { MemorySubscriber } from "../../src/pubsub/memory/MemorySubscriber.ts"
import { Publisher } from "../../src/pubsub/Publisher.ts"
import { PubSubAdmin } from "../../src/pubsub/PubSubAdmin.ts"
import { BatchTracing, type Tracing } from "../../src/telemetry/BatchTracing.ts"
import { Health } from "../../src/telemetry/Health.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { layerOtlp } from "../../src/telemetry/Otlp.ts"
import type { TelemetrySettings } from "../../src/telemetry/TelemetrySettings.ts"
import { messageOf, orderOf } from "../../test/support/Samples.ts"
import { deadLetterTopic, ordersTopic, paymentsTopic, processing } from "../../test/support/World.ts"

/** What a drain is made with. */
export interface DrainOptions {
  readonly messages: number
  /** Messages of a batch, as the embedded Pub/Sub sends them. */
  readonly batchSize: number
  /** Undefined: no batch is traced. */
  readonly tracing: Tracing | undefined
}

/** Drains so many orders, each with trace context, and answers the processor time that it took. **Units**: µs. */
export const drainMicros = (options: DrainOptions): Effect.Effect<number> =>
  Effect.gen(function* () {
    yield* setUp(options.messages)
    globalThis.gc?.()
    return yield* cpuMicrosOf(Effect.provideService(drain(options.messages), BatchTracing, options.tracing))
  }).pipe(Effect.scoped, Effect.provide(Layer.merge(parts(options), Logger.layer([]))), Effect.orDie)

/** The processor time that this process takes until `work` has ended. **Units**: µs. */
export const cpuMicrosOf = <E, R>(work: Effect.Effect<unknown, E, R>): Effect.Effect<number, E, R> =>
  Effect.gen(function* () {
    const before = process.cpuUsage()
    yield* work
    const { system, user } = process.cpuUsage(before)
    return system + user
  })

/**
 * The processor time of one sending of all metrics, with what opens and closes the connection to the collector.
 *
 * **Units**: µs.
 */
export const cpuMicrosPerMetricsExport = (
  telemetry: TelemetrySettings,
  times: number
): Effect.Effect<number> =>
  Effect.gen(function* () {
    // The last one is sent when the layer closes.
    const once = Effect.provide(Effect.void, layerOtlp(telemetry, "bench"))
    return (yield* cpuMicrosOf(Effect.repeat(once, { times: times - 1 }))) / times
  }).pipe(Effect.provide(Layer.merge(Layer.fresh(Metrics.layer), Logger.layer([]))))

const setUp = Effect.fnUntraced(function* (messages: number) {
  const admin = yield* PubSubAdmin
  const publisher = yield* Publisher
  for (const topic of [ordersTopic, paymentsTopic, deadLetterTopic]) {
    yield* admin.createTopic(topic)
    yield* admin.createSubscription({
      topic,
      subscription: `${topic}-sub`,
      ackDeadline: Duration.seconds(60),
      retention: Duration.days(7)
    })
  }
  for (let id = 1; id <= messages; id += publishedAtOnce) {
    const ids = Array.from({ length: Math.min(publishedAtOnce, messages - id + 1) }, (_, index) => id + index)
    yield* publisher.publish(
      ordersTopic,
      ids.map((each) => messageOf(orderOf(BigInt(each)), { googclient_traceparent: traceparent(each) }))
    )
  }
})

const drain = Effect.fnUntraced(function* (messages: number) {
  const { totals } = yield* Metrics
  const processor = yield* makeProcessor({
    ordersSubscription: `${ordersTopic}-sub`,
    paymentsSubscription: `${paymentsTopic}-sub`,
    deadLetterTopic,
    processing: { ...processing, maxOutstandingMessages: 10_000 }
  })
  const stored = Effect.gen(function* () {
    while ((yield* totals("orders")).fates["order-stored"] < messages) yield* Effect.sleep("5 millis")
  })
  yield* Effect.all([processor.run, Effect.andThen(stored, processor.stop)], {
    concurrency: "unbounded",
    discard: true
  })
}, Effect.scoped)

const parts = ({ batchSize }: DrainOptions) =>
  DeadLetters.layer({ topic: deadLetterTopic, appVersion: "bench" }).pipe(
    Layer.provideMerge(Layer.mergeAll(MemoryPublisher.layer, MemoryAdmin.layer, MemorySubscriber.layer)),
    Layer.provide(MemoryBroker.layerWith({ batchSize, history: 0 })),
    Layer.provideMerge(
      Layer.mergeAll(
        takingTable,
        ProgressTableMemory.layer,
        Layer.fresh(Health.layer),
        Layer.fresh(Metrics.layer)
      )
    )
  )

/** A table that takes every order at once: whatever is not Counterfoil would hide what traces cost. */
const takingTable = Layer.mock(FactStore, {
  storeOrders: (writes: ReadonlyArray<OrderWrite>) =>
    Effect.succeed(writes.map(() => Result.succeed(undefined))),
  ping: Effect.void,
  silentHosts: () => []
})

const publishedAtOnce = 500

const traceparent = (number: number): string => {
  const id = number.toString(16)
  return `00-${id.padStart(32, "0")}-${id.padStart(16, "0")}-01`
}
