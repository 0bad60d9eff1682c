import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { lookUpAnswersMax } from "../../src/ingest/Limits.ts"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { rfc3339 } from "../../src/time/Rfc3339.ts"
import { everyMinute, lettersThatWouldMatch } from "../support/Redriving.ts"
import { bytesOf, orderOf, paymentOf } from "../support/Samples.ts"
import { makeWorld, ordersTopic, paymentsTopic, worldBegins } from "../support/World.ts"

const greatest = 2n ** 63n - 1n

const at = (seconds: number): string => rfc3339((worldBegins + seconds * 1_000) * 1_000)

describe("a look-up in a running process", () => {
  it.effect("finds a waiting payment by its own id and by its order's, with the end of its grace", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const { processor } = yield* world.start({ paymentGrace: Duration.seconds(30) })
      yield* pass("5 seconds")
      const [messageId] = yield* world.publishPayments(paymentOf(greatest, { payment_id: greatest - 1n }))
      yield* world.publishPayments(paymentOf(7n))
      yield* pass("2 seconds")
      const byPayment = yield* processor.lookUp({ kind: "payment", id: greatest - 1n })
      assert.deepStrictEqual(byPayment.held, [
        {
          stream: "payments",
          place: "waiting",
          messageId: String(messageId && "success" in messageId ? messageId.success : ""),
          publishTime: at(5),
          orderId: String(greatest),
          paymentId: String(greatest - 1n),
          since: at(5),
          until: at(35),
          reason: null
        }
      ])
      assert.strictEqual(byPayment.heldCount, 1)
      assert.match(byPayment.process, /^process-1 run /)
      assert.match(byPayment.subscriptions.payments, /\/subscriptions\/payment_data-sub$/)
      const byOrder = yield* processor.lookUp({ kind: "order", id: greatest })
      assert.deepStrictEqual(byOrder.held, byPayment.held)
      assert.deepStrictEqual((yield* processor.lookUp({ kind: "payment", id: greatest })).held, [])
      assert.deepStrictEqual((yield* processor.lookUp({ kind: "order", id: 8n })).held, [])
    })
  )

  it.effect("finds what is tried again, with the reason, and nothing of it once it is stored", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const { processor } = yield* world.start()
      world.storeFaults.isAway = true
      yield* world.publishOrders(orderOf(7n), orderOf(8n))
      yield* world.publishPayments(paymentOf(7n))
      yield* world.publishRaw(ordersTopic, { data: bytesOf("{"), attributes: {}, orderingKey: "" })
      yield* pass("10 seconds")
      const { held } = yield* processor.lookUp({ kind: "order", id: 7n })
      assert.deepStrictEqual(
        held.map(({ place, paymentId, stream }) => [stream, place, paymentId]),
        [
          ["orders", "retrying", null],
          ["payments", "retrying", "1007"]
        ]
      )
      for (const { reason } of held) assert.match(reason ?? "", /: .*no host answers|not answer|away/)
      world.storeFaults.isAway = false
      yield* eventually(
        "everything is settled",
        Effect.map(Effect.all([world.pending(ordersTopic), world.pending(paymentsTopic)]), (both) =>
          both.every(({ length }) => length === 0)
        )
      )
      assert.strictEqual((yield* processor.lookUp({ kind: "order", id: 7n })).heldCount, 0)
    })
  )

  it.effect("tells of what is in flight: its attempt has not ended", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const { processor } = yield* world.start()
      world.storeFaults.latency = () => 20_000
      yield* world.publishOrders(orderOf(7n))
      yield* pass("1 second")
      const { held } = yield* processor.lookUp({ kind: "order", id: 7n })
      assert.deepStrictEqual(
        held.map(({ place, reason }) => [place, reason]),
        [["in-flight", null]]
      )
    })
  )

  it.effect("says whether it redrives, and so holds dead letters", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* lettersThatWouldMatch(world, 300)
      const { processor, redrives } = yield* world.start(everyMinute)
      const redriveRunning = Effect.map(
        processor.lookUp({ kind: "order", id: 7n }),
        (answer) => answer.redriveRunning
      )
      assert.isFalse(yield* redriveRunning)
      yield* eventually(
        "a redrive runs",
        Effect.map(redrives, ({ isRunning }) => isRunning)
      )
      assert.isTrue(yield* redriveRunning)
      yield* eventually(
        "it has ended",
        Effect.map(redrives, ({ last }) => last !== undefined)
      )
      assert.isFalse(yield* redriveRunning)
    })
  )

  it.effect("[G6] answers with a hundred of many payments, and says how many there are", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const { processor } = yield* world.start()
      const many = Array.from({ length: 300 }, (_, index) => paymentOf(7n, { payment_id: BigInt(index + 1) }))
      yield* world.publishPayments(...many)
      yield* pass("2 seconds")
      const answer = yield* processor.lookUp({ kind: "order", id: 7n })
      assert.strictEqual(answer.heldCount, 300)
      assert.lengthOf(answer.held, lookUpAnswersMax)
    })
  )

  it.effect(
    "says how far both streams are read: not past an order without a fate; null before anything is known",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const { processor } = yield* world.start()
        const readUpTo = Effect.map(processor.lookUp({ kind: "order", id: 1n }), (answer) => answer.readUpTo)
        assert.deepStrictEqual(yield* readUpTo, { orders: null, payments: null })
        yield* world.publishOrders(orderOf(1n))
        yield* world.publishPayments(paymentOf(1n))
        yield* pass("20 seconds")
        const quiet = yield* readUpTo
        assert.isAtLeast(Date.parse(quiet.orders ?? ""), worldBegins + 10_000)
        assert.isAtLeast(Date.parse(quiet.payments ?? ""), worldBegins + 10_000)
        assert.isBelow(Date.parse(quiet.payments ?? ""), worldBegins + 20_000)
        world.storeFaults.isAway = true
        yield* world.publishOrders(orderOf(2n))
        yield* pass("1 second")
        assert.strictEqual((yield* readUpTo).orders, at(20))
      })
  )
})
