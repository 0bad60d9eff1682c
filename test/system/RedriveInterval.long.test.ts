import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { originalPayments } from "../../src/sample/Original.ts"
import { until } from "../support/Counterfoil.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { dlqJson, matched, publish } from "./DlqCommands.ts"
import { ran } from "./Ran.ts"
import { type Serving, serving } from "./Serving.ts"

const interval = { DLQ_REDRIVE_INTERVAL: "10s" }

/** A series of a process; 0 where it is not there. */
const series = ({ get }: Serving, name: string) =>
  Effect.map(get("/metrics"), ({ text }) => {
    const line = text.split("\n").find((one) => one.startsWith(`${name} `))
    return Number(line?.slice(name.length + 1) ?? 0)
  })

const sumOver = (processes: ReadonlyArray<Serving>, name: string) =>
  Effect.map(
    Effect.forEach(processes, (process) => series(process, name)),
    (counts) => counts.reduce((sum, count) => sum + count, 0)
  )

describeWith("cassandra", "pubsub")("run with DLQ_REDRIVE_INTERVAL", { concurrent: true }, () => {
  it.live(
    "[G1] [G2] two processes match the payments whose orders came late, and leave the rest; a stop ends them with exit code 0",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        const processes = yield* Effect.forEach([1, 2], () =>
          serving(["run"], { ...deployment.environment, ...interval })
        )
        const told = () => processes.map(({ stderr }) => stderr()).join("\n")
        const poison = { data: "not JSON" }
        yield* publish(deployment, deployment.payments, [...originalPayments(1).slice(0, 300), poison])
        const givenUp = `counterfoil_fates_total{stream="payments",fate="dead-lettered",reason="unmatched-payment"}`
        yield* until(
          "all are given up",
          Effect.map(sumOver(processes, givenUp), (count) => count >= 300),
          "60 seconds",
          told
        )
        const produced = yield* ran(["produce", "orders", "--count", "290"], deployment.environment)
        assert.strictEqual(produced.code, 0, produced.errors)
        yield* until(
          "those whose orders came are matched",
          Effect.map(matched(deployment), (count) => count === 290),
          "60 seconds",
          told
        )
        const through = `counterfoil_redrive_through_total{fate="payment-matched"}`
        // Counted after the table has them, batch by batch.
        yield* until(
          "metrics that count them",
          Effect.map(sumOver(processes, through), (count) => count >= 290),
          "30 seconds",
          told
        )
        for (const process of processes) {
          yield* process.until("/health", ({ text }) => JSON.parse(text).lastRedrive?.ended === "end")
          yield* process.signal("SIGTERM")
          assert.deepStrictEqual(yield* process.ended, { code: 0, signal: null }, process.stderr())
        }
        const listed = yield* dlqJson(deployment, ["list"])
        assert.deepInclude(listed.at(-1), { deadLetters: 11 })
        const rows = yield* Effect.promise(() => deployment.table.rows())
        for (const [orderId, { payment_id }] of rows)
          assert.strictEqual(payment_id, String(1_000 + Number(orderId)))
      }),
    180_000
  )

  it.live(
    "without its subscription it is ready, degraded, and says what to do",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        yield* Effect.promise(() => deployment.pubsub.deleteSubscription(`${deployment.deadLetters}-sub`))
        const process = yield* serving(["run"], { ...deployment.environment, ...interval })
        yield* process.until(
          "/ready",
          ({ status, text }) =>
            status === 200 &&
            /^dead-letters: degraded: dead letters are not redriven: .*-sub.*`counterfoil setup pubsub`/m.test(
              text
            )
        )
      }),
    60_000
  )
})
