import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Random } from "effect"
import { recheckCapMillis } from "../../src/ingest/Limits.ts"
import type { WaitingPayment } from "../../src/ingest/PaymentsByOrder.ts"
import type { JudgedPayment } from "../../src/ingest/UnmatchedVerdict.ts"
import { makeWaitingPayments, type WaitingPaymentsOptions } from "../../src/ingest/WaitingPayments.ts"
import { pass } from "../../src/testing/VirtualTime.ts"
import { retryJitter } from "../../src/time/Limits.ts"
import { paymentOf, paymentWork } from "../support/Samples.ts"

const makeRoom = (options: Partial<WaitingPaymentsOptions> = {}) =>
  makeWaitingPayments({ maxMessages: 100, maxBytes: 1_000_000, grace: Duration.seconds(30), ...options })

const workOf = (id: number, bytes?: number) =>
  paymentWork(paymentOf(BigInt(id)), bytes === undefined ? {} : { data: new Uint8Array(bytes) })

const admitAll = (room: Effect.Success<ReturnType<typeof makeRoom>>, ...ids: ReadonlyArray<number>) =>
  Effect.forEach(ids, (id) => room.add(BigInt(id), workOf(id)), { discard: true })

const idsOf = (guests: ReadonlyArray<WaitingPayment>) => guests.map(({ orderId }) => Number(orderId))

/** Who is due at this moment; taken. */
const dueNow = Effect.fnUntraced(function* (
  room: Effect.Success<ReturnType<typeof makeRoom>>,
  atMost = Number.POSITIVE_INFINITY
) {
  const fiber = yield* Effect.forkChild(room.takeDue(atMost))
  yield* pass(0)
  const exit = fiber.pollUnsafe()
  yield* Fiber.interrupt(fiber)
  return exit !== undefined && Exit.isSuccess(exit) ? exit.value : []
})

const isSuspended = Effect.fnUntraced(function* <A>(fiber: Fiber.Fiber<A>) {
  yield* pass(0)
  return fiber.pollUnsafe() === undefined
})

