import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { originalOrders, originalPayments } from "../../src/sample/Original.ts"
import { counterfoil, until } from "../support/Counterfoil.ts"
import type { Deployment } from "../support/Deployment.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { dlq, dlqJson, jsonLines, killedAt, matched, publish } from "./DlqCommands.ts"
import { drain } from "./Drain.ts"

const payments = originalPayments(1)
const orders = originalOrders(80, 1)

const idsFrom = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** Orders of these ids. */
const ordersOf = (ids: ReadonlyArray<number>) => {
  const [first] = orders
  const { order_id: _, ...fields } = JSON.parse(Buffer.from(first?.data ?? "").toString())
  return ids.map((order_id) => ({ data: JSON.stringify({ order_id, ...fields }) }))
}

/** Dead letters as `run` writes them, of payments for the orders of these ids. */
const lettersOf = ({ payments: topic, pubsub }: Deployment, ids: ReadonlyArray<number>, attributes = {}) =>
  ids.map((id) => ({
    data: `{"payment_id":${id},"order_id":${id},"payment_method":"PayPal","card_last_four":null,"payment_status":"Completed","payment_datetime":"now ${id}"}`,
    attributes: {
      "dlq-reason": "unmatched-payment",
      "dlq-subscription": pubsub.subscription(`${topic}-sub`),
      ...attributes
    }
  }))

/** Orders in the table, and a dead letter for each. */
const withLetters = Effect.fnUntraced(function* (count: number) {
  const deployment = yield* testDeployment()
  yield* publish(deployment, deployment.orders, ordersOf(idsFrom(1, count)))
  yield* drain(deployment.environment)
  yield* publish(deployment, deployment.deadLetters, lettersOf(deployment, idsFrom(1, count)))
  return deployment
})

