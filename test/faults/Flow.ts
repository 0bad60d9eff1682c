/** Whether messages have their effects while something is wrong: looked at from outside, again and again. */
import { Effect } from "effect"
import { judge } from "./Ledger.ts"
import { ask, type RunningProcessor, statusOf } from "./Processors.ts"
import type { ScenarioContext } from "./Scenario.ts"
import { keyOf, type Meaning } from "./Traffic.ts"

/** What has to hold at every look. */
export interface FlowExpected {
  /** Whether a message is about what is in trouble itself, and so need not flow. */
  readonly isInTrouble: (meaning: Meaning) => boolean
  /**
   * Within so long of its publish, or of the first look where that is later, a message has its effect, payments without
   * an order apart. **Units**: milliseconds.
   */
  readonly withinMillis: number
  /** Within so long, counted in the same way, a payment without an order is a dead letter. **Units**: milliseconds. */
  readonly unmatchedWithinMillis: number
}

/** What was seen in all the looks. */
export interface FlowSeen {
  readonly looks: number
  /** The most messages without an effect in one look, and their oldest. */
  readonly late: ReadonlyArray<string>
  /** The most payments without an order that were no dead letter in time, in one look. */
  readonly lateUnmatched: ReadonlyArray<string>
  /** Every status of `/ready` other than 200. */
  readonly notReady: ReadonlyArray<number>
  /** Every different answer of `/health`, without its times. */
  readonly healths: ReadonlySet<string>
}

/** Looks once a second or so at a processor and at the effects of what was published, for that long. */
export const watchFlow = (
  { observer }: ScenarioContext,
  processor: RunningProcessor,
  expected: FlowExpected,
  seconds: number
): Effect.Effect<FlowSeen> =>
  Effect.gen(function* () {
    let [looks, late, lateUnmatched]: [number, ReadonlyArray<string>, ReadonlyArray<string>] = [0, [], []]
    const notReady: Array<number> = []
    const firstLook = Date.now()
    const healths = new Set<string>()
    for (const began = performance.now(); performance.now() - began < seconds * 1_000; looks++) {
      const status = yield* statusOf(processor, "/ready")
      if (status !== 200) notReady.push(status)
      const health = yield* ask(processor, "/health")
      healths.add(health.replaceAll(/"since":"[^"]*"/g, '"since":""'))
      const now = Date.now()
      const seen = yield* Effect.promise(() => observer.historyNow())
      const { verdicts } = judge(seen)
      const ordered = new Set(
        seen.published.flatMap(({ planned: { meaning } }) =>
          meaning._tag === "Order" ? meaning.orderId : []
        )
      )
      const missing = seen.published.filter(
        ({ planned, messageId, publishMillis }) =>
          verdicts.get(keyOf(planned.stream, messageId)) === "lost" &&
          !expected.isInTrouble(planned.meaning) &&
          now - Math.max(publishMillis, firstLook) >
            (isUnmatched(planned.meaning, ordered) ? expected.unmatchedWithinMillis : expected.withinMillis)
      )
      const told = (isSo: boolean) =>
        missing
          .filter(({ planned }) => isUnmatched(planned.meaning, ordered) === isSo)
          .map(
            ({ planned, messageId, publishMillis }) =>
              `${keyOf(planned.stream, messageId)}, ${now - publishMillis} ms old`
          )
      const [others, unmatched] = [told(false), told(true)]
      if (others.length > late.length) late = others
      if (unmatched.length > lateUnmatched.length) lateUnmatched = unmatched
      yield* Effect.sleep("1 second")
    }
    return { looks, late, lateUnmatched, notReady, healths }
  })

const isUnmatched = (meaning: Meaning, ordered: ReadonlySet<string>): boolean =>
  meaning._tag === "Payment" && !ordered.has(meaning.orderId)
