/** An embedded Pub/Sub and a fact table under a test clock, and processors on them that may crash. */
import { Context, Duration, Effect, Exit, Fiber, Layer, Scope } from "effect"
import { TestClock } from "effect/testing"
import { DeadLetters } from "../../src/deadletters/DeadLetters.ts"
import type { Order } from "../../src/domain/Order.ts"
import type { Payment } from "../../src/domain/Payment.ts"
import { FactStore } from "../../src/facts/FactStore.ts"
import { ProgressTable } from "../../src/facts/ProgressTable.ts"
import { ProgressTableMemory } from "../../src/facts/ProgressTableMemory.ts"
import type { ProcessingSettings } from "../../src/ingest/ProcessingSettings.ts"
import { makeProcessor } from "../../src/ingest/Processor.ts"
import type { Message } from "../../src/pubsub/Message.ts"
import type { Published } from "../../src/pubsub/memory/internal/Published.ts"
import { MemoryAdmin } from "../../src/pubsub/memory/MemoryAdmin.ts"
import { MemoryBroker, type MemoryBrokerOptions } from "../../src/pubsub/memory/MemoryBroker.ts"
import { MemoryPublisher } from "../../src/pubsub/memory/MemoryPublisher.ts"
import { MemorySubscriber } from "../../src/pubsub/memory/MemorySubscriber.ts"
import { Publisher } from "../../src/pubsub/Publisher.ts"
import { PubSubAdmin } from "../../src/pubsub/PubSubAdmin.ts"
import { Subscriber } from "../../src/pubsub/Subscriber.ts"
import { Health } from "../../src/telemetry/Health.ts"
import { Metrics, type StreamTotals } from "../../src/telemetry/Metrics.ts"
import { pass } from "../../src/testing/VirtualTime.ts"
import { CellTable } from "./CellTable.ts"
import { type Custody, custodyOf } from "./Custody.ts"
import { faultyFactStore, noStoreFaults } from "./FaultyFactStore.ts"
import { faultyPublisher, noPublisherFaults } from "./FaultyPublisher.ts"
import { messageOf } from "./Samples.ts"

/** Topics of a world; the subscription of each is its name with `-sub`. */
export const ordersTopic = "orders_data"
export const paymentsTopic = "payment_data"
export const deadLetterTopic = "dlq_payments_data"

/** Settings that a test overrides where it has to. */
export const processing: ProcessingSettings = {
  maxInFlightWrites: 512,
  maxOutstandingMessages: 1_000,
  maxOutstandingBytes: 64 * 2 ** 20,
  maxRowBytes: 2 ** 20,
  paymentGrace: Duration.seconds(30),
  waitingRoomMax: 1_000,
  waitingRoomBytes: 64 * 2 ** 20,
  maxRetrying: 200,
  shutdownTimeout: Duration.seconds(20)
}

/** When a world begins. **Units**: ms since the epoch. */
export const worldBegins = 1_700_000_000_000

/** Makes a world with its topics and subscriptions, and no process. `storeOn`: the fact store of each process. */
export const makeWorld = Effect.fnUntraced(function* (
  options: MemoryBrokerOptions = {},
  storeOn: (table: CellTable) => Effect.Effect<FactStore["Service"], never, Scope.Scope> = ({ store }) =>
    Effect.succeed(store)
) {
  yield* TestClock.setTime(worldBegins)
  const context = yield* Layer.build(
    Layer.mergeAll(MemoryPublisher.layer, MemoryAdmin.layer, ProgressTableMemory.layer).pipe(
      Layer.provideMerge(MemoryBroker.layerWith(options))
    )
  )
  const broker = Context.get(context, MemoryBroker)
  const publisher = Context.get(context, Publisher)
  const admin = Context.get(context, PubSubAdmin)
  const progressTable = Context.get(context, ProgressTable)
  for (const topic of [ordersTopic, paymentsTopic, deadLetterTopic]) {
    yield* admin.createTopic(topic)
    yield* admin.createSubscription({
      topic,
      subscription: `${topic}-sub`,
      ackDeadline: Duration.seconds(60),
      retention: Duration.days(7)
    })
  }
  const table = new CellTable()
  const storeFaults = noStoreFaults()
  const publisherFaults = noPublisherFaults()
  const parked: Parked = { oldestMicros: undefined }

  const publish = (topic: string) => (messages: ReadonlyArray<Message>) => publisher.publish(topic, messages)

  return {
    broker,
    table,
    storeFaults,
    publisherFaults,
    parked,
    publishOrders: (...orders: ReadonlyArray<Order>) =>
      publish(ordersTopic)(orders.map((it) => messageOf(it))),
    publishPayments: (...payments: ReadonlyArray<Payment>) =>
      publish(paymentsTopic)(payments.map((it) => messageOf(it))),
    publishRaw: (topic: string, ...messages: ReadonlyArray<Message>) => publish(topic)(messages),
    deadLetters: broker.publishedTo(deadLetterTopic),
    /** Messages of a source topic that are not acknowledged. */
    pending: (topic: string) =>
      Effect.map(broker.backlog(`${topic}-sub`), ({ unacknowledged }) => unacknowledged),
    progressTable,
    /** Starts a processor; it is closed with the scope. `behind`: what stands between it alone and the tables. */
    start: (overrides: Partial<ProcessingSettings> = {}, name = "process-1", behind: Behind = {}) =>
      Effect.flatMap(storeOn(table), (store) =>
        startProcess(
          broker,
          faultyFactStore(behind.store?.(store) ?? store, storeFaults),
          faultyPublisher(publisher, publisherFaults),
          behind.progress?.(progressTable) ?? progressTable,
          { ...processing, ...overrides },
          parked,
          name
        )
      )
  }
})

