import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Result } from "effect"
import { type DeadLetterReason, type HandlingFailure, Undecodable } from "../../src/domain/Fate.ts"
import { makeDeadLetterLog } from "../../src/ingest/DeadLetterLog.ts"
import type { DecodedDelivery } from "../../src/pipeline/DecodedDelivery.ts"
import { pass } from "../../src/testing/VirtualTime.ts"
import { collectedIn, type LogLine } from "../support/LogLines.ts"
import { deliveryOf, paymentOf, paymentWork } from "../support/Samples.ts"

type Decoded = DecodedDelivery<{ readonly order_id: bigint }, HandlingFailure>

const letterOf = (decoded: Decoded, reason: DeadLetterReason) => ({
  decoded,
  letter: { delivery: decoded.delivery, subscription: "s", reason, error: "why" }
})

const unmatched = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    letterOf(paymentWork(paymentOf(BigInt(index + 1))), "unmatched-payment")
  )

const unreadable: Decoded = {
  delivery: deliveryOf("unreadable"),
  decoded: Result.fail(new Undecodable({ message: "Expected JSON" })),
  receivedAtMillis: 0
}

describe("the log of dead letters", () => {
  it.effect(
    "names message and order, the reason and the error; an order that nobody can know is left out",
    () =>
      Effect.gen(function* () {
        const lines: Array<LogLine> = []
        yield* Effect.gen(function* () {
          const log = yield* makeDeadLetterLog()
          yield* log.published("payments", unmatched(1))
          yield* log.published("orders", [letterOf(unreadable, "undecodable")])
        }).pipe(Effect.provide(collectedIn(lines)))
        assert.deepStrictEqual(lines, [
          {
            level: "Info",
            text: "dead letter: unmatched-payment",
            annotations: { stream: "payments", messageId: "payment-1001", orderId: 1n, error: "why" }
          },
          {
            level: "Info",
            text: "dead letter: undecodable",
            annotations: { stream: "orders", messageId: "unreadable", error: "why" }
          }
        ])
      })
  )

  it.effect(
    "[G6] 1,000 a second of both streams are 10 lines a second, and a line of counts every 10 s",
    () =>
      Effect.gen(function* () {
        const lines: Array<LogLine> = []
        yield* Effect.gen(function* () {
          const log = yield* makeDeadLetterLog()
          const watching = yield* Effect.forkChild(log.watch, { startImmediately: true })
          for (let second = 0; second < 60; second++) {
            yield* log.published("payments", unmatched(600))
            yield* log.published(
              "orders",
              Array.from({ length: 400 }, () => letterOf(unreadable, "undecodable"))
            )
            yield* pass("1 second")
          }
          yield* Fiber.interrupt(watching)
        }).pipe(Effect.provide(collectedIn(lines)))
        const [listed, counts] = [
          lines.filter(({ text }) => text.startsWith("dead letter: ")),
          lines.filter(({ text }) => text.startsWith("dead letters, "))
        ]
        assert.strictEqual(listed.length + counts.length, lines.length)
        assert.lengthOf(listed, 600)
        assert.lengthOf(counts, 6)
        assert.strictEqual(
          counts[0]?.text,
          "dead letters, not logged one by one: 5900 unmatched-payment, 4000 undecodable"
        )
      })
  )

  it.effect("every one is a line at Debug, and each only once", () =>
    Effect.gen(function* () {
      const lines: Array<LogLine> = []
      yield* Effect.gen(function* () {
        const log = yield* makeDeadLetterLog()
        yield* log.published("payments", unmatched(30))
      }).pipe(Effect.provide(collectedIn(lines, "Debug")))
      assert.strictEqual(new Set(lines.map(({ annotations }) => annotations["messageId"])).size, 30)
      assert.deepStrictEqual(
        lines.map(({ level }) => level),
        [...Array(10).fill("Info"), ...Array(20).fill("Debug")]
      )
    })
  )

  it.effect("what was not counted yet is counted once at the end, and nothing where there was nothing", () =>
    Effect.gen(function* () {
      const lines: Array<LogLine> = []
      yield* Effect.gen(function* () {
        const log = yield* makeDeadLetterLog()
        yield* log.flush
        yield* log.published("payments", unmatched(13))
        yield* log.flush
        yield* log.flush
      }).pipe(Effect.provide(collectedIn(lines)))
      assert.deepStrictEqual(lines.map(({ text }) => text).slice(10), [
        "dead letters, not logged one by one: 3 unmatched-payment"
      ])
    })
  )

  it.effect("of a demo, the first of each reason is an example, and the others are counts", () =>
    Effect.gen(function* () {
      const lines: Array<LogLine> = []
      yield* Effect.gen(function* () {
        const log = yield* makeDeadLetterLog("one of each reason")
        for (let second = 0; second < 5; second++) {
          yield* log.published("payments", unmatched(5))
          yield* log.published("orders", [letterOf(unreadable, "undecodable")])
          yield* pass("1 second")
        }
        yield* log.flush
      }).pipe(Effect.provide(collectedIn(lines)))
      assert.deepStrictEqual(
        lines.map(({ text }) => text),
        [
          "dead letter: unmatched-payment",
          "dead letter: undecodable",
          "dead letters, not logged one by one: 24 unmatched-payment, 4 undecodable"
        ]
      )
    })
  )
})
