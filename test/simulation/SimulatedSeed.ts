/** One seed, simulated and judged. */
import { Effect, References } from "effect"
import { TestClock } from "effect/testing"
import { isClean, type Judgement, judge } from "./Ledger.ts"
import { planOf } from "./Plan.ts"
import { type SimulationResult, simulate } from "./Simulation.ts"

/** What came of a seed. */
export interface SimulatedSeed {
  /** What is wrong, what led to it, and how to see it again; undefined where nothing is. */
  readonly report: string | undefined
  /** Everything that happened, a line each. */
  readonly trace: string
}

/** Simulates a seed on a clock of its own. */
export const simulateSeed = (seed: number): Effect.Effect<SimulatedSeed> =>
  Effect.gen(function* () {
    const result = yield* simulate(planOf(seed))
    const judgement = judge(result)
    const trace = result.trace.join("\n")
    return { report: isClean(judgement) ? undefined : reportOf(result, judgement), trace }
  }).pipe(
    Effect.provide(TestClock.layer()),
    Effect.provideService(References.MinimumLogLevel, "None"),
    Effect.orDie
  )

const reportOf = ({ plan, trace }: SimulationResult, judgement: Judgement): string => {
  const { events: _, ...circumstances } = plan
  const cases = Object.entries(judgement).flatMap(
    ([what, sentences]: readonly [string, ReadonlyArray<string>]) =>
      sentences.map((sentence) => `  ${what}: ${sentence}`)
  )
  return [
    `seed ${plan.seed} failed; see it again with: npm run test:simulate -- --seeds 1 --first ${plan.seed} --trace`,
    ...cases,
    `  ${JSON.stringify(circumstances, (_, value) => (value instanceof Map ? [...value].map(String) : value))}`,
    ...trace.slice(-linesShown).map((line) => `  ${line}`)
  ].join("\n")
}

/** Lines of the trace in a report; `--trace` shows all. */
const linesShown = 60
