/** `npm run bench`: compares `counterfoil run` with a loop written by hand, or with another commit, on real servers. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect } from "effect"
import { optionsOfProcess } from "../test/support/CommandLine.ts"
import type { ServerError } from "../test/support/ServerProcess.ts"
import { compareCommits } from "./comparison/Comparison.ts"
import { type ComparisonOptions, parseOptions, type ScenarioOptions, usage } from "./Options.ts"
import { reportScenarios } from "./ScenarioReport.ts"
import { runScenarios } from "./ScenarioRunner.ts"
import { say } from "./Screen.ts"
import { TimeSpent } from "./TimeSpent.ts"

// As for the tests: a machine that cannot have the servers leaves the quick run out, and says so.
const mayBeSkipped = (options: ScenarioOptions | ComparisonOptions): boolean =>
  options._tag === "Scenarios" && options.isQuick && process.env["REQUIRE_SERVICES"] !== "1"

const skipped = (error: ServerError): Effect.Effect<boolean> =>
  Effect.sync(() => {
    say(`SKIPPED: ${error.message}`)
    return true
  })

const program = Effect.gen(function* () {
  const options = yield* Effect.sync(() => optionsOfProcess(usage, parseOptions))
  const startedAt = new Date()
  const time = new TimeSpent()
  const allHolds =
    options._tag === "Comparison"
      ? compareCommits(options, time)
      : Effect.map(runScenarios(options, time), (found) => reportScenarios(options, startedAt, time, found))
  const isGood = yield* Effect.catchIf(allHolds, () => mayBeSkipped(options), skipped)
  process.exitCode = isGood ? 0 : 1
})

// At once: what is under way cannot be interrupted, and would go on without its servers. Those end with this process.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1))
NodeRuntime.runMain(program)
