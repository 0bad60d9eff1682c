import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Result } from "effect"
import { orderColumns, paymentColumns } from "../../src/domain/Fact.ts"
import { FactStore } from "../../src/facts/FactStore.ts"
import { FactStoreSqlite } from "../../src/facts/FactStoreSqlite.ts"
import { factStoreSuite } from "../suites/FactStoreSuite.ts"
import { ForeignWriter, foreignRowsSuite } from "../suites/ForeignRowsSuite.ts"
import { orderOf } from "../support/Samples.ts"

const folder = mkdtempSync(join(tmpdir(), "counterfoil-facts-"))
afterAll(() => rmSync(folder, { recursive: true }))

factStoreSuite("SQLite in memory", FactStoreSqlite.layer({ file: ":memory:" }))
factStoreSuite("SQLite in a file", FactStoreSqlite.layer({ file: join(folder, "suite.sqlite") }))

const foreignFile = join(folder, "foreign.sqlite")

/** The two versions of a row are all that stands for the write times of its cells. */
const foreignWriter = Layer.effect(
  ForeignWriter,
  Effect.gen(function* () {
    const { DatabaseSync } = yield* Effect.promise(() => import("node:sqlite"))
    const database = yield* Effect.acquireRelease(
      Effect.sync(() => new DatabaseSync(foreignFile)),
      (opened) => Effect.sync(() => opened.close())
    )
    return ForeignWriter.of({
      write: (orderId, values, writeTime) =>
        Effect.sync(() => {
          const isOfOrder = orderColumns.some((column) => column in values)
          const isOfPayment = paymentColumns.some((column) => column in values)
          const versions = [
            ...(isOfOrder ? ["order_version"] : []),
            ...(isOfPayment ? ["payment_version"] : [])
          ]
          const cells = [...Object.keys(values), ...versions]
          database
            .prepare(
              `INSERT INTO orders_payments_facts (order_id, ${cells.join(", ")}) VALUES (?${", ?".repeat(cells.length)})
              ON CONFLICT (order_id) DO UPDATE SET ${cells.map((cell) => `${cell} = excluded.${cell}`).join(", ")}`
            )
            .run(orderId, ...Object.values(values), ...versions.map(() => writeTime))
        })
    })
  })
)

foreignRowsSuite(
  "SQLite",
  foreignWriter.pipe(Layer.provideMerge(FactStoreSqlite.layer({ file: foreignFile })))
)

describe("FactStoreSqlite", () => {
  it.effect("[G1] rows outlive the process that wrote them", () =>
    Effect.gen(function* () {
      const store = FactStoreSqlite.layer({ file: join(folder, "kept.sqlite") })
      yield* FactStore.use((facts) => facts.storeOrders([{ order, version: 1_000n }])).pipe(
        Effect.provide(store)
      )
      const again = FactStoreSqlite.layer({ file: join(folder, "kept.sqlite") })
      const fact = yield* FactStore.use((facts) => facts.get(order.order_id)).pipe(Effect.provide(again))
      assert.strictEqual(Option.getOrThrow(fact).item, "Laptop")
    })
  )

  it.effect("[G4] a file that cannot be opened is unavailable, not a rejected row", () =>
    Effect.gen(function* () {
      const store = FactStoreSqlite.layer({ file: join(folder, "absent", "facts.sqlite") })
      const failure = yield* Effect.flip(FactStore.pipe(Effect.provide(store)))
      assert.strictEqual(failure.reason._tag, "FactStoreUnavailable")
    })
  )

  it.effect("[G4] a table taken away under the store is unavailable for every element of a call", () =>
    Effect.gen(function* () {
      const file = join(folder, "dropped.sqlite")
      const { DatabaseSync } = yield* Effect.promise(() => import("node:sqlite"))
      const answers = yield* Effect.gen(function* () {
        const facts = yield* FactStore
        const other = new DatabaseSync(file)
        other.exec("DROP TABLE orders_payments_facts")
        other.close()
        return yield* facts.storeOrders([
          { order, version: 1_000n },
          { order, version: 2_000n }
        ])
      }).pipe(Effect.provide(FactStoreSqlite.layer({ file })))
      const reasons = answers.map((answer) => Result.getOrThrow(Result.flip(answer)).reason._tag)
      assert.deepStrictEqual(reasons, ["FactStoreUnavailable", "FactStoreUnavailable"])
    })
  )
})

const order = orderOf(7n)
