/** The way of docs/privacy.md to erase a customer, step by step, on real servers. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { shownInSection } from "../docs/ShownCommands.ts"
import { lineAt } from "../style/Rule.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { publish } from "./DlqCommands.ts"
import { drain } from "./Drain.ts"
import { ran } from "./Ran.ts"

const document = readFileSync(join(import.meta.dirname, "../../docs/privacy.md"), "utf8")

/** A step of the document: CQL, or the arguments of a command. */
type Step = { readonly line: number } & ({ readonly cql: string } | { readonly args: ReadonlyArray<string> })

const steps: ReadonlyArray<Step> = [
  ...[...document.matchAll(/```cql\n([\s\S]*?)```/g)].map(({ 1: block = "", index }) => ({
    line: lineAt(document, index),
    cql: block.trim()
  })),
  ...shownInSection("docs/privacy.md", "Erase a customer")
].toSorted((one, other) => one.line - other.line)

const orderText = (orderId: number, customerId: number, quantity = 1) =>
  `{"order_id":${orderId},"customer_id":${customerId},"item":"a","quantity":${quantity},"price":1,"shipping_address":"a","order_status":"a","creation_date":"a"}`

const paymentText = (orderId: number, paymentId: number, digits = "4242") =>
  `{"payment_id":${paymentId},"order_id":${orderId},"payment_method":"a","card_last_four":"${digits}","payment_status":"a","payment_datetime":"a"}`

describeWith("cassandra", "pubsub")("docs/privacy.md, on real servers", () => {
  it.live(
    "erases a customer from the table and the dead letters, and leaves every other one",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        const { orders, payments, table } = deployment
        const environment = { ...deployment.environment, PAYMENT_GRACE: "10s" }
        yield* publish(deployment, orders, [
          { data: orderText(4_711, 815) },
          { data: orderText(4_712, 816) },
          // These two are dead letters: of the customer, and of another one.
          { data: orderText(4_713, 815, -1) },
          { data: orderText(4_714, 816, -1) }
        ])
        yield* publish(deployment, payments, [
          { data: paymentText(4_711, 1_004_711) },
          { data: paymentText(4_711, 1_004_715, "42") },
          { data: paymentText(4_712, 1_004_712) }
        ])
        yield* drain(environment)
        assert.lengthOf(steps, 5)
        const found: Array<string> = []
        for (const step of steps) {
          if ("cql" in step) {
            const cql = step.cql.replaceAll("ecom_store.", `${table.keyspace}.`).replace(/;$/, "")
            const { rows } = yield* Effect.promise(() => table.execute(cql))
            found.push(...(rows ?? []).map((row) => `${row["order_id"]} ${row["payment_id"]}`))
          } else {
            const { code, errors } = yield* ran(step.args, environment)
            assert.strictEqual(code, step.args[0] === "where" ? 1 : 0, `${step.args.join(" ")}: ${errors}`)
          }
        }
        assert.deepStrictEqual(found, ["4711 1004711"])
        const rows = yield* Effect.promise(() => table.rows())
        assert.deepStrictEqual([...rows.keys()], ["4712"])
        const left = yield* ran(["dlq", "export", "-"], environment)
        assert.strictEqual(left.out.trimEnd().split("\n").length, 1, left.out)
        assert.include(left.out, "816")
      }),
    120_000
  )
})