describeWith("cassandra", "pubsub")("Dead letters by the thousand on real servers", () => {
  it.live(
    "[G1] [G2] the original's 420 unmatched payments: list and dry run say they would match, and redrive matches them",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        const { deadLetters, environment, pubsub } = deployment
        yield* publish(deployment, deployment.orders, orders)
        yield* drain(environment)
        yield* publish(deployment, deployment.payments, payments)
        yield* drain(environment)
        yield* Effect.promise(() =>
          pubsub.createSubscription(`${deployment.payments}-other`, deployment.payments)
        )
        yield* publish(deployment, deployment.orders, ordersOf(idsFrom(81, 500)))
        yield* drain(environment)

        const subscription = pubsub.subscription(`${deployment.payments}-sub`)
        const [group, ...lines] = yield* dlqJson(deployment, ["list", "--newest", "3"])
        assert.deepInclude(group, {
          type: "group",
          reason: "unmatched-payment",
          subscription,
          count: 420,
          verdicts: { "payment-matched": 420 }
        })
        assert.deepStrictEqual(
          lines.map(({ type }) => type),
          ["letter", "letter", "letter", "summary"]
        )
        const [dry] = yield* dlqJson(deployment, ["redrive", "--dry-run"])
        assert.deepInclude(dry, { dryRun: true, tried: 420, through: { "payment-matched": 420 }, stays: {} })
        assert.strictEqual(yield* matched(deployment), 80, "a dry run writes nothing")
        const [real] = yield* dlqJson(deployment, ["redrive", "--note", "orders came late"])
        assert.deepInclude(real, {
          dryRun: false,
          tried: 420,
          through: { "payment-matched": 420 },
          stays: {}
        })
        assert.strictEqual(yield* matched(deployment), 500)

        const empty = yield* dlq(deployment, ["list"])
        assert.strictEqual(empty.code, 0, empty.errors)
        assert.match(
          empty.out,
          new RegExp(`^0 dead letters in ${deadLetters}-sub · .*read · times are in UTC\n$`)
        )
        assert.deepStrictEqual(
          yield* Effect.promise(() => pubsub.takeAll(`${deployment.payments}-other`)),
          [],
          "no other subscriber of the payments saw anything"
        )
      }),
    240_000
  )

  it.live(
    "20,000 dead letters are counted right in under 60 s; a redrive with limit and rate stops by itself and leaves the rest",
    () =>
      Effect.gen(function* () {
        const deployment = yield* withLetters(12_000)
        const bad = (reason: string, path: string, from: number, to: number) =>
          lettersOf(deployment, idsFrom(from, to), { "dlq-reason": reason, "dlq-path": path }).map(
            (letter) => ({
              ...letter,
              data: `{"payment_id": "x", ${letter.data}`
            })
          )
        yield* publish(deployment, deployment.deadLetters, [
          ...bad("schema-violation", "payment_id", 1, 5_000),
          ...bad("undecodable", "", 1, 3_000)
        ])
        const listed = yield* dlq(deployment, ["list", "--json"])
        assert.strictEqual(listed.code, 0, listed.errors)
        assert.isBelow(listed.seconds, 60)
        const lines = jsonLines(listed.out)
        const groups = lines.filter(({ type }) => type === "group")
        assert.deepStrictEqual(
          groups.map(({ count, reason, verdicts }) => [count, reason, verdicts]),
          [
            [12_000, "unmatched-payment", { "payment-matched": 12_000 }],
            [5_000, "schema-violation", { "stays(undecodable)": 5_000 }],
            [3_000, "undecodable", { "stays(undecodable)": 3_000 }]
          ]
        )
        assert.deepInclude(lines.at(-1), {
          type: "summary",
          deadLetters: 20_000,
          isPartial: false,
          storeError: null
        })
        const redrive = yield* dlq(deployment, [
          ...["redrive", "--reason", "unmatched-payment", "--limit", "1000", "--rate", "200", "--json"]
        ])
        assert.strictEqual(redrive.code, 0, redrive.errors)
        assert.isAbove(redrive.seconds, 4.5)
        assert.deepInclude(jsonLines(redrive.out)[0], {
          tried: 1_000,
          through: { "payment-matched": 1_000 },
          endedBy: "limit"
        })
        assert.strictEqual(yield* matched(deployment), 1_000)
        const [after] = (yield* dlqJson(deployment, ["list", "--newest", "0"])).slice(-1)
        assert.deepInclude(after, { deadLetters: 19_000 })
      }),
    400_000
  )

  it.live(
    "[G1] [G2] kill -9 in the middle of a redrive, three times, loses nothing and doubles nothing",
    () =>
      Effect.gen(function* () {
        const count = 4_000
        const deployment = yield* withLetters(count)
        for (const share of [0.1, 0.3, 0.5]) yield* killedAt(deployment, ["--rate", "400"], count * share)
        // What a killed process held comes again when its leases have run out, on the emulator once for each stream.
        yield* until(
          "everything is matched and acknowledged",
          Effect.gen(function* () {
            const [tally] = yield* dlqJson(deployment, ["redrive"])
            return tally?.["read"] === 0 && (yield* matched(deployment)) === count
          }),
          "240 seconds"
        )
        const rows = yield* Effect.promise(() => deployment.table.rows())
        assert.strictEqual(rows.size, count)
        for (const [id, row] of rows) {
          assert.deepInclude(row, { payment_id: id, payment_datetime: `now ${id}` })
          assert.isNotNull(row["item"])
        }
      }),
    500_000
  )

  it.live(
    "[G8] Ctrl-C ends a redrive at a message boundary, with a tally that adds up and exit code 130",
    () =>
      Effect.gen(function* () {
        const count = 2_000
        const deployment = yield* withLetters(count)
        const redrive = yield* counterfoil(
          ["dlq", "redrive", "--rate", "200", "--json"],
          deployment.environment
        )
        yield* until(
          "it is under way",
          Effect.map(matched(deployment), (rows) => rows > 200),
          "60 seconds",
          redrive.stderr
        )
        yield* redrive.signal("SIGINT")
        const { code } = yield* redrive.ended
        assert.strictEqual(code, 130, redrive.stderr())
        const [tally] = jsonLines(redrive.stdout())
        const through = yield* matched(deployment)
        assert.isBelow(through, count)
        assert.deepInclude(tally, {
          tried: through,
          through: { "payment-matched": through },
          endedBy: "stopped"
        })
        const [rest] = yield* dlqJson(deployment, ["redrive"])
        assert.deepInclude(rest, { tried: count - through, through: { "payment-matched": count - through } })
        assert.strictEqual(yield* matched(deployment), count)
      }),
    300_000
  )
})
