import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Option, Result } from "effect"
import { Cassandra } from "../../src/cassandra/Cassandra.ts"
import { migrationFolder, readMigrations } from "../../src/cassandra/internal/MigrationFiles.ts"
import { apply } from "../../src/cassandra/Migrator.ts"
import { type Order, OrderId } from "../../src/domain/Order.ts"
import { type Answers, FactStore } from "../../src/facts/FactStore.ts"
import { FactStoreCassandra } from "../../src/facts/FactStoreCassandra.ts"
import { layerOwnKeyspace, ownKeyspace, runCql, settingsFor, testOptions } from "../cassandra/TestKeyspace.ts"
import { factStoreSuite } from "../suites/FactStoreSuite.ts"
import { ForeignWriter, foreignRowsSuite } from "../suites/ForeignRowsSuite.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"
import { describeWith } from "../support/TestServices.ts"

describeWith("cassandra")("on a real Cassandra", () => {
  factStoreSuite("Cassandra", FactStoreCassandra.layer.pipe(Layer.provide(layerOwnKeyspace)))

  const store = FactStoreCassandra.layer.pipe(Layer.provideMerge(layerOwnKeyspace))
  foreignRowsSuite("Cassandra", foreignWriter.pipe(Layer.provideMerge(store)))

  layer(store, { excludeTestServices: true, timeout: 120_000 })("FactStoreCassandra", (it) => {
    it.effect(
      "[G2] the payment that a foreign INSERT shadows with nulls is missing, and states shows why",
      () =>
        Effect.gen(function* () {
          const facts = yield* FactStore
          const order = orderOf(freshId())
          const payment = paymentOf(order.order_id)
          yield* insertLikeTheOriginal(order, 5_000n)
          succeeded(yield* facts.storePayments([{ payment, version: 4_000n }]))
          const shadowed = { orderVersion: 5_000n, payment: undefined }
          assert.deepStrictEqual(succeeded(yield* facts.states([order.order_id])), [shadowed])
          succeeded(yield* facts.storePayments([{ payment, version: 5_001n }]))
          assert.deepStrictEqual(yield* facts.get(order.order_id), Option.some({ ...order, ...payment }))
        })
    )

    it.effect("[G3] a row of 17 MiB is rejected, and its neighbours in the call are stored", () =>
      Effect.gen(function* () {
        const facts = yield* FactStore
        const orders = Array.from({ length: 25 }, () => orderOf(freshId()))
        const writes = orders.map((order, at) => ({
          order: at === 12 ? { ...order, item: "x".repeat(17 * 1024 * 1024) } : order,
          version: 1_000n
        }))
        // 17 MiB may take a busy server longer than an answer may take: then that is an outage, and it is tried again.
        const answers = yield* Effect.repeat(facts.storeOrders(writes), {
          until: (tried) => !tagsOf(tried).includes("FactStoreUnavailable"),
          times: 5
        })
        const failed = answers.flatMap((answer, at) =>
          Result.isFailure(answer) ? [[at, answer.failure.reason._tag]] : []
        )
        assert.deepStrictEqual(failed, [[12, "RowRejected"]])
        const states = succeeded(yield* facts.states(orders.map((order) => order.order_id)))
        assert.deepStrictEqual(
          states.flatMap((state, at) => (state === undefined ? [at] : [])),
          [12]
        )
      })
    )

    it.effect("[G3] rows too large to share one batch are stored all the same", () =>
      Effect.gen(function* () {
        const facts = yield* FactStore
        const orders = Array.from({ length: 12 }, (_, at) => ({
          ...orderOf(freshId()),
          item: "é".repeat(400 * at)
        }))
        succeeded(yield* facts.storeOrders(orders.map((order) => ({ order, version: 1_000n }))))
        for (const order of orders) {
          assert.strictEqual(Option.getOrThrow(yield* facts.get(order.order_id)).item, order.item)
        }
      })
    )
  })

  layer(store, { excludeTestServices: true, timeout: 120_000 })("FactStoreCassandra, its table", (it) => {
    it.effect("[G4] dropped under prepared statements is an outage, and back again needs no restart", () =>
      Effect.gen(function* () {
        const facts = yield* FactStore
        const cassandra = yield* Cassandra
        const orders = Array.from({ length: 3 }, () => ({ order: orderOf(freshId()), version: 1_000n }))
        const id = orders[0]?.order.order_id ?? 0n
        succeeded(yield* facts.storeOrders(orders))
        succeeded(yield* facts.states([id]))
        yield* cassandra.execute(
          { query: "DROP TABLE orders_payments_facts", params: [] },
          { prepare: false }
        )
        assert.deepStrictEqual(
          tagsOf(yield* facts.storeOrders(orders)),
          Array(3).fill("FactStoreUnavailable")
        )
        assert.deepStrictEqual(tagsOf(yield* facts.storeOrders(orders.slice(0, 1))), ["FactStoreUnavailable"])
        assert.deepStrictEqual(tagsOf(yield* facts.states([id])), ["FactStoreUnavailable"])
        assert.strictEqual((yield* Effect.flip(facts.ping)).reason._tag, "FactStoreUnavailable")
        yield* recreateTable
        succeeded(yield* facts.storeOrders(orders))
        assert.strictEqual(yield* facts.count, 3)
      })
    )
  })

  layer(Layer.empty, { excludeTestServices: true })("FactStoreCassandra, at its start", (it) => {
    it.effect("fails with TableMissing where the keyspace has no fact table", () =>
      Effect.gen(function* () {
        const keyspace = yield* ownKeyspace
        yield* runCql(
          `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`
        )
        const connected = Cassandra.layer(settingsFor(keyspace), testOptions)
        const error = yield* Effect.flip(
          Effect.scoped(Layer.build(FactStoreCassandra.layer.pipe(Layer.provide(connected))))
        )
        assert.strictEqual(error.reason._tag, "TableMissing")
        assert.include(error.message, "counterfoil setup cassandra")
      })
    )

    it.effect(
      "[G4] starts while too few replicas are alive, and answers FactStoreUnavailable until they are",
      () =>
        Effect.gen(function* () {
          const keyspace = yield* ownKeyspace
          yield* apply(settingsFor(keyspace))
          const connected = Cassandra.layer(settingsFor(keyspace, { consistency: "TWO" }), testOptions)
          const answers = yield* FactStore.use((facts) =>
            facts.storeOrders([
              { order: orderOf(freshId()), version: 1_000n },
              { order: orderOf(freshId()), version: 1_000n }
            ])
          ).pipe(Effect.provide(FactStoreCassandra.layer.pipe(Layer.provide(connected))))
          assert.deepStrictEqual(tagsOf(answers), ["FactStoreUnavailable", "FactStoreUnavailable"])
        })
    )
  })
})

