import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { originalPayments } from "../../src/sample/Original.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { dlq, dlqJson, publish } from "./DlqCommands.ts"
import { drain } from "./Drain.ts"

describeWith("cassandra", "pubsub")("Dead letters on real servers", { concurrent: true }, () => {
  it.live(
    "show finds a dead letter by its own id and by the original's, says what to do, and lets nothing touch the terminal",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        const { deadLetters, pubsub } = deployment
        const subscription = pubsub.subscription(`${deployment.payments}-sub`)
        const great = ["9007199254740993", "9223372036854775807"]
        const hostile = "\u001b[31mred\u202e\u2028\u0085"
        const [id] = yield* Effect.promise(() =>
          pubsub.publish(
            deadLetters,
            great.map((order_id) => ({
              data: `{"payment_id":${order_id},"order_id":${order_id},"payment_method":${JSON.stringify(hostile)},"card_last_four":"4242","payment_status":"Completed","payment_datetime":"${hostile.slice(5)}"}`,
              attributes: {
                "dlq-reason": "unmatched-payment",
                "dlq-subscription": subscription,
                "dlq-message-id": `original-${order_id}`,
                "dlq-error": `order_id: no such order ${hostile}`,
                hostile
              }
            }))
          )
        )
        const shown = yield* dlq(deployment, ["show", id ?? ""])
        assert.strictEqual(shown.code, 0, shown.errors)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what must not be there
        assert.notMatch(shown.out, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029]/)
        assert.include(shown.out, '"order_id": 9007199254740993')
        assert.match(shown.out, /^now +still has no order/m)
        assert.match(shown.out, /^next: .*counterfoil dlq redrive --order-id 9007199254740993/m)
        const [json] = yield* dlqJson(deployment, ["show", "original-9223372036854775807"])
        assert.deepInclude(json, { orderId: "9223372036854775807", paymentId: "9223372036854775807" })
        const listed = yield* dlqJson(deployment, ["list", "--order-id", "9007199254740993"])
        assert.deepInclude(listed[1], { type: "letter", orderId: "9007199254740993" })
        assert.deepInclude(listed.at(-1), { deadLetters: 1, notMeant: 1 })
        const absent = yield* dlq(deployment, ["show", "4711"])
        assert.strictEqual(absent.code, 1)
        assert.match(absent.told.join("\n"), /^counterfoil: none of the 2 dead letters .* has the id 4711$/)

        yield* publish(deployment, deployment.orders, [
          {
            data: `{"order_id":${great[1]},"customer_id":1,"item":"a","quantity":1,"price":1,"shipping_address":"a","order_status":"a","creation_date":"a"}`
          }
        ])
        yield* drain(deployment.environment)
        const [dry] = yield* dlqJson(deployment, ["redrive", "--dry-run"], 1)
        assert.deepInclude(dry, { through: { "payment-matched": 1 }, stays: { "unmatched-payment": 1 } })
        const redriven = yield* dlq(deployment, ["redrive"])
        assert.strictEqual(redriven.code, 1)
        assert.match(redriven.out, /^ +1 {2}payment-matched\n +1 {2}stay: unmatched-payment\n +2 {2}tried\n/)
        assert.match(
          redriven.told.join("\n"),
          /^counterfoil: 1 dead letter stays: `counterfoil dlq list` says why$/
        )
        const row = (yield* Effect.promise(() => deployment.table.rows())).get(great[1] ?? "")
        assert.strictEqual(row?.["payment_id"], great[1])
      }),
    240_000
  )

  it.live(
    "where Cassandra does not answer, list tells everything but the verdict, and exits 0; redrive exits 1",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment({ table: false })
        yield* publish(deployment, deployment.deadLetters, originalPayments(1).slice(0, 5))
        const away = {
          ...deployment,
          environment: { ...deployment.environment, CASSANDRA_CONTACT_POINTS: "127.0.0.1:9" }
        }
        const listed = yield* dlq(away, ["list"])
        assert.strictEqual(listed.code, 0, listed.errors)
        assert.match(listed.out, /^verdict unknown: .+$/m)
        assert.match(listed.out, /^5 × unknown · from unmarked$/m)
        assert.match(listed.out, /^ {2}now: 5 verdict unknown$/m)
        assert.strictEqual((yield* dlq(away, ["redrive"])).code, 1)
      }),
    120_000
  )
})
