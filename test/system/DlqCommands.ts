/** Runs `counterfoil dlq` on a deployment. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { counterfoil, type NotInTime, until } from "../support/Counterfoil.ts"
import type { Deployment } from "../support/Deployment.ts"
import type { PlainMessage } from "../support/PlainPubSub.ts"
import { type Ran, ran } from "./Ran.ts"

/** Publishes to a topic by the plain client. */
export const publish = (
  { pubsub }: Deployment,
  topic: string,
  messages: ReadonlyArray<PlainMessage>
): Effect.Effect<ReadonlyArray<string>> => Effect.promise(() => pubsub.publish(topic, messages))

/** Runs a command that has to exit so, and answers the lines of JSON it prints. */
export const dlqJson = (
  { environment }: Deployment,
  args: ReadonlyArray<string>,
  code = 0
): Effect.Effect<ReadonlyArray<Readonly<Record<string, unknown>>>> =>
  Effect.map(ran(["dlq", ...args, "--json"], environment), (command) => {
    assert.strictEqual(command.code, code, command.errors)
    return jsonLines(command.out)
  })

/** Each line of a text, as JSON. */
export const jsonLines = (text: string): ReadonlyArray<Readonly<Record<string, unknown>>> =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))

/** Runs a command to its end. */
export const dlq = ({ environment }: Deployment, args: ReadonlyArray<string>): Effect.Effect<Ran> =>
  ran(["dlq", ...args], environment)

/**
 * Kills `dlq redrive ARGS` once so many rows are matched. One that ends before is started again: what a killed one held
 * is delivered to nobody until its leases have ended, and a redrive to which nothing comes ends by itself.
 */
export const killedAt = (
  deployment: Deployment,
  args: ReadonlyArray<string>,
  rows: number
): Effect.Effect<void, NotInTime> =>
  Effect.scoped(
    Effect.gen(function* () {
      const redrive = yield* counterfoil(["dlq", "redrive", ...args], deployment.environment)
      const isReached = until(
        `${rows} rows matched`,
        Effect.map(matched(deployment), (count) => count >= rows),
        "120 seconds",
        redrive.stderr
      )
      const isKilled = yield* Effect.raceFirst(Effect.as(isReached, true), Effect.as(redrive.ended, false))
      if (!isKilled) return yield* killedAt(deployment, args, rows)
      yield* Effect.sleep(`${Math.floor(Math.random() * 300)} millis`)
      yield* redrive.signal("SIGKILL")
      yield* redrive.ended
    })
  )

/** Rows of an order with its payment. */
export const matched = ({ table }: Deployment): Effect.Effect<number> =>
  Effect.promise(async () => {
    const rows = await table.rows()
    return [...rows.values()].filter(({ item, payment_id }) => item !== null && payment_id !== null).length
  })
