/** Pairs of payments with one publish time. */
import { Effect } from "effect"
import { paymentColumns, paymentWrite } from "../../support/Expectation.ts"
import { SeededRandom } from "../../support/SeededRandom.ts"
import { untilReady } from "../Processors.ts"
import type { Scenario, ScenarioContext } from "../Scenario.ts"
import { order, type Planned, payment, paymentFor } from "../Traffic.ts"

const pairs = 1_000

/** Two payments for one order; for every second order even their versions are the same. */
const pairsOf = (): ReadonlyArray<readonly [Planned, Planned]> => {
  const random = new SeededRandom(31)
  return Array.from({ length: pairs }, (_, index) => {
    const one = payment(index + 1, 1, random)
    for (let nth = 2; ; nth++) {
      const other = payment(index + 1, nth, random)
      if (index % 2 === 0 || versionOf(one) === versionOf(other)) return [one, other]
    }
  })
}

/** Of the same publish time. */
const versionOf = ({ data }: Planned): bigint => paymentWrite({ data, publishTimeMicros: 0 }).version

/** Every pair twice: for its order, and the other way round for a second order. */
const load = (): ReadonlyArray<Planned> => {
  const random = new SeededRandom(32)
  const made = pairsOf()
  return [
    ...Array.from({ length: 2 * pairs }, (_, index) => order(index + 1, "Pending", random)),
    ...made.flat(),
    ...made.flatMap(([one, other], index) =>
      [other, one].map((again) => paymentFor(pairs + index + 1, again))
    )
  ]
}

const sameWinners = ({ observer, deployment, expect }: ScenarioContext) =>
  Effect.gen(function* () {
    const rows = yield* Effect.promise(() => deployment.table.rows())
    const times = new Map<string, Set<number>>()
    for (const { planned, publishMillis } of yield* Effect.promise(() => observer.publishedWithTimes())) {
      if (planned.meaning._tag !== "Payment") continue
      const { orderId } = planned.meaning
      times.set(orderId, (times.get(orderId) ?? new Set()).add(publishMillis))
    }
    const isTied = (orderId: number) => times.get(String(orderId))?.size === 1
    const ids = Array.from({ length: pairs }, (_, index) => index + 1)
    const tied = ids.filter((id) => isTied(id) && isTied(id + pairs))
    const winner = (orderId: number) =>
      paymentColumns.map((column) => rows.get(String(orderId))?.[column]).join(", ")
    const differing = tied.filter((id) => winner(id) !== winner(id + pairs))
    yield* expect(tied.length > 0.8 * pairs, `only ${tied.length} of ${pairs} pairs shared a publish time`)
    yield* expect(
      differing.length === 0,
      `${differing.length} pairs had another winner the other way round: ${differing.slice(0, 3)}`
    )
  })

/** Ties. */
export const ties: ReadonlyArray<Scenario> = [
  {
    name: "equal-times",
    fault: "1000 pairs of one publish time, both ways round",
    signs: { nothingToTell: "both ways round end in the same rows" },
    loadSeconds: "before",
    load,
    run: ({ processors }) => Effect.flatMap(processors.start(), untilReady),
    afterwards: sameWinners
  }
]
