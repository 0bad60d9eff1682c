import { existsSync } from "node:fs"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { counterfoil, until } from "../support/Counterfoil.ts"
import { deadLetterFolder } from "../support/DeadLetterFolder.ts"
import type { Deployment } from "../support/Deployment.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { dlq, dlqJson, jsonLines, killedAt, matched, publish } from "./DlqCommands.ts"
import { drain } from "./Drain.ts"

const count = 2_000

/** Orders in the table, and a dead letter for each: a payment whose card is wrong. */
const withLetters = Effect.gen(function* () {
  const deployment = yield* testDeployment()
  const all = Array.from({ length: count }, (_, index) => index + 1)
  yield* publish(
    deployment,
    deployment.orders,
    all.map((id) => ({
      data: `{"order_id":${id},"customer_id":1,"item":"a","quantity":1,"price":1,"shipping_address":"a","order_status":"a","creation_date":"a"}`
    }))
  )
  yield* drain(deployment.environment)
  yield* publish(
    deployment,
    deployment.deadLetters,
    all.map((id) => ({
      data: `{"payment_id":${id},"order_id":${id},"payment_method":"Pay","card_last_four":"42","payment_status":"Completed","payment_datetime":"now ${id}"}`,
      attributes: {
        "dlq-reason": "schema-violation",
        "dlq-subscription": deployment.pubsub.subscription(`${deployment.payments}-sub`)
      }
    }))
  )
  return deployment
})

/** The distinct payments in a file of dead letters. */
const paymentsOf = (text: string): ReadonlySet<unknown> =>
  new Set(jsonLines(text).map((letter) => JSON.stringify(letter["text"])))

/** Kills `dlq discard` as soon as its file is there; answers whether it is. */
const killedWithFile = (deployment: Deployment, file: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const discarding = yield* counterfoil(
        ["dlq", "discard", "--reason", "schema-violation", "--yes", "--out", file],
        deployment.environment
      )
      const isThere = Effect.sync(() => existsSync(file))
      yield* Effect.raceFirst(until("the file", isThere, "120 seconds"), discarding.ended)
      yield* discarding.signal("SIGKILL")
      yield* discarding.ended
      return existsSync(file)
    })
  )

describeWith("cassandra", "pubsub")("Files of dead letters by the thousand on real servers", () => {
  it.live(
    "[G1] [G2] kill -9 in the middle of a redrive from a corrected file loses nothing and doubles nothing",
    () =>
      Effect.gen(function* () {
        const deployment = yield* withLetters
        const folder = yield* deadLetterFolder
        const file = folder.path("letters.ndjson")
        yield* dlqJson(deployment, ["export", file])
        folder.write("letters.ndjson", folder.read("letters.ndjson").replaceAll('\\"42\\"', '\\"4242\\"'))
        for (const share of [0.1, 0.4]) {
          yield* killedAt(deployment, ["--from", file, "--rate", "200"], count * share)
        }
        // What a killed process held comes again when its leases have run out.
        yield* until(
          "everything is matched and acknowledged",
          Effect.gen(function* () {
            const { out } = yield* dlq(deployment, ["redrive", "--from", file, "--json"])
            return jsonLines(out).at(-1)?.["read"] === 0 && (yield* matched(deployment)) === count
          }),
          "300 seconds"
        )
        const rows = yield* Effect.promise(() => deployment.table.rows())
        assert.strictEqual(rows.size, count)
        for (const [id, row] of rows)
          assert.deepInclude(row, { payment_id: id, card_last_four: "4242", payment_datetime: `now ${id}` })
      }),
    600_000
  )

  it.live(
    "[G1] kill -9 of an export leaves no file, and of a discard none that lacks what is acknowledged",
    () =>
      Effect.gen(function* () {
        const deployment = yield* withLetters
        const folder = yield* deadLetterFolder
        const exporting = yield* counterfoil(
          ["dlq", "export", folder.path("whole.ndjson")],
          deployment.environment
        )
        yield* until(
          "the temporary file",
          Effect.sync(() => folder.names().some((name) => name.endsWith(".part"))),
          "60 seconds",
          exporting.stderr
        )
        yield* exporting.signal("SIGKILL")
        yield* exporting.ended
        assert.notInclude(folder.names(), "whole.ndjson")

        const file = folder.path("taken.ndjson")
        // One that finds nothing yet ends without a file: what the killed export held is leased until then.
        yield* until("the file", killedWithFile(deployment, file), "180 seconds")
        // What the killed export held is not delivered again yet, so the file may hold less than there is.
        assert.isAbove(paymentsOf(folder.read("taken.ndjson")).size, 0)
        // Whatever was acknowledged comes back; what was not is there once its leases have run out.
        yield* dlq(deployment, ["restore", file])
        yield* until(
          "everything is there again",
          Effect.gen(function* () {
            const name = `look-${folder.names().length}.ndjson`
            yield* dlq(deployment, ["export", folder.path(name)])
            return folder.names().includes(name) && paymentsOf(folder.read(name)).size === count
          }),
          "300 seconds"
        )
      }),
    600_000
  )
})