/** What stands between one process and the tables. */
export interface Behind {
  readonly store?: (table: FactStore["Service"]) => FactStore["Service"]
  readonly progress?: (table: ProgressTable["Service"]) => ProgressTable["Service"]
}

/** A world. */
export type World = Effect.Success<ReturnType<typeof makeWorld>>

const startProcess = Effect.fnUntraced(function* (
  broker: MemoryBroker["Service"],
  store: FactStore["Service"],
  publisher: Publisher["Service"],
  progressTable: ProgressTable["Service"],
  settings: ProcessingSettings,
  parked: Parked,
  name: string
) {
  const scope = yield* Effect.acquireRelease(Scope.make(), close)
  const power = { isOn: true }
  const custodies = new Map<string, Custody>()
  // A dead process neither writes nor publishes, whatever its fibers still do.
  const whilePowered = <A, E>(call: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.suspend(() => (power.isOn ? call : Effect.never)).pipe(
      Effect.tap(() => (power.isOn ? Effect.void : Effect.never))
    )
  const ports = Layer.mergeAll(
    parking(parked, custodies).pipe(
      Layer.provide(MemorySubscriber.layerOf(name)),
      Layer.provide(Layer.succeed(MemoryBroker, broker))
    ),
    Layer.succeed(FactStore, {
      ...store,
      storeOrders: (writes) => whilePowered(store.storeOrders(writes)),
      storePayments: (writes) => whilePowered(store.storePayments(writes)),
      states: (orderIds) => whilePowered(store.states(orderIds))
    }),
    Layer.succeed(ProgressTable, {
      write: (row) => whilePowered(progressTable.write(row)),
      readAll: whilePowered(progressTable.readAll),
      remove: (process) => whilePowered(progressTable.remove(process))
    }),
    DeadLetters.layer({ topic: deadLetterTopic, appVersion: "test" }).pipe(
      Layer.provide(
        Layer.succeed(Publisher, {
          publish: (topic, messages) => whilePowered(publisher.publish(topic, messages))
        })
      )
    ),
    MemoryAdmin.layer.pipe(Layer.provide(Layer.succeed(MemoryBroker, broker))),
    Layer.fresh(Metrics.layer),
    Layer.fresh(Health.layer)
  )
  const context = yield* Layer.buildWithScope(ports, scope)
  const processor = yield* makeProcessor({
    ordersSubscription: `${ordersTopic}-sub`,
    paymentsSubscription: `${paymentsTopic}-sub`,
    deadLetterTopic,
    process: `${name} run ${++runs}`,
    processing: settings
  }).pipe(Effect.provide(context), Scope.provide(scope))
  const running = yield* Effect.forkIn(processor.run, scope)
  yield* pass(0)
  return {
    processor,
    running,
    subscription: Context.get(context, Subscriber),
    totals: Context.get(context, Metrics).totals,
    /** Deliveries that the ledger of a stream must hold, as its subscription sees it. */
    accountable: (topic: string) => custodies.get(`${topic}-sub`)?.accountable ?? Effect.succeed(0),
    prometheus: Context.get(context, Metrics).prometheus,
    health: Context.get(context, Health).states,
    /** Interrupts `run`, as a signal does, waits for its end, and closes everything. */
    shutDown: Effect.suspend(() => close(scope)),
    /** Dies: nothing more reaches the table or the server. */
    crash: Effect.suspend(() => {
      power.isOn = false
      return broker.crash(name)
    }).pipe(Effect.andThen(Effect.forkIn(Fiber.interrupt(running), scope)), Effect.asVoid)
  }
})

/** Each start is another process, whatever its place is called. */
let runs = 0

/** What subscriptions claim to have received and not handed over: the embedded one hands over at once. */
interface Parked {
  /** **Units**: µs since the epoch. */
  oldestMicros: number | undefined
}

const parking = (parked: Parked, custodies: Map<string, Custody>) =>
  Layer.effect(
    Subscriber,
    Effect.map(Subscriber, (inner) =>
      Subscriber.of({
        open: (options) =>
          Effect.map(inner.open(options), (open) => {
            const custody = custodyOf(open)
            custodies.set(options.subscription, custody)
            return {
              ...custody.subscription,
              progress: Effect.map(open.progress ?? Effect.never, (progress) => ({
                ...progress,
                oldestUndeliveredMicros: parked.oldestMicros
              }))
            }
          })
      })
    )
  )

/** Closing may wait for a shutdown timeout, and time passes only where it is made to. */
const close = (scope: Scope.Closeable) =>
  Effect.raceFirst(Scope.close(scope, Exit.void), Effect.forever(TestClock.adjust("100 millis")))

/** A running processor. */
export type Process = Effect.Success<ReturnType<World["start"]>>

/** Deliveries received and not accounted for; 0 by G7. */
export const imbalanceOf = (totals: StreamTotals): number =>
  totals.received -
  Object.values(totals.fates).reduce((sum, count) => sum + count, 0) -
  totals.released -
  totals.inFlight -
  totals.retrying -
  totals.waiting

/** An attribute of a dead letter; empty where it has none. */
export const attributeOf = (letter: Published, key: string): string => letter.attributes[key] ?? ""
