/** `npm run bench`: compares `counterfoil run` with a loop written by hand, on real servers. */
import { join } from "node:path"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect } from "effect"
import type { ServerError } from "../test/support/ServerProcess.ts"
import { amountsFor, say } from "./Bench.ts"
import { isFound } from "./Findings.ts"
import { machine } from "./Machine.ts"
import { type Options, parseOptions } from "./Options.ts"
import { scenarioNames } from "./Plan.ts"
import { type Played, playAll } from "./Play.ts"
import { together, writeReport } from "./Report.ts"
import { judge } from "./Thresholds.ts"
import { TimeSpent } from "./TimeSpent.ts"

const isLargeEnough = ({ isQuick, isSelf, messages, profile, rounds }: Options): boolean =>
  !isQuick &&
  !isSelf &&
  messages === undefined &&
  profile === undefined &&
  (rounds ?? enoughRounds) >= enoughRounds

// Fewer say nothing with 90 % confidence.
const enoughRounds = 5

const areServersGiven = process.env["CASSANDRA_CONTACT_POINTS"] !== undefined

/** Reports what was found; whether it is as it must be. */
const report = (
  options: Options,
  startedAt: Date,
  time: TimeSpent,
  played: ReadonlyArray<Played>
): boolean => {
  const findings = together(played.map((part) => part.findings))
  const verdicts = judge(findings)
  const isJudged = isLargeEnough(options)
  const isWhole = isJudged && options.only.length === scenarioNames.length && options.rounds === undefined
  const folder = options.out ?? (isWhole ? join(import.meta.dirname, "results") : join(".cache", "bench"))
  const text = writeReport(folder, {
    startedAt: startedAt.toISOString(),
    minutes: (Date.now() - startedAt.getTime()) / 60_000,
    time: time.seconds(),
    machine: machine(played[0]?.cassandra ?? "unknown", areServersGiven),
    amounts: amountsFor(options),
    isJudged,
    verdicts,
    findings
  })
  process.stdout.write(text)
  say(`written to ${folder}`)
  const missing = [...findings.measured, ...findings.ratios].filter((series) => !isFound(series))
  for (const { title } of missing) say(`FAILED: could not be measured: ${title}`)
  return missing.length === 0 && (!isJudged || verdicts.every(({ holds }) => holds))
}

// As for the tests: a machine that cannot have the servers leaves the quick run out, and says so.
const mayBeSkipped = ({ isQuick }: Options): boolean => isQuick && process.env["REQUIRE_SERVICES"] !== "1"

const skipped = (error: ServerError): Effect.Effect<boolean> =>
  Effect.sync(() => {
    say(`SKIPPED: ${error.message}`)
    return true
  })

const program = Effect.gen(function* () {
  const options = yield* Effect.sync(() => parseOptions(process.argv.slice(2)))
  const startedAt = new Date()
  const time = new TimeSpent()
  const allHolds = playAll(options, time).pipe(
    Effect.map((played) => report(options, startedAt, time, played)),
    Effect.catchIf(() => mayBeSkipped(options), skipped)
  )
  process.exitCode = (yield* allHolds) ? 0 : 1
})

// At once: what is under way cannot be interrupted, and would go on without its servers. Those end with this process.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1))
NodeRuntime.runMain(program)
