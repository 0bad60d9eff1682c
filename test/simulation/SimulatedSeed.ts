/** One seed, simulated and judged. */
import { Effect, References } from "effect"
import { TestClock } from "effect/testing"
import type { ExcuseCounts } from "./Excuses.ts"
import { isClean, type Judgement, judge } from "./Ledger.ts"
import { planOf } from "./Plan.ts"
import { type SimulationResult, simulate } from "./Simulation.ts"

/** What came of a seed. */
export interface SimulatedSeed {
  /** What is wrong, what led to it, and how to see it again; undefined where nothing is. */
  readonly report: string | undefined
  /** Messages that were published. */
  readonly messages: number
  readonly excused: ExcuseCounts
  /** Everything that happened, a line each. */
  readonly trace: string
}

/** Simulates a seed on a clock of its own. */
export const simulateSeed = (seed: number): Effect.Effect<SimulatedSeed> =>
  Effect.gen(function* () {
    const result = yield* simulate(planOf(seed))
    const judgement = judge(result)
    return {
      report: isClean(judgement) ? undefined : reportOf(result, judgement),
      messages: judgement.messages,
      excused: judgement.excused,
      trace: result.trace.join("\n")
    }
  }).pipe(
    Effect.provide(TestClock.layer()),
    Effect.provideService(References.MinimumLogLevel, "None"),
    Effect.orDie
  )

const reportOf = ({ plan, trace }: SimulationResult, { faults }: Judgement): string => {
  const { events, ...circumstances } = plan
  const cases = Object.entries(faults).flatMap(
    ([what, sentences]: readonly [string, ReadonlyArray<string>]) =>
      sentences.map((sentence) => `  ${what}: ${sentence}`)
  )
  const went = events.filter(({ _tag }) => _tag !== "Publish")
  return [
    `seed ${plan.seed} failed; see it again with: npm run test:simulate -- --seeds 1 --first ${plan.seed} --trace`,
    ...cases,
    `  ${JSON.stringify(circumstances, shown)}`,
    ...went.map((event) => `  ${JSON.stringify(event)}`),
    ...trace.slice(-linesShown).map((line) => `  ${line}`)
  ].join("\n")
}

const shown = (_: string, value: unknown): unknown =>
  value instanceof Map ? [...value].map(String) : typeof value === "bigint" ? String(value) : value

/** Lines of the trace in a report; `--trace` shows all. */
const linesShown = 60
