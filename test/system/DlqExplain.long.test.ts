import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import type { LatePlan } from "../support/LateOrders.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { dlq, publish } from "./DlqCommands.ts"
import { explainedOn, livedOnServers } from "./LateOrders.ts"

const great = 2n ** 63n - 1n
const hostile = "\u001b[31mred\u202e\u2028\u0085"

/** Forty payments in two seconds, their orders 9 to 13 s after them; and one whose order never comes. */
const plan: ReadonlyArray<LatePlan> = [
  ...Array.from({ length: 40 }, (_, index) => ({
    orderId: 2n ** 53n + BigInt(index),
    payAtMillis: index * 50,
    delayMillis: 9_000 + ((index * 17) % 40) * 100
  })),
  { orderId: great, payAtMillis: 2_000, delayMillis: undefined }
]

describeWith("cassandra", "pubsub")("dlq explain on real servers", { concurrent: true }, () => {
  it.live(
    "names how late orders were that Cassandra holds, whatever their ids, and lets nothing touch the terminal",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        const late = yield* livedOnServers(deployment, plan, "1s")
        assert.isAtLeast(late.length, 30, "payments were given up before their orders came")
        yield* publish(deployment, deployment.deadLetters, [
          {
            data: "{}",
            attributes: {
              "dlq-reason": "schema-violation",
              "dlq-path": hostile,
              "dlq-error": hostile,
              "dlq-subscription": deployment.pubsub.subscription(`${deployment.payments}-sub`)
            }
          }
        ])
        const { others, unmatched } = yield* explainedOn(deployment)
        const lateAt = (share: number) => late[Math.ceil(late.length * share) - 1]?.millis
        assert.deepInclude(unmatched, {
          ...{ count: late.length + 1, known: late.length, absent: 1 },
          ...{ untold: 0, undated: 0, notAsked: 0 }
        })
        assert.deepInclude(unmatched["lateMillis"], {
          "50%": lateAt(0.5),
          "95%": lateAt(0.95),
          "100%": lateAt(1)
        })
        assert.deepStrictEqual(unmatched["absentExample"], {
          orderId: String(great),
          paymentId: String(great)
        })
        assert.deepInclude(others[0], { type: "group", path: hostile, count: 1, before: 0 })
        const shown = yield* dlq(deployment, ["explain", "--reason", "unmatched-payment,schema-violation"])
        assert.strictEqual(shown.code, 0, shown.errors)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what must not be there
        assert.notMatch(shown.out, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029]/)
        assert.match(
          shown.out,
          new RegExp(`^  1 still has no order, for instance order ${great}, payment `, "m")
        )
      }),
    240_000
  )

  it.live(
    "where Cassandra does not answer it tells the rest, and exits 0",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment({ table: false })
        const subscription = deployment.pubsub.subscription(`${deployment.payments}-sub`)
        const data = `{"payment_id":1,"order_id":1,"payment_method":"a","payment_status":"a","payment_datetime":"a"}`
        yield* publish(deployment, deployment.deadLetters, [
          { data, attributes: { "dlq-reason": "unmatched-payment", "dlq-subscription": subscription } },
          { data: "no", attributes: { "dlq-reason": "undecodable", "dlq-subscription": subscription } }
        ])
        const environment = { ...deployment.environment, CASSANDRA_CONTACT_POINTS: "127.0.0.1:9" }
        const shown = yield* dlq({ ...deployment, environment }, ["explain"])
        assert.strictEqual(shown.code, 0, shown.errors)
        assert.match(shown.out, /^verdict unknown: .+$/m)
        assert.match(shown.out, /^ {2}1: not known, as the fact table did not answer$/m)
        assert.match(shown.out, /^1 × undecodable · from payments_\w+-sub$/m)
      }),
    120_000
  )
})
