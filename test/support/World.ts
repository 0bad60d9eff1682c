/** An embedded Pub/Sub and a fact table under a test clock, and processors that share them. */
import { Clock, Context, Duration, Effect, Layer, type Scope } from "effect"
import { TestClock } from "effect/testing"
import type { Order } from "../../src/domain/Order.ts"
import type { Payment } from "../../src/domain/Payment.ts"
import type { FactStore } from "../../src/facts/FactStore.ts"
import type { ProgressTable } from "../../src/facts/ProgressTable.ts"
import { ProgressRows } from "../../src/facts/ProgressTableMemory.ts"
import type { ProcessingSettings } from "../../src/ingest/ProcessingSettings.ts"
import type { Message } from "../../src/pubsub/Message.ts"
import type { Published } from "../../src/pubsub/memory/internal/Published.ts"
import { MemoryAdmin } from "../../src/pubsub/memory/MemoryAdmin.ts"
import { MemoryBroker, type MemoryBrokerOptions } from "../../src/pubsub/memory/MemoryBroker.ts"
import { MemoryPublisher } from "../../src/pubsub/memory/MemoryPublisher.ts"
import { Publisher } from "../../src/pubsub/Publisher.ts"
import { PubSubAdmin } from "../../src/pubsub/PubSubAdmin.ts"
import type { StreamTotals } from "../../src/telemetry/Metrics.ts"
import { CellTable } from "./CellTable.ts"
import { DeliveryLog } from "./DeliveryLog.ts"
import { faultyFactStore, noStoreFaults } from "./FaultyFactStore.ts"
import { faultyProgressTable, noProgressFaults } from "./FaultyProgressTable.ts"
import { faultyPublisher, noPublisherFaults } from "./FaultyPublisher.ts"
import { messageOf } from "./Samples.ts"
import { type Parked, type Servers, startProcess } from "./WorldProcess.ts"

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
  shutdownTimeout: Duration.seconds(20),
  redriveInterval: Duration.zero
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
    Layer.mergeAll(MemoryPublisher.layer, MemoryAdmin.layer).pipe(
      Layer.provideMerge(MemoryBroker.layerWith(options))
    )
  )
  const broker = Context.get(context, MemoryBroker)
  const publisher = Context.get(context, Publisher)
  const admin = Context.get(context, PubSubAdmin)
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
  const progressFaults = noProgressFaults()
  const publisherFaults = noPublisherFaults()
  const parked: Parked = { oldestMicros: undefined }
  const log = new DeliveryLog()
  const clock = yield* Clock.Clock
  const progressTable = new ProgressRows(clock).table
  let runs = 0
  const servers: Servers = {
    outside: { context: yield* Effect.context<never>(), clock },
    broker,
    store: faultyFactStore(table.store, storeFaults),
    progress: faultyProgressTable(progressTable, progressFaults),
    publisher: faultyPublisher(publisher, publisherFaults),
    admin,
    parked,
    log,
    topics: { orders: ordersTopic, payments: paymentsTopic, deadLetters: deadLetterTopic }
  }

  const publish = (topic: string) => (messages: ReadonlyArray<Message>) => publisher.publish(topic, messages)

  return {
    broker,
    admin,
    table,
    storeFaults,
    progressFaults,
    publisherFaults,
    parked,
    /** What became of each delivery. */
    log,
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
          {
            ...servers,
            store: faultyFactStore(behind.store?.(store) ?? store, storeFaults),
            progress: behind.progress?.(servers.progress) ?? servers.progress,
            admin: behind.admin?.(servers.admin) ?? servers.admin,
            heldIdsMax: behind.heldIdsMax
          },
          { ...processing, ...overrides },
          // Each start is another process, whatever its place is called.
          { name, process: `${name} run ${++runs}` }
        )
      )
  }
})

/** What stands between one process and the servers, and how many ids it may hold. */
export interface Behind {
  readonly store?: (table: FactStore["Service"]) => FactStore["Service"]
  readonly progress?: (table: ProgressTable["Service"]) => ProgressTable["Service"]
  readonly admin?: (admin: PubSubAdmin["Service"]) => PubSubAdmin["Service"]
  readonly heldIdsMax?: number
}

/** A world. */
export type World = Effect.Success<ReturnType<typeof makeWorld>>

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
