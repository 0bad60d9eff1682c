import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { deadLetterFolder } from "../support/DeadLetterFolder.ts"
import type { Deployment } from "../support/Deployment.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { dlq, dlqJson, publish } from "./DlqCommands.ts"
import { drain } from "./Drain.ts"

const great = ["9007199254740993", "9223372036854775807"]

const orderOf = (id: string) =>
  `{"order_id":${id},"customer_id":1,"item":"a","quantity":1,"price":1,"shipping_address":"a","order_status":"a","creation_date":"a"}`

const paymentOf = (id: string, fields = `"payment_method":"Pay\u202e","card_last_four":"4242"`) =>
  `{"payment_id":${id},"order_id":${id},${fields},"payment_status":"Completed","payment_datetime":"now"}`

/** Two orders, and what `run` gives up: a payment with a wrong card for each, and bytes that nobody can read. */
const withDeadLetters = Effect.gen(function* () {
  const deployment = yield* testDeployment()
  const messages = (data: ReadonlyArray<string>) => data.map((text) => ({ data: text }))
  yield* publish(deployment, deployment.orders, messages(great.map(orderOf)))
  yield* publish(deployment, deployment.payments, [
    ...messages(great.map((id) => paymentOf(id, `"payment_method":"Pay","card_last_four":"42"`))),
    { data: Uint8Array.of(0xff, 0x00, 0x0a), attributes: { source: "shop\u2028" } }
  ])
  yield* drain(deployment.environment)
  return deployment
})

const rowOf = ({ table }: Deployment, id: string) =>
  Effect.promise(async () => (await table.rows()).get(id) ?? {})

describeWith("cassandra", "pubsub")("Files of dead letters on real servers", { concurrent: true }, () => {
  it.live(
    "[G1] [G2] an exported file is corrected and redriven: the verdict before and after, and the originals are gone",
    () =>
      Effect.gen(function* () {
        const deployment = yield* withDeadLetters
        const folder = yield* deadLetterFolder
        const file = folder.path("letters.ndjson")
        const [exported] = yield* dlqJson(deployment, ["export", file])
        assert.deepInclude(exported, { exported: 3, read: 3, isPartial: false })
        assert.strictEqual(folder.mode("letters.ndjson"), 0o600)
        const twice = yield* dlq(deployment, ["export", file])
        assert.strictEqual(twice.code, 2, twice.errors)
        assert.match(twice.told.join(), /it is there already/)

        folder.write("letters.ndjson", folder.read("letters.ndjson").replaceAll('\\"42\\"', '\\"4242\\"'))
        const dry = yield* dlq(deployment, ["redrive", "--from", file, "--dry-run"])
        assert.strictEqual(dry.code, 1, dry.errors)
        assert.match(
          dry.out,
          /^line \d .* order \d{16,19} .* before: still violates the schema {2}after: would match$/m
        )
        assert.match(dry.out, /^ +2 {2}payment-matched\n +1 {2}stay: undecodable\n +3 {2}tried\n/m)
        assert.isNull((yield* rowOf(deployment, great[0] ?? ""))["payment_id"])

        const [first, second, real] = yield* dlqJson(deployment, ["redrive", "--from", file], 1)
        for (const told of [first, second])
          assert.deepInclude(told, {
            ...{ type: "correction", before: "stays(schema-violation)" },
            ...{ after: "payment-matched", verdict: "payment-matched" }
          })
        assert.deepInclude(real, { through: { "payment-matched": 2 }, stays: { undecodable: 1 } })
        for (const id of great)
          assert.deepInclude(yield* rowOf(deployment, id), {
            payment_id: id,
            card_last_four: "4242",
            item: "a"
          })
        const again = yield* dlq(deployment, ["redrive", "--from", file, "--reason", "schema-violation"])
        assert.strictEqual(again.code, 1, again.errors)
        assert.match(again.out, /^2 of the 3 in the file are not in the subscription, and were not applied$/m)
      }),
    240_000
  )

  it.live(
    "[G1] [G2] discard exports and acknowledges, restore undoes it, and a restored letter does not win over a newer payment",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        const folder = yield* deadLetterFolder
        // Without an order they are given up; then their orders come, and newer payments.
        yield* publish(
          deployment,
          deployment.payments,
          [...great, "7"].map((id) => ({ data: paymentOf(id) }))
        )
        yield* drain(deployment.environment)
        const [theirs = ""] = great
        // A dead letter of the original's consumer, which says nothing of itself.
        yield* publish(deployment, deployment.deadLetters, [
          { data: paymentOf(theirs, `"payment_method":"old","card_last_four":null`) }
        ])
        yield* publish(
          deployment,
          deployment.orders,
          great.map((id) => ({ data: orderOf(id) }))
        )
        yield* drain(deployment.environment)
        const newer = `"payment_method":"newer","card_last_four":"1111"`
        yield* publish(
          deployment,
          deployment.payments,
          great.map((id) => ({ data: paymentOf(id, newer) }))
        )
        yield* drain(deployment.environment)

        const file = folder.path("taken.ndjson")
        const wrong = yield* dlq(deployment, ["discard", "--yes", "--out", file])
        assert.strictEqual(wrong.code, 2)
        assert.match(wrong.told.join(), /needs a filter/)
        const unasked = yield* dlq(deployment, ["discard", "--reason", "unmatched-payment"])
        assert.strictEqual(unasked.code, 2)
        assert.match(unasked.told.join(), /needs --yes/)
        const [taken] = yield* dlqJson(deployment, [
          ...["discard", "--reason", "unmatched-payment,unknown", "--yes", "--out", file]
        ])
        assert.deepInclude(taken, { counted: 4, acknowledged: 4, unconfirmed: 0, isExported: true, file })

        const [back] = yield* dlqJson(deployment, ["restore", file])
        assert.deepInclude(back, { inFile: 4, restored: 4, present: 0, refused: 0, notDone: 0 })
        const [twice] = yield* dlqJson(deployment, ["restore", file])
        assert.deepInclude(twice, { restored: 0, present: 4 })
        const [redriven] = yield* dlqJson(deployment, ["redrive"], 1)
        assert.deepInclude(redriven, {
          through: { "payment-superseded": 3 },
          stays: { "unmatched-payment": 1 }
        })
        for (const id of great)
          assert.deepInclude(yield* rowOf(deployment, id), { payment_id: id, payment_method: "newer" })
      }),
    240_000
  )
})
