/** README.md's questions of whoever is on call, each asked by its command, on a system with 100,000 messages behind it. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { jsonLines, publish } from "./DlqCommands.ts"
import { ran } from "./Ran.ts"
import { serving } from "./Serving.ts"

const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8")

/** How long a person waits for an answer at most. **Units**: seconds. */
const answerSeconds = 10

const orders = 49_500
const payments = 50_500
/** Payments of orders that never come. */
const unmatched = payments - orders
/** Payments that come last, and wait when the questions are asked. */
const waiting = 3

/** The questions, and what a person reads in the answer. */
const answers: Readonly<Record<string, RegExp>> = {
  "Is it well?": /^ready$/m,
  "What is it waiting for?": new RegExp(
    `^waiting +${waiting} payments for their orders, the longest for \\d+ s$`,
    "m"
  ),
  "How far behind is it?": /^reading +of orders: up to (?:the end|\d+ s ago)$/m,
  "Where is payment N?": /^payment \d+ is in the row of order \d+$/m,
  "Why is this dead?": /^reason +unmatched-payment: order_id: no such order in the table$/m,
  "Will it go through now?": new RegExp(
    `^ +now: ${unmatched.toLocaleString("en")} still have no order$`,
    "m"
  ),
  "Is anything lost?": /^lost +nothing: every message received has its fate, is here, or was given back$/m
}

/** The command of a question, as README.md has it. */
const commandOf = (question: string): string => {
  const row = readme.split("\n").find((line) => line.startsWith(`| ${question} |`)) ?? ""
  return /\| `counterfoil ([^`]+)`[^|]*\|$/.exec(row)?.[1] ?? ""
}

describeWith("cassandra", "pubsub")("the seven questions", () => {
  it.live(
    `are each answered by one command within ${answerSeconds} s, with 100,000 messages behind`,
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        const settings = { ...deployment.environment, PAYMENT_GRACE: "30s" }
        const process = yield* serving(["run"], settings)
        const environment = { ...settings, HTTP_PORT: String(process.port) }
        const produce = (what: string, count: number) =>
          ran(["produce", what, "--count", String(count), "--seed", "1", "--rate", "20000"], environment)
        yield* produce("orders", orders)
        yield* produce("payments", payments)
        const count = (name: string, fate: string, wanted: number) =>
          process.until("/metrics", ({ text }) =>
            new RegExp(`^${name}\\{[^}]*${fate}[^}]*\\} ${wanted}$`, "m").test(text)
          )
        yield* count("counterfoil_fates_total", "order-stored", orders)
        yield* count("counterfoil_fates_total", "unmatched-payment", unmatched)
        yield* count("counterfoil_waiting_deliveries", "payments", 0)
        yield* publish(
          deployment,
          deployment.payments,
          Array.from({ length: waiting }, (_, index) => ({ data: lonelyPayment(index) }))
        )
        yield* count("counterfoil_waiting_deliveries", "payments", waiting)

        const list = yield* ran(["dlq", "list", "--newest", "1", "--json"], environment)
        const letter = jsonLines(list.out).find((line) => "id" in line)
        const paymentId = 1_000 + 77
        for (const [question, expected] of Object.entries(answers)) {
          const command = commandOf(question)
          assert.notStrictEqual(command, "", `README.md has no command for: ${question}`)
          const args = command
            .replace(/\bN\b/, String(paymentId))
            .replace(/\bID\b/, String(letter?.["id"]))
            .split(" ")
          const first = yield* ran(args, environment)
          // Another program may have had the processor for a moment.
          const isLate = first.seconds > answerSeconds
          const { code, errors, out, seconds } = isLate ? yield* ran(args, environment) : first
          assert.strictEqual(code, 0, `${question}\n${errors}`)
          assert.match(out, expected, question)
          assert.isAtMost(seconds, answerSeconds, `${question} counterfoil ${args.join(" ")}`)
        }
      }).pipe(Effect.scoped),
    420_000
  )
})

const lonelyPayment = (index: number): string =>
  `{"payment_id":${8_000_000 + index},"order_id":${9_000_000 + index},"payment_method":"a","card_last_four":"4242","payment_status":"a","payment_datetime":"a"}`
