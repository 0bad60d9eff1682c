import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect } from "effect"
import { progressTtlSeconds } from "../../src/facts/Limits.ts"
import { ProgressTableError } from "../../src/facts/ProgressTable.ts"
import { earlyReleaseMillis, expiredRowMillis, reopenedOutstanding } from "../../src/ingest/Limits.ts"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { cuttable } from "../support/CuttableTables.ts"
import { faultyFactStore, noStoreFaults } from "../support/FaultyFactStore.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"
import { attributeOf, makeWorld, paymentsTopic, type World, worldBegins } from "../support/World.ts"

const grace = { paymentGrace: Duration.seconds(10) }

const rowsOf = (world: World) => world.progressTable.readAll

const reasonsOf = (world: World) =>
  Effect.map(world.deadLetters, (letters) => letters.map((letter) => attributeOf(letter, "dlq-reason")))

const elapsedMillis = Effect.map(Clock.currentTimeMillis, (now) => now - worldBegins)

describe("processors of one subscription", () => {
  it.effect("[G5] a process takes nothing in before its row is confirmed", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const { line, behind } = cuttable()
      line.cut(true)
      yield* world.publishOrders(orderOf(1n))
      const process = yield* world.start(grace, "a", behind)
      yield* pass("30 seconds")
      assert.strictEqual((yield* process.totals("orders")).received, 0)
      const { orders } = yield* process.health
      assert.strictEqual(orders._tag, "Unavailable")
      line.cut(false)
      yield* pass("6 seconds")
      assert.strictEqual((yield* process.totals("orders")).fates["order-stored"], 1)
    })
  )

  it.effect("[G5] while another process cannot store an order, its payment is no dead letter", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({ batchSize: 1 })
      const slow = noStoreFaults()
      slow.encounter = () => "timed-out-unwritten"
      const small = { ...grace, maxOutstandingMessages: 2, waitingRoomMax: 1 }
      const holder = yield* world.start(small, "a", { store: (table) => faultyFactStore(table, slow) })
      yield* world.publishOrders(orderOf(1n))
      yield* pass("3 seconds")
      assert.strictEqual((yield* holder.totals("orders")).retrying, 1)
      const other = yield* world.start(grace, "b")
      yield* pass("2 seconds")
      // The holder takes three of them.
      yield* world.publishPayments(...[1n, 1n, 1n, 1n, 1n, 1n, 2n].map((id) => paymentOf(id)))
      yield* pass("1 second")
      assert.isAtLeast((yield* other.totals("payments")).waiting, 2)
      yield* pass("60 seconds")
      // The order is told by id: it holds up no other payment.
      assert.deepStrictEqual(yield* reasonsOf(world), ["unmatched-payment"])
      assert.lengthOf(yield* world.pending(paymentsTopic), 6)
      slow.encounter = () => "answered"
      yield* eventually("the payment is matched", settled(world, paymentsTopic))
      assert.lengthOf(yield* world.deadLetters, 1)
    })
  )

  it.effect(
    "[G5] a process that was cut off from Cassandra gives its orders back, and none becomes a dead letter's",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const { line, behind } = cuttable()
        const cut = yield* world.start(grace, "a", behind)
        yield* pass("4 seconds")
        line.cut(true)
        yield* world.publishOrders(...ids(20).map((id) => orderOf(id)))
        yield* pass("1 second")
        assert.strictEqual((yield* cut.totals("orders")).received, 20)
        const other = yield* world.start(grace, "b")
        yield* world.publishPayments(...ids(20).map((id) => paymentOf(id)))
        yield* pass("15 seconds")
        assert.lengthOf(yield* world.deadLetters, 0)
        // Whether or not it answers to anything: it has given everything back, and reads no more.
        yield* pass(earlyReleaseMillis)
        assert.strictEqual((yield* cut.totals("orders")).released, 20)
        assert.strictEqual((yield* other.totals("orders")).fates["order-stored"], 20)
        const { orders } = yield* cut.health
        assert.strictEqual(orders._tag, "Unavailable")
        // With it the remedy is found: what keeps the row from being written may be a right that is missing.
        assert.instanceOf(orders._tag === "Unavailable" && (orders.error as Error).cause, ProgressTableError)
        yield* eventually("the payments are matched", settled(world, paymentsTopic))
        assert.lengthOf(yield* world.deadLetters, 0)

        line.cut(false)
        yield* pass("10 seconds")
        assert.strictEqual((yield* cut.health).orders._tag, "Healthy")
      })
  )

  it.effect(
    "[G5] a process that reads again begins with few messages, and takes twice as many with each renewal",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const { line, behind } = cuttable()
        const process = yield* world.start(grace, "a", behind)
        yield* pass("4 seconds")
        line.cut(true)
        yield* pass("30 seconds")
        yield* world.publishOrders(...ids(900).map((id) => orderOf(id)))
        world.storeFaults.latency = () => 300_000
        line.cut(false)
        const received = Effect.map(process.totals("orders"), (totals) => totals.received)
        yield* eventually(
          "the first",
          Effect.map(received, (count) => count > 0)
        )
        assert.strictEqual(yield* received, reopenedOutstanding)
        yield* eventually(
          "the next",
          Effect.map(received, (count) => count > reopenedOutstanding)
        )
        assert.strictEqual(yield* received, 2 * reopenedOutstanding)
        yield* pass("20 seconds")
        assert.strictEqual(yield* received, 900)
      })
  )

  it.effect("[G5] a process that can store orders keeps reading, and gives back those that it cannot", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const { line, behind } = cuttable()
      const slow = noStoreFaults()
      const process = yield* world.start(grace, "a", {
        ...behind,
        store: (table) => faultyFactStore(table, slow)
      })
      yield* pass("4 seconds")
      line.cut(true)
      slow.encounter = (orderId) => (orderId === 1n ? "timed-out-unwritten" : "answered")
      for (let second = 0; second < 45; second++) {
        yield* world.publishOrders(orderOf(second === 0 ? 1n : BigInt(100 + second)))
        yield* pass("1 second")
      }
      const { fates, released } = yield* process.totals("orders")
      assert.strictEqual(fates["order-stored"], 44)
      assert.isAtLeast(released, 1)
      assert.strictEqual((yield* process.health).orders._tag, "Healthy")
    })
  )

  it.effect(
    "[G5] the row of a process that died holds verdicts up until it is gone, and what was sent there has come again",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const dies = yield* world.start(grace, "a")
        yield* world.start(grace, "b")
        yield* pass("10 seconds")
        yield* dies.crash
        const diedAt = yield* elapsedMillis
        yield* world.publishPayments(paymentOf(1n))
        yield* pass("50 seconds")
        assert.lengthOf(yield* world.deadLetters, 0)
        yield* eventually(
          "the verdict",
          Effect.map(world.deadLetters, ({ length }) => length === 1)
        )
        const waited = (yield* elapsedMillis) - diedAt
        const held = progressTtlSeconds * 1_000 + expiredRowMillis
        assert.isAtLeast(waited, held - 4_000)
        assert.isAtMost(waited, held + 5_000)
      })
  )

  it.effect("[G5] a row of a format that is not known here holds verdicts up", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const later = { process: "later", renewal: 1, progress: undefined }
      const process = yield* world.start(grace, "a", {
        progress: (table) => ({ ...table, readAll: Effect.map(table.readAll, (rows) => [...rows, later]) })
      })
      yield* world.publishPayments(paymentOf(1n))
      yield* pass("120 seconds")
      assert.lengthOf(yield* world.deadLetters, 0)
      assert.match(yield* process.prometheus, /^counterfoil_verdicts_held_up_seconds 1\d\d/m)
    })
  )

  it.effect(
    "[G5] a stop removes the row of a process that gave no order back, and leaves that of one that did",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const clean = yield* world.start(grace, "a")
        yield* world.publishOrders(orderOf(1n))
        yield* pass("2 seconds")
        assert.lengthOf(yield* rowsOf(world), 1)
        yield* clean.shutDown
        assert.deepStrictEqual(yield* rowsOf(world), [])

        world.storeFaults.encounter = () => "timed-out-unwritten"
        const stuck = yield* world.start(grace, "b")
        yield* pass("2 seconds")
        yield* world.publishOrders(orderOf(2n))
        const publishedMicros = (yield* Clock.currentTimeMillis) * 1_000
        yield* pass("100 millis")
        yield* stuck.shutDown
        const [row] = yield* rowsOf(world)
        assert.strictEqual(row?.progress?.watermarkMicros, publishedMicros)

        // What was received and never handed over is given back as well.
        world.storeFaults.encounter = () => "answered"
        const parked = yield* world.start(grace, "c")
        yield* pass("70 seconds")
        world.parked.oldestMicros = 5
        yield* parked.shutDown
        const [last] = yield* rowsOf(world)
        assert.strictEqual(last?.progress?.watermarkMicros, 5)
      })
  )

  it.effect("[G5] at rest a process sends less than one statement a second, and none without a grace", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const { line, behind } = cuttable()
      yield* world.start(grace, "a", behind)
      yield* pass("10 seconds")
      const before = line.statements
      yield* pass("60 seconds")
      // Beside them the fact table is pinged every 5 s.
      assert.isAtMost(line.statements - before, 42)
      assert.isAtLeast(line.statements - before, 38)

      const without = cuttable()
      yield* world.start({ paymentGrace: Duration.zero }, "b", without.behind)
      yield* pass("60 seconds")
      assert.strictEqual(without.line.statements, 0)
    })
  )

  it.effect("[G5] many payments are judged by one reading a second", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const { line, behind } = cuttable()
      yield* world.start(grace, "a", behind)
      yield* world.publishPayments(...ids(300).map((id) => paymentOf(id)))
      yield* pass("10 seconds")
      const before = line.statements
      yield* eventually("the verdicts", settled(world, paymentsTopic))
      const seconds = (yield* elapsedMillis) / 1_000 - 10
      assert.lengthOf(yield* world.deadLetters, 300)
      assert.isAtMost(line.statements - before, 2 * seconds + 3)
    })
  )
})

const ids = (count: number): ReadonlyArray<bigint> => Array.from({ length: count }, (_, at) => BigInt(at + 1))

const settled = (world: World, topic: string) =>
  Effect.map(world.pending(topic), ({ length }) => length === 0)
