import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { receivedDeadLetter } from "../../src/deadletters/ReceivedDeadLetter.ts"
import { restoredMessage } from "../../src/deadletters/RestoredMessage.ts"
import type { Order } from "../../src/domain/Order.ts"
import { versionOfOrder } from "../../src/domain/Version.ts"
import { FactStore } from "../../src/facts/FactStore.ts"
import { makeDeadLetterExplanation } from "../../src/ingest/DeadLetterExplanation.ts"
import { everyDeadLetter } from "../../src/ingest/DeadLetterFilter.ts"
import { surveyGroupsMax } from "../../src/ingest/Limits.ts"
import { rfc3339 } from "../../src/time/Rfc3339.ts"
import { CellTable } from "../support/CellTable.ts"
import { worldSources } from "../support/Redriving.ts"
import { deliveryOf, messageOf, orderOf, paymentOf } from "../support/Samples.ts"

const publishedAt = 1_700_000_000_000_000
const great = 2n ** 63n - 1n

/** The dead letter of a payment, given up a minute after it was published. */
const letterOf = (orderId: bigint, attributes: Readonly<Record<string, string>> = {}) =>
  receivedDeadLetter(
    deliveryOf(`letter-${orderId}`, {
      ...messageOf(paymentOf(orderId, { payment_id: orderId }), {
        "dlq-reason": "unmatched-payment",
        "dlq-subscription": worldSources.payments,
        "dlq-publish-time": rfc3339(publishedAt),
        ...attributes
      }),
      publishTimeMicros: publishedAt + 60_000_000
    })
  )

const publish = (table: CellTable, order: Order, micros: number) => {
  const { order_id, ...columns } = order
  table.write(order_id, columns, versionOfOrder(order, micros))
}

const explanationOf = (table: CellTable, ...letters: ReadonlyArray<ReturnType<typeof letterOf>>) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(publishedAt / 1000 + 86_400_000)
    const explanation = makeDeadLetterExplanation({ filter: everyDeadLetter, sources: worldSources })
    yield* explanation.add(letters)
    return explanation.picture()
  }).pipe(Effect.provideService(FactStore, table.store))

describe("what dead letters are explained by", () => {
  it.effect("how late its order was, for each payment, whatever its id", () =>
    Effect.gen(function* () {
      const table = new CellTable()
      publish(table, orderOf(great), publishedAt + 41_000_000)
      publish(table, orderOf(2n), publishedAt + 2_000_400)
      publish(table, orderOf(3n), publishedAt - 7_000_000)
      const { payments } = yield* explanationOf(
        table,
        ...[great, 2n, 3n, 2n ** 53n + 1n].map((id) => letterOf(id))
      )
      assert.deepStrictEqual(payments.lateMillis, [-7_000, 2_000, 41_000])
      assert.deepStrictEqual(payments.latest, { orderId: String(great), paymentId: String(great) })
      assert.deepStrictEqual(payments.absentExample, {
        orderId: "9007199254740993",
        paymentId: "9007199254740993"
      })
      assert.strictEqual(payments.absent, 1)
    })
  )

  it.effect(
    "a row whose version is not the hash of its order says nothing: another program has written it",
    () =>
      Effect.gen(function* () {
        const table = new CellTable()
        const version = versionOfOrder(orderOf(1n), publishedAt + 41_000_000)
        const { order_id: _, ...columns } = orderOf(1n)
        table.write(1n, columns, version + 1n)
        // An order of which another program has changed one field.
        publish(table, orderOf(2n), publishedAt + 5_000_000)
        table.write(2n, { item: "Phone" }, BigInt(publishedAt) + 5_001_000n)
        // Nanoseconds, as some drivers count them, which happen to end like a version.
        const inNanoseconds = versionOfOrder(orderOf(3n), publishedAt * 1_000)
        table.write(3n, columns, inNanoseconds)
        const { payments } = yield* explanationOf(table, letterOf(1n), letterOf(2n), letterOf(3n))
        assert.deepStrictEqual(payments.lateMillis, [])
        assert.strictEqual(payments.untold, 3)
      })
  )

  it.effect(
    "a payment says nothing either where nobody says when it was published, or somebody forged it",
    () =>
      Effect.gen(function* () {
        const table = new CellTable()
        for (const id of [1n, 2n, 3n]) publish(table, orderOf(id), publishedAt + 41_000_000)
        const original = receivedDeadLetter(deliveryOf("original", messageOf(paymentOf(1n))))
        const forged = letterOf(2n, { "dlq-publish-time": "2090-01-01T00:00:00Z" })
        const { payments } = yield* explanationOf(
          table,
          original,
          forged,
          letterOf(3n, { "dlq-publish-time": "" })
        )
        assert.deepStrictEqual([payments.undated, payments.lateMillis.length], [3, 0])
        assert.lengthOf(payments.arrivals, 3)
      })
  )

  it.effect("nor does it once its dead letter was taken out and put back", () =>
    Effect.gen(function* () {
      const table = new CellTable()
      publish(table, orderOf(1n), publishedAt + 41_000_000)
      const original = deliveryOf("original", { ...messageOf(paymentOf(1n)), publishTimeMicros: publishedAt })
      const restored = deliveryOf("restored", {
        ...restoredMessage(original),
        publishTimeMicros: publishedAt + 3_600_000_000
      })
      const { payments } = yield* explanationOf(table, receivedDeadLetter(restored))
      assert.deepStrictEqual([payments.undated, payments.lateMillis], [1, []])
    })
  )

  it.effect("others by reason, field and subscription, at the times at which they were published", () =>
    Effect.gen(function* () {
      const violation = {
        "dlq-reason": "schema-violation",
        "dlq-path": "price",
        "dlq-error": "price: a number"
      }
      const foreign = { "dlq-subscription": "projects/other/subscriptions/payments" }
      const {
        foreign: others,
        groups,
        payments
      } = yield* explanationOf(
        new CellTable(),
        letterOf(1n, violation),
        letterOf(2n, { ...violation, "dlq-publish-time": rfc3339(publishedAt - 5) }),
        letterOf(3n, { "dlq-reason": "undecodable" }),
        letterOf(4n, foreign)
      )
      assert.deepStrictEqual(
        groups.map(({ error, path, publishedMicros, reason }) => [reason, path, error, publishedMicros]),
        [
          ["schema-violation", "price", "price: a number", [publishedAt - 5, publishedAt]],
          ["undecodable", undefined, undefined, [publishedAt]]
        ]
      )
      assert.deepStrictEqual([others, payments.arrivals.length], [1, 0])
    })
  )

  it.effect("[G6] of groups 1,000; further ones are counted", () =>
    Effect.gen(function* () {
      const letters = Array.from({ length: surveyGroupsMax + 7 }, (_, index) =>
        letterOf(BigInt(index + 1), { "dlq-reason": "schema-violation", "dlq-path": `field ${index}` })
      )
      const { groups, ungrouped } = yield* explanationOf(new CellTable(), ...letters)
      assert.deepStrictEqual([groups.length, ungrouped], [surveyGroupsMax, 7])
    })
  )
})