describe("WaitingPayments", () => {
  it.effect("[G6] a full room lets nobody in until somebody is dismissed", () =>
    Effect.gen(function* () {
      const room = yield* makeRoom({ maxMessages: 2 })
      yield* admitAll(room, 1, 2)
      const third = yield* Effect.forkChild(admitAll(room, 3))
      assert.isTrue(yield* isSuspended(third))
      assert.strictEqual(room.occupancy(), 2)
      yield* pass("1 second")
      const due = yield* dueNow(room)
      yield* room.remove(due.slice(0, 1))
      assert.isFalse(yield* isSuspended(third))
      assert.strictEqual(room.occupancy(), 2)
    })
  )

  it.effect("[G6] bytes are bounded as messages are, and one message always fits", () =>
    Effect.gen(function* () {
      const room = yield* makeRoom({ maxBytes: 1_000 })
      yield* room.add(1n, workOf(1, 600))
      const second = yield* Effect.forkChild(room.add(2n, workOf(2, 600)))
      assert.isTrue(yield* isSuspended(second))
      yield* pass("1 second")
      yield* room.remove(yield* dueNow(room))
      assert.isFalse(yield* isSuspended(second))
      const huge = yield* Effect.forkChild(room.add(3n, workOf(3, 10_000)))
      assert.isTrue(yield* isSuspended(huge))
      yield* pass("1 second")
      yield* room.remove(yield* dueNow(room))
      assert.isFalse(yield* isSuspended(huge))
    })
  )

  it.effect("[G6] bytes are those of attributes, ordering key and ids too, however small the data", () =>
    Effect.gen(function* () {
      const heavy = {
        attributes: { trace: "x".repeat(1_000) },
        orderingKey: "k".repeat(1_000),
        ackId: "a".repeat(1_000)
      }
      const room = yield* makeRoom({ maxBytes: 10_000 })
      const door = yield* Effect.forkChild(
        Effect.forEach([1, 2, 3, 4], (id) => room.add(BigInt(id), paymentWork(paymentOf(BigInt(id)), heavy)))
      )
      assert.isTrue(yield* isSuspended(door))
      assert.strictEqual(room.occupancy(), 3)
      yield* pass("1 second")
      yield* room.remove((yield* dueNow(room)).slice(0, 1))
      assert.isFalse(yield* isSuspended(door))
      assert.strictEqual(room.occupancy(), 3)
    })
  )

  it.effect("[G6] whoever gives up at the door takes no place with him", () =>
    Effect.gen(function* () {
      const room = yield* makeRoom({ maxMessages: 2, maxBytes: 1_000 })
      yield* room.add(1n, workOf(1, 1_000))
      const second = yield* Effect.forkChild(room.add(2n, workOf(2, 1_000)))
      assert.isTrue(yield* isSuspended(second))
      yield* Fiber.interrupt(second)
      yield* pass("1 second")
      yield* room.remove(yield* dueNow(room))
      yield* Effect.forEach([3, 4], (id) => room.add(BigInt(id), workOf(id, 400)))
      assert.strictEqual(room.occupancy(), 2)
    })
  )

  it.effect("[G5] payments of a stored order are due at once, all of them, and nobody else", () =>
    Effect.gen(function* () {
      const room = yield* makeRoom()
      yield* admitAll(room, 1, 2, 2, 3)
      const taking = yield* Effect.forkChild(room.takeDue(100))
      assert.isTrue(yield* isSuspended(taking))
      yield* room.wake([2n, 9n])
      assert.deepStrictEqual(idsOf(yield* Fiber.join(taking)), [2, 2])
    })
  )

  it.effect("[G5] an order stored during a lookup makes its payments due again at once", () =>
    Effect.gen(function* () {
      const room = yield* makeRoom()
      yield* admitAll(room, 1)
      yield* pass("1 second")
      const taken = yield* dueNow(room)
      assert.deepStrictEqual(yield* dueNow(room), [])
      yield* room.wake([1n])
      assert.deepStrictEqual(yield* dueNow(room), [])
      yield* room.keep(taken)
      assert.deepStrictEqual(idsOf(yield* dueNow(room)), [1])
    })
  )

  it.effect("[G5] rechecks come after 250 ms doubled up to 5 s, give or take a fifth", () =>
    Effect.gen(function* () {
      const room = yield* makeRoom({ grace: Duration.hours(1) })
      yield* admitAll(room, 1)
      for (const nominal of [250, 500, 1_000, 2_000, 4_000, recheckCapMillis, recheckCapMillis]) {
        yield* pass(Math.floor(nominal * (1 - retryJitter)) - 1)
        assert.deepStrictEqual(yield* dueNow(room), [])
        yield* pass(Math.ceil(nominal * 2 * retryJitter) + 2)
        const due = yield* dueNow(room)
        assert.lengthOf(due, 1)
        yield* room.keep(due)
      }
    }).pipe(Random.withSeed("rechecks"))
  )

  it.effect("[G5] the end of the grace is a time to look, whatever the backoff says", () =>
    Effect.gen(function* () {
      const room = yield* makeRoom({ grace: Duration.seconds(6) })
      yield* admitAll(room, 1)
      for (const wait of [300, 600, 1_200, 2_400]) {
        yield* pass(wait)
        yield* room.keep(yield* dueNow(room))
      }
      yield* pass(6_000 - 4_500 - 1)
      assert.deepStrictEqual(yield* dueNow(room), [])
      yield* pass(1)
      const [guest] = yield* dueNow(room)
      assert.isDefined(guest)
      if (guest !== undefined) assert.strictEqual(room.waitedMillis(guest), 6_000)
    })
  )

  it.effect("[G5] the grace is counted from admission, to the millisecond", () =>
    Effect.gen(function* () {
      const room = yield* makeRoom({ grace: Duration.seconds(6) })
      yield* pass("1 hour")
      yield* admitAll(room, 1)
      yield* pass("5999 millis")
      const [guest] = yield* dueNow(room)
      if (guest === undefined) return assert.fail("nobody is due")
      assert.strictEqual(room.waitedMillis(guest), 5_999)
      yield* pass("1 millis")
      assert.strictEqual(room.waitedMillis(guest), 6_000)
    })
  )

  it.effect("[G5] payments that a verdict is given on are due at once, and the others are counted", () =>
    Effect.gen(function* () {
      const room = yield* makeRoom()
      yield* admitAll(room, 1, 2, 3)
      const verdict = {
        isUnmatched: ({ orderId }: JudgedPayment) => orderId === 2n,
        isGraceOver: ({ orderId }: JudgedPayment) => orderId !== 3n
      }
      assert.strictEqual(yield* room.reconsider(verdict), 1)
      assert.deepStrictEqual(idsOf(yield* dueNow(room)), [2])
      // One that is taken is being looked up already.
      assert.strictEqual(yield* room.reconsider(verdict), 1)
      assert.deepStrictEqual(yield* dueNow(room), [])
    })
  )

  it.effect("[G5] when more are due than are looked up at once, everyone has a turn", () =>
    Effect.gen(function* () {
      const room = yield* makeRoom()
      yield* admitAll(room, 1, 2, 3, 4, 5)
      const seen: Array<number> = []
      for (let turn = 0; turn < 5; turn++) {
        // A lookup so slow that everybody is due again after it.
        yield* pass("10 seconds")
        const due = yield* dueNow(room, 2)
        seen.push(...idsOf(due))
        yield* room.keep(due)
      }
      assert.deepStrictEqual(seen, [1, 2, 3, 4, 5, 1, 2, 3, 4, 5])
    })
  )

  it.effect("[G5] payments of a stored order are looked up before all others that are due", () =>
    Effect.gen(function* () {
      const room = yield* makeRoom()
      yield* admitAll(room, 1, 2, 3, 4, 5)
      yield* pass("10 seconds")
      yield* room.wake([5n, 4n])
      assert.deepStrictEqual(idsOf(yield* dueNow(room, 3)), [5, 4, 1])
    })
  )

  it.effect("[G5] many payments for one order take nobody's turn", () =>
    Effect.gen(function* () {
      const room = yield* makeRoom()
      yield* admitAll(room, 1, 1, 1, 1, 1, 1, 2, 3)
      const seen: Array<number> = []
      for (let turn = 0; turn < 4; turn++) {
        // A lookup so slow that everybody is due again after it.
        yield* pass("10 seconds")
        const due = yield* dueNow(room, 2)
        seen.push(...idsOf(due))
        yield* room.keep(due)
      }
      assert.deepStrictEqual(seen, [1, 1, 1, 1, 1, 1, 2, 3])
    })
  )

  it.effect("[G8] those whom nobody looks up can be taken apart from those who are being looked up", () =>
    Effect.gen(function* () {
      const room = yield* makeRoom()
      yield* admitAll(room, 1)
      yield* pass("1 second")
      const lookedUp = yield* dueNow(room)
      yield* admitAll(room, 2, 3)
      const rest = yield* room.takeIdle
      assert.deepStrictEqual(idsOf(rest), [2, 3])
      yield* room.remove(rest)
      assert.strictEqual(room.occupancy(), 1)
      assert.deepStrictEqual(idsOf(yield* room.takeAll), [1])
      yield* room.remove(lookedUp)
      assert.strictEqual(room.occupancy(), 0)
    })
  )
})
