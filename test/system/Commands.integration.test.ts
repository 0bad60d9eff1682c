import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { freshNames } from "./FreshNames.ts"
import { ran } from "./Ran.ts"

/** Runs a command that has to do what it is asked, and answers its standard output. */
const did = (args: ReadonlyArray<string>, environment: Readonly<Record<string, string>>) =>
  Effect.map(ran(args, environment), ({ code, out, errors }) => {
    assert.strictEqual(code, 0, errors)
    return out
  })

const lines = (text: string): ReadonlyArray<string> => text.trimEnd().split("\n")

interface Expected {
  readonly published: { readonly orders: number; readonly payments: number }
  readonly expected: Readonly<Record<string, number>>
}

interface Fated {
  readonly received: number
  readonly fates: Readonly<Record<string, number>>
}

/** A payment that was sent twice may be matched twice, or superseded once: which, is up to the order of arrival. */
const together = (fates: Readonly<Record<string, number>>): Readonly<Record<string, number>> => {
  const { "payment-matched": matched = 0, "payment-superseded": superseded = 0, ...others } = fates
  return { ...others, "payment-matched or -superseded": matched + superseded }
}

const producing = (count: number, seed: number): ReadonlyArray<string> => [
  ...["produce", "all", "--count", String(count), "--seed", String(seed), "--rate", "100000", "--json"],
  ...["--unmatched", "0.1", "--early", "0.1", "--duplicates", "0.05", "--poison", "0.02"]
]

describeWith("cassandra", "pubsub")("The commands, one after the other", { concurrent: true }, () => {
  it.live(
    "[G1] [G7] setup, produce, run --drain and facts do the whole job, and each delivery gets the fate produce announced",
    () =>
      Effect.gen(function* () {
        const environment = yield* freshNames
        const plan = lines(yield* did(["setup", "--dry-run"], environment))
        assert.lengthOf(
          plan.filter((line) => line.startsWith("gcloud pubsub ")),
          6
        )
        assert.isTrue(plan.some((line) => line.startsWith("CREATE KEYSPACE IF NOT EXISTS ")))
        const first = lines(yield* did(["setup"], environment))
        assert.deepStrictEqual(
          first.filter((line) => line.startsWith("exists")),
          [],
          "the dry run made nothing"
        )
        const second = lines(yield* did(["setup"], environment))
        assert.deepStrictEqual(
          second.filter((line) => !line.startsWith("exists")),
          []
        )

        const produced: Expected = JSON.parse(yield* did(producing(2000, 7), environment))
        const drained: { readonly orders: Fated; readonly payments: Fated } = JSON.parse(
          yield* did(["run", "--drain", "--json"], environment)
        )
        const { orders, payments } = drained
        assert.deepStrictEqual(
          { orders: orders.received, payments: payments.received },
          { orders: produced.published.orders, payments: produced.published.payments }
        )
        const fates = Object.fromEntries(
          Object.entries(orders.fates).map(([fate, count]) => [fate, count + (payments.fates[fate] ?? 0)])
        )
        assert.deepStrictEqual(together(fates), together(produced.expected))
        assert.isAbove(produced.expected["dead-lettered(unmatched-payment)"] ?? 0, 100)

        assert.strictEqual(yield* did(["facts", "count"], environment), "2000\n")
        assert.deepStrictEqual(JSON.parse(yield* did(["facts", "count", "--json"], environment)), {
          facts: 2000
        })
        const row: Record<string, unknown> = JSON.parse(
          yield* did(["facts", "get", "2000", "--json"], environment)
        )
        assert.strictEqual(row["order_id"], 2000)
        const shown = yield* did(["facts", "get", "2000"], environment)
        assert.match(shown, /^order_id +2000$/m)
        assert.match(shown, new RegExp(`^item +${String(row["item"])}$`, "m"))
        const absent = yield* ran(["facts", "get", "999999"], environment)
        assert.deepStrictEqual([absent.code, absent.out], [1, ""])
        assert.match(absent.told.join("\n"), /^counterfoil: order 999999 has no row[^\n]*$/)
      }),
    300_000
  )

  it.live(
    "produce publishes the same messages again for the same seed, and others for another",
    () =>
      Effect.gen(function* () {
        const texts = (seed: number) =>
          Effect.gen(function* () {
            const { environment, orders, payments, pubsub } = yield* testDeployment({ table: false })
            yield* did(producing(300, seed), environment)
            const messages = yield* Effect.promise(() =>
              Promise.all([pubsub.takeAll(`${orders}-sub`), pubsub.takeAll(`${payments}-sub`)])
            )
            return messages.map((stream) => stream.map(({ data }) => data.toString("latin1")).sort())
          })
        const first = yield* texts(7)
        assert.isAbove(first.flat().length, 600)
        assert.deepStrictEqual(yield* texts(7), first)
        assert.notDeepEqual(yield* texts(8), first)
      }),
    120_000
  )
})
