import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { versionOfOrder, versionOfPayment } from "../../src/domain/Version.ts"
import { dryFactStore } from "../../src/ingest/DryFactStore.ts"
import { dryWritesBytes } from "../../src/ingest/Limits.ts"
import { CellTable } from "../support/CellTable.ts"
import { faultyFactStore, noStoreFaults } from "../support/FaultyFactStore.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"

const at = 1_700_000_000_000_000

const orderWrite = (id: bigint, micros = at) => ({
  order: orderOf(id),
  version: versionOfOrder(orderOf(id), micros)
})

const paymentWrite = (id: bigint, micros = at, fields: Parameters<typeof paymentOf>[1] = {}) => {
  const payment = paymentOf(id, fields)
  return { payment, version: versionOfPayment(payment, micros) }
}

const stateOf = (store: ReturnType<typeof dryFactStore>, id: bigint) =>
  Effect.map(store.states([id]), ([answer]) => (answer === undefined ? undefined : Result.getOrThrow(answer)))

describe("the fact table of a dry run", () => {
  it.effect("writes nothing, and reads what would have been written", () =>
    Effect.gen(function* () {
      const table = new CellTable()
      const dry = dryFactStore(table.store)
      assert.isUndefined(yield* stateOf(dry, 1n))
      const order = orderWrite(1n)
      const payment = paymentWrite(1n)
      yield* dry.storeOrders([order])
      assert.deepStrictEqual(yield* stateOf(dry, 1n), { orderVersion: order.version, payment: undefined })
      yield* dry.storePayments([payment])
      assert.strictEqual((yield* stateOf(dry, 1n))?.payment?.version, payment.version)
      assert.strictEqual(table.rows.size, 0)
    })
  )

  it.effect("[G2] the greater version stands, be it in the table or remembered", () =>
    Effect.gen(function* () {
      const table = new CellTable()
      yield* table.store.storeOrders([orderWrite(1n)])
      yield* table.store.storePayments([paymentWrite(1n, at + 5_000_000)])
      const dry = dryFactStore(table.store)
      yield* dry.storeOrders([orderWrite(1n, at - 1_000_000)])
      yield* dry.storePayments([paymentWrite(1n, at, { payment_id: 7n })])
      const standing = paymentWrite(1n, at + 5_000_000).version
      assert.strictEqual((yield* stateOf(dry, 1n))?.payment?.version, standing)
      assert.strictEqual((yield* stateOf(dry, 1n))?.orderVersion, orderWrite(1n).version)
      const newer = paymentWrite(1n, at + 9_000_000, { payment_id: 8n })
      yield* dry.storePayments([newer])
      yield* dry.storePayments([paymentWrite(1n, at + 8_000_000, { payment_id: 9n })])
      assert.strictEqual((yield* stateOf(dry, 1n))?.payment?.columns.payment_id, 8n)
    })
  )

  it.effect("[G4] takes no write where the table does not answer", () =>
    Effect.gen(function* () {
      const faults = { ...noStoreFaults(), isAway: true }
      const dry = dryFactStore(faultyFactStore(new CellTable().store, faults))
      for (const answers of [
        yield* dry.storeOrders([orderWrite(1n)]),
        yield* dry.storePayments([paymentWrite(1n)])
      ])
        assert.isTrue(answers.every(Result.isFailure))
    })
  )

  it.effect("[G6] remembers a bounded number of bytes: the oldest are forgotten", () =>
    Effect.gen(function* () {
      const dry = dryFactStore(new CellTable().store)
      const method = "x".repeat(2 ** 20)
      const count = dryWritesBytes / 2 ** 21 + 2
      for (let id = 1n; id <= BigInt(count); id++) {
        yield* dry.storeOrders([orderWrite(id)])
        yield* dry.storePayments([paymentWrite(id, at, { payment_method: method })])
      }
      assert.isUndefined((yield* stateOf(dry, 1n))?.payment)
      assert.isDefined((yield* stateOf(dry, BigInt(count)))?.payment)
    })
  )
})
