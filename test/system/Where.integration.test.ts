/** `where` as a person runs it, on the real servers. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Deployment } from "../support/Deployment.ts"
import { freePorts } from "../support/Ports.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { publish } from "./DlqCommands.ts"
import { drain } from "./Drain.ts"
import { type Ran, ran } from "./Ran.ts"
import { serving } from "./Serving.ts"

const greatest = "9223372036854775807"

const orderText = (orderId: string) =>
  `{"order_id":${orderId},"customer_id":1,"item":"a","quantity":1,"price":1,"shipping_address":"a","order_status":"a","creation_date":"a"}`

const paymentText = (orderId: string, paymentId: string) =>
  `{"payment_id":${paymentId},"order_id":${orderId},"payment_method":"a","card_last_four":"4242","payment_status":"a","payment_datetime":"a"}`

/** What the command says as JSON, and its exit code. */
const asJson = ({ code, errors, out }: Ran) => {
  assert.notStrictEqual(out, "", errors)
  return { code, json: JSON.parse(out) }
}

const where = ({ environment }: Deployment, ...args: ReadonlyArray<string>) =>
  ran(["where", ...args], environment)

const whereJson = (deployment: Deployment, ...args: ReadonlyArray<string>) =>
  Effect.map(where(deployment, ...args, "--json"), asJson)

