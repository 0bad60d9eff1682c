import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Option, Result } from "effect"
import { TestClock } from "effect/testing"
import { Cassandra, type Page, type Row } from "../../../src/cassandra/Cassandra.ts"
import { CassandraError, ReplicaFailed, TimedOut } from "../../../src/cassandra/CassandraError.ts"
import { lookInTable } from "../../../src/cli/commands/WhereTable.ts"
import { whereRowsShown } from "../../../src/cli/Limits.ts"
import { FactStore } from "../../../src/facts/FactStore.ts"
import { scanPageTries } from "../../../src/facts/Limits.ts"
import { CellTable } from "../../support/CellTable.ts"
import { orderOf, paymentOf } from "../../support/Samples.ts"

const greatest = 2n ** 63n - 1n

const failing = (reason: TimedOut | ReplicaFailed) =>
  Effect.fail(new CassandraError({ operation: "execute", reason }))
const timeOut = failing(new TimedOut({ detail: "no answer", cause: undefined }))
const notBuilt = failing(new ReplicaFailed({ detail: "the index is not yet available", cause: undefined }))

interface Served {
  /** Pages of a scan: the rows of each, as `[order, payment]`. */
  readonly pages: ReadonlyArray<ReadonlyArray<readonly [bigint, bigint | null]>>
  readonly hasIndex?: boolean
  readonly byIndex?: Effect.Effect<ReadonlyArray<bigint>, CassandraError>
  /** How often each page is not answered. */
  readonly timeOuts?: number
}

/** A cluster that answers the statements of a look, and counts the pages that were asked for. */
const serving = ({ byIndex = Effect.succeed([]), hasIndex = false, pages, timeOuts = 0 }: Served) => {
  const asked: Array<number> = []
  const rows = (all: ReadonlyArray<Row>, next?: string): Page => ({ rows: all, next })
  const execute: Cassandra["Service"]["execute"] = ({ query }, { page } = {}) =>
    Effect.suspend(() => {
      if (query.includes("system_schema.indexes"))
        return Effect.succeed(
          rows(hasIndex ? [{ index_name: "i", kind: "CUSTOM", options: { target: "payment_id" } }] : [])
        )
      if (query.includes("WHERE payment_id = ?"))
        return Effect.map(byIndex, (ids) => rows(ids.map((order_id) => ({ order_id }))))
      const at = Number(page ?? 0)
      asked.push(at)
      if (asked.filter((one) => one === at).length <= timeOuts) return timeOut
      const found = (pages[at] ?? []).map(([order_id, payment_id]) => ({ order_id, payment_id }))
      return Effect.succeed(rows(found, at + 1 < pages.length ? String(at + 1) : undefined))
    })
  const table = new CellTable()
  for (const [orderId, paymentId] of pages.flat()) {
    const { order_id, ...columns } = orderOf(orderId)
    table.write(order_id, columns, 1n)
    if (paymentId === null) continue
    const { order_id: _, ...payment } = paymentOf(orderId, { payment_id: paymentId })
    table.write(orderId, payment, 1n)
  }
  const connected = Context.make(Cassandra, { execute } as Cassandra["Service"]).pipe(
    Context.add(FactStore, {
      ...table.store,
      get: (orderId) => Effect.succeed(Option.fromNullishOr(table.fact(orderId)))
    })
  )
  const look = (paymentId: bigint) =>
    lookInTable({ key: { kind: "payment", id: paymentId }, keyspace: "k", connected })
  return { asked, look }
}

const threePages: Served["pages"] = [
  [
    [1n, null],
    [2n, 1_002n]
  ],
  [[greatest, greatest - 1n]],
  [[3n, greatest - 1n]]
]

describe("a payment in the table, without an index", () => {
  it.effect("is scanned for page by page, up to the page that holds it", () =>
    Effect.gen(function* () {
      const { asked, look } = serving({ pages: threePages })
      const found = yield* look(greatest - 1n)
      assert.deepStrictEqual(
        found,
        Result.succeed({
          rows: [{ orderId: greatest, paymentId: greatest - 1n, hasOrder: true }],
          isCut: false,
          by: "scan",
          scanned: 3,
          indexError: undefined
        })
      )
      assert.deepStrictEqual(asked, [0, 1])
    })
  )

  it.effect("is not there only once every page was read", () =>
    Effect.gen(function* () {
      const { asked, look } = serving({ pages: threePages })
      const found = yield* look(4711n)
      assert.deepInclude(Result.getOrThrow(found), { rows: [], scanned: 4 })
      assert.deepStrictEqual(asked, [0, 1, 2])
    })
  )

  it.effect(
    "a page that is not answered is asked for again; after three times the table was not looked at",
    () =>
      Effect.gen(function* () {
        const patient = serving({ pages: threePages, timeOuts: scanPageTries - 1 })
        const silent = serving({ pages: threePages, timeOuts: scanPageTries })
        const time = Effect.forever(TestClock.adjust("1 second"))
        const found = yield* Effect.raceFirst(patient.look(4711n), time)
        assert.deepInclude(Result.getOrThrow(found), { rows: [], scanned: 4 })
        const none = yield* Effect.raceFirst(silent.look(4711n), time)
        assert.match(Result.isFailure(none) ? none.failure : "", /no answer.*; /)
        assert.deepStrictEqual(silent.asked, [0, 0, 0])
      })
  )
})

describe("a payment in the table, with an index", () => {
  it.effect("is found by it, whoever created it; no row is scanned", () =>
    Effect.gen(function* () {
      const { asked, look } = serving({
        pages: threePages,
        hasIndex: true,
        byIndex: Effect.succeed([greatest])
      })
      const found = yield* look(greatest - 1n)
      assert.deepInclude(Result.getOrThrow(found), { by: "index", scanned: 0 })
      assert.deepStrictEqual(asked, [])
    })
  )

  it.effect("that is still being built is scanned for, and it is said why", () =>
    Effect.gen(function* () {
      const { look } = serving({ pages: threePages, hasIndex: true, byIndex: notBuilt })
      const found = Result.getOrThrow(yield* look(1_002n))
      assert.deepInclude(found, { by: "scan", scanned: 2 })
      assert.match(found.indexError ?? "", /not yet available/)
      assert.strictEqual(found.rows[0]?.orderId, 2n)
    })
  )

  it.effect("[G6] in very many rows: ten are read, and it is said that there are more", () =>
    Effect.gen(function* () {
      const ids = Array.from({ length: 5_000 }, (_, index) => BigInt(index + 1))
      const { look } = serving({
        pages: [ids.map((id) => [id, 7n] as const)],
        hasIndex: true,
        byIndex: Effect.succeed(ids)
      })
      const found = Result.getOrThrow(yield* look(7n))
      assert.lengthOf(found.rows, whereRowsShown)
      assert.isTrue(found.isCut)
    })
  )
})
