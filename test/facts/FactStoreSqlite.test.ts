import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Option, Result } from "effect"
import { FactStore } from "../../src/facts/FactStore.ts"
import { FactStoreSqlite } from "../../src/facts/FactStoreSqlite.ts"
import { factStoreSuite } from "../suites/FactStoreSuite.ts"
import { orderOf } from "../support/Samples.ts"

const folder = mkdtempSync(join(tmpdir(), "counterfoil-facts-"))
afterAll(() => rmSync(folder, { recursive: true }))

factStoreSuite("SQLite in memory", FactStoreSqlite.layer({ file: ":memory:" }))
factStoreSuite("SQLite in a file", FactStoreSqlite.layer({ file: join(folder, "suite.sqlite") }))

describe("FactStoreSqlite", () => {
  it.effect("[G1] rows outlive the process that wrote them", () =>
    Effect.gen(function* () {
      const store = FactStoreSqlite.layer({ file: join(folder, "kept.sqlite") })
      yield* FactStore.use((facts) => facts.storeOrders([{ order, version: 1_000 }])).pipe(
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
          { order, version: 1_000 },
          { order, version: 2_000 }
        ])
      }).pipe(Effect.provide(FactStoreSqlite.layer({ file })))
      const reasons = answers.map((answer) => Result.getOrThrow(Result.flip(answer)).reason._tag)
      assert.deepStrictEqual(reasons, ["FactStoreUnavailable", "FactStoreUnavailable"])
    })
  )
})

const order = orderOf(7n)