describeWith("cassandra", "pubsub")("where, on real servers", () => {
  it.live(
    "finds an order and a payment in the table, by a scan and by the index that setup makes; int64 is exact",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        const great = String(BigInt(greatest) - 1n)
        yield* publish(deployment, deployment.orders, [
          { data: orderText(greatest) },
          { data: orderText("7") }
        ])
        yield* drain(deployment.environment)
        yield* publish(deployment, deployment.payments, [{ data: paymentText(greatest, great) }])
        yield* drain(deployment.environment)
        const [order, payment] = yield* Effect.all(
          [whereJson(deployment, "--order", greatest), whereJson(deployment, "--payment", great)],
          { concurrency: "unbounded" }
        )
        const row = { orderId: greatest, hasOrder: true, paymentId: great }
        assert.deepInclude(order, { code: 0 })
        assert.deepStrictEqual(order.json.table, { by: "key", rowsScanned: 0, rows: [row] })
        assert.deepStrictEqual(payment.json.table, { by: "scan", rowsScanned: 2, rows: [row] })
        assert.strictEqual(payment.json.sentence, `payment ${great} is in the row of order ${greatest}`)
        assert.strictEqual(payment.json.next, `counterfoil facts get ${greatest} prints the row`)

        const dry = yield* ran(
          ["setup", "cassandra", "--index-payments", "--dry-run"],
          deployment.environment
        )
        assert.match(
          dry.out,
          /^CREATE (CUSTOM )?INDEX IF NOT EXISTS orders_payments_facts_payment_id ON .*\(payment_id\).*;$/m
        )
        const indexed = () => ran(["setup", "cassandra", "--index-payments"], deployment.environment)
        assert.match((yield* indexed()).out, /^created {2}index orders_payments_facts_payment_id /m)
        assert.match(
          (yield* indexed()).out,
          /^exists {3}index orders_payments_facts_payment_id on payment_id$/m
        )
        const [byIndex, absent] = yield* Effect.all(
          [whereJson(deployment, "--payment", great), whereJson(deployment, "--payment", greatest)],
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(byIndex.json.table, { by: "index", rowsScanned: 0, rows: [row] })
        assert.strictEqual(absent.code, 1)
        assert.deepStrictEqual(absent.json.table, { by: "index", rowsScanned: 0, rows: [] })
      }),
    120_000
  )

  it.live(
    "finds what waits in a running process, in one that wants a token too; nowhere is exit 1, with how far was read",
    () =>
      Effect.gen(function* () {
        const base = yield* testDeployment()
        const token = "a-token-for-this-test"
        const [unused = 0] = yield* freePorts(1)
        const environment = {
          ...base.environment,
          PAYMENT_GRACE: "10m",
          HTTP_TOKEN: token,
          HTTP_PORT: String(unused)
        }
        const deployment = { ...base, environment }
        const process = yield* serving(["run"], { ...environment, HTTP_HOST: "0.0.0.0" })
        yield* process.until("/ready", ({ status }) => status === 200)
        const url = `http://127.0.0.1:${process.port}`
        yield* publish(deployment, deployment.payments, [{ data: paymentText(greatest, "1007") }])
        yield* publish(deployment, deployment.orders, [{ data: orderText("7") }])
        yield* process.until("/metrics", ({ text }) =>
          /^counterfoil_waiting_deliveries\{[^}]*payments[^}]*\} 1$/m.test(text)
        )
        const [waits, nowhere, unasked, refused] = yield* Effect.all(
          [
            whereJson(deployment, "--payment", "1007", "--url", url),
            where(deployment, "--order", "4711", "--url", url),
            where(deployment, "--payment", "1007"),
            where(
              { ...deployment, environment: { ...environment, HTTP_TOKEN: "another-token-than-that" } },
              "--payment",
              "1007",
              "--url",
              url
            )
          ],
          { concurrency: 2 }
        )
        assert.strictEqual(waits.code, 0)
        assert.deepInclude(waits.json.held[0], {
          place: "waiting",
          orderId: greatest,
          paymentId: "1007",
          url
        })
        assert.deepStrictEqual(waits.json.notLookedAt, [])
        assert.strictEqual(nowhere.code, 1)
        assert.match(
          nowhere.told.join("\n"),
          /^counterfoil: order 4711: not in the table, not a dead letter, not waiting in the 1 process asked; messages newer than 20\S+Z are unread$/
        )
        assert.strictEqual(unasked.code, 1)
        assert.match(
          unasked.told.join("\n"),
          /^counterfoil: payment 1007: not found where it was looked for, .*Not looked at: process \S+: it was not asked \(--url\)$/
        )
        assert.strictEqual(refused.code, 1)
        assert.match(
          refused.told.join("\n"),
          /Not looked at: the process at http:\S+: .*; set HTTP_TOKEN to that of the process/
        )
        assert.notInclude(process.stderr() + refused.errors + refused.out, token)
      }),
    120_000
  )

  it.live(
    "finds a dead letter and leaves it there; where Cassandra or Pub/Sub is away, it says what it did not look at",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        yield* publish(deployment, deployment.payments, [{ data: paymentText("7", "1007") }])
        yield* drain(deployment.environment)
        const without = (variable: string) => ({
          ...deployment,
          environment: { ...deployment.environment, [variable]: "127.0.0.1:9" }
        })
        // One after the other: what one look holds, another does not see.
        const looks = Effect.gen(function* () {
          const found = yield* whereJson(deployment, "--payment", "1007")
          return { found, noTable: yield* whereJson(without("CASSANDRA_CONTACT_POINTS"), "--order", "7") }
        })
        const [{ found, noTable }, noTopic] = yield* Effect.all(
          [looks, where(without("PUBSUB_EMULATOR_HOST"), "--payment", "1007")],
          { concurrency: "unbounded" }
        )
        for (const { code, json } of [found, noTable]) {
          assert.strictEqual(code, 0)
          assert.deepInclude(json.deadLetters, { count: 1, read: 1 })
          assert.deepInclude(json.deadLetters.letters[0], {
            reason: "unmatched-payment",
            orderId: "7",
            paymentId: "1007"
          })
        }
        assert.isNull(noTable.json.table)
        assert.match(
          noTable.json.sentence,
          /^dead letter \S+ .* carries order 7\. Not looked at: the table: /
        )
        assert.strictEqual(noTopic.code, 1)
        assert.match(
          noTopic.told.join("\n"),
          /^counterfoil: payment 1007: not found where it was looked for.*the dead letters: /
        )
      }),
    180_000
  )

  it.live(
    "wrong usage is exit 2, and shows no password of an address",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment({ table: false })
        const cases: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
          [[], /where needs one of --order ID and --payment ID/],
          [["--order", "1", "--payment", "2"], /and not both/],
          [["--order", "0"], /--order is "0": must be a whole number from 1 to 9223372036854775807/],
          [["--payment", "9223372036854775808"], /--payment is "9223372036854775808"/],
          [["--order", "1", "--url", "ftp://x"], /--url must be an address that begins with http/],
          [["--order", "1", "--url", "http://ann:secret@x"], /--url must be .* no user, password/]
        ]
        const all = yield* Effect.forEach(cases, ([args]) => where(deployment, ...args), { concurrency: 2 })
        for (const [index, { code, errors, out }] of all.entries()) {
          assert.deepStrictEqual([code, out], [2, ""], errors)
          assert.match(errors, cases[index]?.[1] ?? /never/)
          assert.notInclude(errors, "secret")
        }
      }),
    60_000
  )
})