/** Another program on the same table. */
const foreignWriter = Layer.effect(
  ForeignWriter,
  Effect.map(Cassandra, (cassandra) =>
    ForeignWriter.of({
      write: (orderId, values, writeTime) =>
        cassandra
          .execute({
            query:
              `INSERT INTO orders_payments_facts (order_id, ${Object.keys(values).join(", ")}) ` +
              `VALUES (?${", ?".repeat(Object.keys(values).length)}) USING TIMESTAMP ?`,
            params: [orderId, ...Object.values(values), writeTime]
          })
          .pipe(Effect.orDie, Effect.asVoid)
    })
  )
)

/** The four scripts this replaces wrote every column of a new order, the payment's as nulls. */
const insertLikeTheOriginal = (order: Order, version: bigint) =>
  Cassandra.use((cassandra) =>
    cassandra.execute({
      query:
        "INSERT INTO orders_payments_facts (order_id, customer_id, item, quantity, price, shipping_address, " +
        "order_status, creation_date, payment_id, payment_method, card_last_four, payment_status, " +
        "payment_datetime) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?",
      params: [...Object.values(order), null, null, null, null, null, version]
    })
  )

const recreateTable = Effect.gen(function* () {
  const cassandra = yield* Cassandra
  const statements = (yield* readMigrations(migrationFolder)).flatMap((migration) => migration.statements)
  yield* Effect.forEach(statements, (query) => cassandra.execute({ query, params: [] }, { prepare: false }))
})

const succeeded = <A>(answers: Answers<A>): ReadonlyArray<A> =>
  answers.map((answer) => Result.getOrThrow(answer))

const tagsOf = <A>(answers: Answers<A>): ReadonlyArray<string> =>
  answers.map((answer) => (Result.isSuccess(answer) ? "success" : answer.failure.reason._tag))

let lastId = 0n
const freshId = (): OrderId => OrderId.make(++lastId)
