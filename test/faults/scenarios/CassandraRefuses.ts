/** A Cassandra that answers, but not what it was asked for. */
import { Effect } from "effect"
import { until } from "../../support/Counterfoil.ts"
import { SeededRandom } from "../../support/SeededRandom.ts"
import { passAll, type Refusal, type Rule } from "../CqlProxy.ts"
import { ask, tailOf, untilReady } from "../Processors.ts"
import type { Scenario, ScenarioContext } from "../Scenario.ts"
import { keyOf, traffic } from "../Traffic.ts"

const readRefusals: ReadonlyArray<Refusal> = ["read-timed-out", "unavailable", "overloaded"]
const writeRefusals: ReadonlyArray<Refusal> = [
  "timed-out-written",
  "timed-out-unwritten",
  "overloaded",
  "unavailable"
]

const isRead = (query: string): boolean => query.startsWith("SELECT")

/** Refuses about one statement in ten, in every way there is. */
const oneInTen = (): Rule => {
  const random = new SeededRandom(41)
  return ({ query }) =>
    random.chance(0.1) ? random.oneOf(isRead(query) ? readRefusals : writeRefusals) : undefined
}

const refusing: Scenario = {
  name: "cassandra-refusing",
  fault: "1 in 10 statements timed out or refused",
  signs: { nothingToTell: "each is tried again at once, and has its effect" },
  proxied: ["statements"],
  run: ({ processors, statements, untilPublished, expect }) =>
    Effect.gen(function* () {
      yield* untilReady(yield* processors.start())
      yield* untilPublished(0.1)
      yield* statements.set(oneInTen())
      yield* untilPublished(0.9)
      yield* statements.set(passAll)
      for (const how of new Set([...readRefusals, ...writeRefusals])) {
        yield* expect(statements.refused(how) >= 3, `only ${statements.refused(how)} were ${how}`)
      }
    })
}

const firstId = 500_000_000

/** Of the early ones, so that most of the load comes after them. */
const timedOut = [firstId + 20, firstId + 21, firstId + 90]
const unavailable = [firstId + 50, firstId + 51, firstId + 100]
const heldUp = new Set([...timedOut, ...unavailable].map(String))

const refuseHeldUp: Rule = ({ query, mentions }) => {
  // Another table may hold their ids as well, in a partition of its own.
  if (!query.includes("orders_payments_facts")) return undefined
  if (unavailable.some((id) => mentions(BigInt(id)))) return "unavailable"
  if (timedOut.some((id) => mentions(BigInt(id)))) {
    return isRead(query) ? "read-timed-out" : "timed-out-unwritten"
  }
  return undefined
}

/** Messages without an effect, but for those about orders that are held up; and payments without an order among them. */
const unsettledOthers = async ({ observer }: ScenarioContext) => {
  const { verdicts, lost, lostUnmatched } = await observer.judgeNow()
  const held = observer.sent.filter(
    ({ planned: { stream, meaning }, messageId }) =>
      meaning._tag !== "Poison" &&
      heldUp.has(meaning.orderId) &&
      verdicts.get(keyOf(stream, messageId)) === "lost"
  )
  return { others: lost - lostUnmatched - held.length, unmatched: lostUnmatched }
}

const ordersHeldUp: Scenario = {
  name: "orders-held-up",
  fault: "6 orders timed out or refused for 2 minutes",
  // Doctor asks for no single row.
  signs: { sentence: /^It works, with trouble: .*retried/, alert: /^CounterfoilDegraded$/ },
  proxied: ["statements"],
  loadSeconds: 60,
  // Payments without an order too: what holds up one order must not hold up their fate.
  load: (messages) => traffic({ messages, seed: 5, firstId, unmatched: 0.05 }),
  run: (context: ScenarioContext) =>
    Effect.gen(function* () {
      const { processors, deployment, statements, untilPublished, expect, lookForSigns } = context
      yield* statements.set(refuseHeldUp)
      const processor = yield* processors.start()
      yield* untilReady(processor)
      const began = performance.now()
      yield* untilPublished(1)
      yield* lookForSigns()
      let left = 0
      yield* until(
        "an effect of every message about other orders",
        Effect.promise(async () => {
          left = (await unsettledOthers(context)).others
          return left === 0
        }),
        "30 seconds",
        () => `${left} are left\n${tailOf(processor)}`
      )
      yield* Effect.sleep(Math.max(0, began + heldUpMillis - performance.now()))
      // The last of them was published a minute ago, twice the grace.
      const { unmatched } = yield* Effect.promise(() => unsettledOthers(context))
      yield* expect(
        unmatched === 0,
        `${unmatched} payments without an order wait for orders that are held up`
      )
      const rows = yield* Effect.promise(() => deployment.table.rows())
      yield* expect(![...heldUp].some((id) => rows.has(id)), "an order was stored that was held up")
      const health = yield* ask(processor, "/health")
      yield* expect(!health.includes("MAX_RETRYING"), `intake paused for few: ${health}`)
      yield* statements.set(passAll)
    })
}

const heldUpMillis = 120_000

/** Answers that are neither success nor rejection. */
export const refusals: ReadonlyArray<Scenario> = [refusing, ordersHeldUp]
