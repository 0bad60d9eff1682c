import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"
import type { Refused } from "../support/VirtualCluster.ts"
import { attributeOf, imbalanceOf, ordersTopic, paymentsTopic, type World } from "../support/World.ts"
import { isProcessReady, makeRefusingWorld } from "./RefusingWorld.ts"

const orders = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => orderOf(BigInt(from + index)))

const settled = (world: World, topic: string) =>
  Effect.map(world.pending(topic), (pending) => pending.length === 0)

const isAt = (orderId: bigint) => (request: { readonly rows: ReadonlyArray<{ readonly orderId: bigint }> }) =>
  request.rows.some((row) => row.orderId === orderId)

/** Payments for the denied order 7, and among them payments for others, evenly. */
const paymentsBeside = (denied: number, others: number) => {
  const total = denied + others
  let ofOthers = 0
  return Array.from({ length: total }, (_, at) => {
    const isOther = Math.floor(((at + 1) * others) / total) > ofOthers
    return isOther
      ? paymentOf(BigInt(1_000 + ofOthers++))
      : paymentOf(7n, { payment_id: BigInt(100_000 + at) })
  })
}

describe("a processor whose Cassandra refuses rows", () => {
  it.effect.each([
    [4_500, "reads", (kind: string) => kind === "states", 2_000],
    [600, "writes", (kind: string) => kind === "payments", 250]
  ] as const)(
    "[G3] %i payments for a partition denied to %s stop 1,000 other pairs for less than a minute",
    ([count, , isDenied, maxRetrying]) =>
      Effect.gen(function* () {
        const { cluster, world } = yield* makeRefusingWorld({ batchSize: 100 })
        const process = yield* world.start({ maxRetrying, maxOutstandingMessages: 10_000 })
        yield* world.publishOrders(orderOf(7n), ...orders(1_000, 1_000))
        yield* eventually("the orders are settled", settled(world, ordersTopic))
        cluster.faults.refuse = (request) =>
          isDenied(request.kind) && isAt(7n)(request) ? denied : undefined
        for (const some of chunks(paymentsBeside(count, 1_000), 500)) yield* world.publishPayments(...some)
        for (let second = 0; second < 45; second++) {
          yield* pass("1 second")
          assert.isTrue(yield* isProcessReady(process))
        }
        const { fates } = yield* process.totals("payments")
        assert.deepInclude(fates, { "payment-matched": 1_000, "dead-lettered(store-rejected)": count })
        assert.strictEqual(imbalanceOf(yield* process.totals("payments")), 0)
      })
  )

  it.effect("[G3] a payment that is refused keeps no other payment for its order from its row", () =>
    Effect.gen(function* () {
      const { cluster, world } = yield* makeRefusingWorld({ batchSize: 100 })
      const first = yield* world.start()
      yield* world.publishOrders(orderOf(1n))
      yield* eventually("the order is settled", settled(world, ordersTopic))
      yield* first.shutDown
      const bad = 900_000n
      cluster.faults.refuse = ({ rows }) =>
        rows.some(({ values }) => values["payment_id"] === bad) ? tooLong : undefined
      const good = Array.from({ length: 20 }, (_, at) => paymentOf(1n, { payment_id: BigInt(at + 1) }))
      yield* world.publishPayments(...good)
      yield* pass("10 millis")
      // The newest, so that it is the one to be written; all are found in one batch.
      yield* world.publishPayments(paymentOf(1n, { payment_id: bad }))
      const process = yield* world.start({}, "process-2")
      yield* pass("1 second")
      const { fates } = yield* process.totals("payments")
      assert.strictEqual(fates["payment-matched"] + fates["payment-superseded"], 20)
      yield* pass("45 seconds")
      assert.deepStrictEqual(
        (yield* world.deadLetters).map((letter) => attributeOf(letter, "dlq-reason")),
        ["store-rejected"]
      )
      assert.include(
        good.map(({ payment_id }) => payment_id),
        cluster.table.fact(1n)?.payment_id
      )
    })
  )

  it.effect(
    "[G3] [G4] one order that is refused changes neither readiness nor intake, and health names it",
    () =>
      Effect.gen(function* () {
        const { cluster, world } = yield* makeRefusingWorld({ batchSize: 10 })
        const process = yield* world.start()
        yield* world.publishOrders(...orders(1, 5))
        yield* eventually("the first orders are settled", settled(world, ordersTopic))
        cluster.faults.refuse = (request) => (isAt(7n)(request) ? tooLong : undefined)
        // Two messages for one row, in batches of their own, and nothing else to show that the table works.
        yield* world.publishOrders(orderOf(7n))
        yield* pass("100 millis")
        yield* world.publishOrders(orderOf(7n, { item: "Lamp" }))
        for (let second = 0; second < 30; second++) {
          yield* pass("1 second")
          const { facts, orders: ofOrders } = yield* process.health
          assert.strictEqual(ofOrders._tag, "Healthy")
          assert.include(["Healthy", "Degraded"], facts._tag)
          if (second === 20)
            assert.match(facts._tag === "Degraded" ? facts.reason : "", /order_id 7: .*Cannot index value/)
        }
        yield* pass("15 seconds")
        const letters = yield* world.deadLetters
        assert.deepStrictEqual(
          letters.map((letter) => attributeOf(letter, "dlq-reason")),
          ["store-rejected", "store-rejected"]
        )
        assert.match(
          attributeOf(letters[0] ?? assert.fail(), "dlq-error"),
          /^Cannot index value of size 70000 .*refused alone/
        )
        assert.strictEqual((yield* process.health).facts._tag, "Healthy")
      })
  )

  it.effect("[G3] refused rows that fill MAX_RETRYING, with nothing to come past them, get their fate", () =>
    Effect.gen(function* () {
      const { cluster, world } = yield* makeRefusingWorld({ batchSize: 10 })
      const process = yield* world.start({ maxRetrying: 20 })
      yield* world.publishOrders(orderOf(1n))
      yield* eventually("the first order is settled", settled(world, ordersTopic))
      cluster.faults.refuse = ({ rows }) => (rows.some(({ orderId }) => orderId > 1n) ? tooLong : undefined)
      yield* world.publishOrders(...orders(2, 40))
      yield* pass("150 seconds")
      const totals = yield* process.totals("orders")
      assert.strictEqual(totals.fates["dead-lettered(store-rejected)"], 40)
      assert.strictEqual(totals.fates["order-stored"], 1)
      yield* world.publishOrders(orderOf(1n, { item: "Lamp" }))
      yield* eventually("later orders are stored", settled(world, ordersTopic))
    })
  )

  it.effect.each([
    ["a default TTL that is too large", [0x2200, "ttl is too large. requested (630720000)"]],
    ["no permission to write", [0x2100, "User app has no MODIFY permission on <table k.t>"]]
  ] as const)(
    "[G4] with %s nothing is written for three minutes, and nothing becomes a dead letter",
    ([, refused]) =>
      Effect.gen(function* () {
        const { cluster, world } = yield* makeRefusingWorld({ batchSize: 10 })
        const process = yield* world.start({ maxRetrying: 500 })
        yield* world.publishOrders(...orders(1, 100))
        yield* eventually("the first orders are settled", settled(world, ordersTopic))
        cluster.faults.refuse = ({ kind }) => (kind === "orders" || kind === "payments" ? refused : undefined)
        for (let minute = 0; minute < 3; minute++) {
          yield* world.publishOrders(...orders(101 + minute * 20, 20))
          yield* world.publishPayments(
            ...orders(1 + minute * 10, 10).map(({ order_id }) => paymentOf(order_id))
          )
          yield* pass("1 minute")
          assert.strictEqual((yield* process.health).facts._tag, "Unavailable")
        }
        assert.deepStrictEqual(yield* world.deadLetters, [])
        cluster.faults.refuse = () => undefined
        yield* eventually("the orders are settled", settled(world, ordersTopic))
        yield* eventually("the payments are settled", settled(world, paymentsTopic))
        assert.deepStrictEqual(yield* world.deadLetters, [])
      })
  )

  it.effect.each([
    ["never answers", [0x1100, "Operation timed out"], 60],
    ["refuses every row", noTtl, 250]
  ] as const)(
    "[G4] [G6] the end of an outage in which Cassandra %s finds whole batches, not single rows",
    ([, refused, mostAlone]) =>
      Effect.gen(function* () {
        const { cluster, world } = yield* makeRefusingWorld({ batchSize: 10 })
        yield* world.start({ maxRetrying: 500 })
        yield* world.publishOrders(...orders(1_001, 10))
        yield* eventually("the first orders are settled", settled(world, ordersTopic))
        let alone = 0
        cluster.faults.refuse = ({ kind }) => (kind === "ping" ? undefined : refused)
        cluster.faults.onRequest = ({ kind, rows }) => {
          if (kind === "orders" && rows.length === 1) alone++
        }
        yield* world.publishOrders(...orders(1, 400))
        yield* pass("60 seconds")
        // Which row a refusal is for is found out by asking for one row of each batch alone.
        assert.isAtMost(alone, mostAlone)
        const written: Array<ReadonlyArray<bigint>> = []
        cluster.faults.refuse = () => undefined
        cluster.faults.onRequest = ({ kind, rows }) => {
          if (kind === "orders") written.push(rows.map(({ orderId }) => orderId))
        }
        yield* eventually("the orders are settled", settled(world, ordersTopic))
        assert.strictEqual(written.flat().filter((orderId) => orderId <= 400n).length, 400)
        const batches = written.filter(([orderId = 0n]) => orderId <= 400n)
        assert.isAtMost(batches.length, 80, batches.map(({ length }) => length).join(" "))
      })
  )
})

const tooLong: Refused = [0x2200, "Cannot index value of size 70000 for index i on k.t(shipping_address)"]

const noTtl: Refused = [0x2200, "ttl is too large. requested (630720000)"]

const denied: Refused = [0x2200, "Unable to read denylisted partition [0x0000000000000007] in k/t"]

const chunks = <A>(all: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size))
