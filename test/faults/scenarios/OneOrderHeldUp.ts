/** One order that cannot be stored, with little room for what waits: it holds up its own payments and nothing else. */
import { Effect } from "effect"
import { passAll, type Rule } from "../CqlProxy.ts"
import { watchFlow } from "../Flow.ts"
import { untilReady } from "../Processors.ts"
import type { Scenario } from "../Scenario.ts"
import { steadyTraffic } from "../SteadyTraffic.ts"
import type { Meaning } from "../Traffic.ts"

const firstId = 700_000_000

/** Early enough that nearly all of the load comes after it. */
const heldUp = firstId + 20

const seconds = 150

/**
 * Its writes are swallowed by the network, as where its partition is on a disk that does not answer. Those to the table
 * of facts alone: another table may hold its id as well, in a partition of its own.
 */
const swallowWrites: Rule = ({ query, mentions }) =>
  !query.startsWith("SELECT") && query.includes("orders_payments_facts") && mentions(BigInt(heldUp))
    ? "swallowed"
    : undefined

const oneOrderHeldUp: Scenario = {
  name: "one-order-held-up",
  fault: "writes of one order never answered, room of 200",
  proxied: ["statements"],
  // Doctor asks for no single row.
  signs: { sentence: /^It works, with trouble: .*retried/, alert: /^CounterfoilDegraded$/ },
  // With the default grace of 30 s, 4 payments a second without an order are 120 that wait: room for them all.
  environment: { WAITING_ROOM_MAX: "200" },
  load: () => steadyTraffic({ seconds, seed: 71, firstId, ordersPerSecond: 8, paymentsPerSecond: 12 }),
  loadSeconds: seconds,
  unmatchedWithinSeconds: 60,
  run: (context) =>
    Effect.gen(function* () {
      const { processors, statements, expect, deployment, lookForSigns } = context
      yield* statements.set(swallowWrites)
      const processor = yield* processors.start()
      yield* untilReady(processor)
      const expected = {
        isInTrouble: (meaning: Meaning) => meaning._tag !== "Poison" && meaning.orderId === String(heldUp),
        // The few that share its first request time out with it, and again as their group is halved.
        withinMillis: 30_000,
        unmatchedWithinMillis: 60_000
      }
      const [seen] = yield* Effect.all([watchFlow(context, processor, expected, seconds), lookForSigns()], {
        concurrency: 2
      })
      const rows = yield* Effect.promise(() => deployment.table.rows())
      yield* expect(!rows.has(String(heldUp)), "the order was stored that was held up")
      yield* expect(statements.refused("swallowed") > 5, "its writes were not tried")
      yield* expect(seen.late.length === 0, `${seen.late.length} others did not flow: ${seen.late[0]}`)
      yield* expect(
        seen.lateUnmatched.length === 0,
        `${seen.lateUnmatched.length} payments without an order had no fate in time: ${seen.lateUnmatched[0]}`
      )
      yield* expect(seen.notReady.length === 0, `/ready answered ${seen.notReady} in ${seen.looks} looks`)
      const said = [...seen.healths].some((health) => degradedByRetries.test(health))
      yield* expect(said, `health never said what is retried: ${[...seen.healths].at(-1)}`)
      yield* statements.set(passAll)
    })
}

const degradedByRetries = /"facts":\{"state":"degraded","reason":"[^"]*retried/

/** With little room. */
export const oneOrder: ReadonlyArray<Scenario> = [oneOrderHeldUp]
