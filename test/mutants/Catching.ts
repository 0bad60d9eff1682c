/** Asks catchers about the program in a tree. */
import { createHash } from "node:crypto"
import { existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { Cause, type Duration, Effect } from "effect"
import { failureLine, outcomeLines } from "../faults/Report.ts"
import { runScenario } from "../faults/ScenarioRunner.ts"
import { scenarioNamed } from "../faults/Scenarios.ts"
import { type Ran, runNode } from "./Command.ts"
import type { Lane } from "./Lane.ts"
import { type Catcher, costOf, type Mutant, nameOf } from "./Mutant.ts"
import { type Verdict, verdictOf } from "./Verdict.ts"

/** A question to one or several catchers. */
export interface Question {
  readonly name: string
  readonly asks: Catcher["_tag"]
  /** The greater, the longer it takes. */
  readonly cost: number
  readonly ask: (lane: Lane) => Effect.Effect<Verdict>
}

/** Asks one catcher. */
export const questionTo = (catcher: Catcher): Question => ({
  name: nameOf(catcher),
  asks: catcher._tag,
  cost: costOf(catcher) + (catcher._tag === "Scenario" && needsThreeNodes(catcher.name) ? 1 : 0),
  ask: (lane) => {
    switch (catcher._tag) {
      case "Unit":
      case "Integration":
        return askTests(lane, catcher, [catcher.file])
      case "Simulation":
        return Effect.map(run(lane, simulate(catcher.seeds)), (ran) => verdictOf(catcher, ran, ""))
      case "Scenario":
        return Effect.map(runOne(lane, catcher), (ran) => verdictOf(catcher, ran, ""))
    }
  }
})

/** Asks all of them, each once, in as few runs as it takes: whole files of tests together. */
export const questionsTo = (catchers: ReadonlyArray<Catcher>): ReadonlyArray<Question> => {
  const together = (["Unit", "Integration"] as const).flatMap((_tag): ReadonlyArray<Question> => {
    const files = [...new Set(catchers.flatMap((catcher) => (catcher._tag === _tag ? [catcher.file] : [])))]
    const catcher: TestCatcher = { _tag, file: files.join(" "), title: undefined }
    // Other files make another question.
    const which = createHash("sha256").update(files.toSorted().join()).digest("hex").slice(0, 6)
    const name = `${files.length} files of tests ${_tag === "Unit" ? "without" : "with"} servers (${which})`
    return files.length === 0
      ? []
      : [{ name, asks: _tag, cost: costOf(catcher), ask: (lane: Lane) => askTests(lane, catcher, files) }]
  })
  const others = new Map(
    catchers.flatMap((catcher) =>
      catcher._tag === "Unit" || catcher._tag === "Integration" ? [] : [[nameOf(catcher), catcher] as const]
    )
  )
  return [...together, ...[...others.values()].map(questionTo)]
}

/** Whether the broken module loads, and all it imports; else why not. */
export const loads = (lane: Lane, { file }: Mutant): Effect.Effect<string | undefined> =>
  Effect.map(
    run(lane, {
      args: ["--input-type=module", "--eval", `await import("./${file}")`],
      within: "30 seconds"
    }),
    ({ code, output }) => (code === 0 ? undefined : output.trim())
  )

type TestCatcher = Catcher & { readonly _tag: "Unit" | "Integration" }

interface Command {
  readonly args: ReadonlyArray<string>
  readonly within: Duration.Input
  readonly environment?: Readonly<Record<string, string>>
}

const run = ({ tree }: Lane, { args, environment, within }: Command): Effect.Effect<Ran> =>
  runNode(args, { cwd: tree.folder, environment: { REQUIRE_SERVICES: "1", ...environment }, within })

const askTests = (lane: Lane, catcher: TestCatcher, files: ReadonlyArray<string>): Effect.Effect<Verdict> =>
  Effect.gen(function* () {
    const report = join(lane.tree.folder, "report.json")
    rmSync(report, { force: true })
    const args = [
      ...["node_modules/vitest/vitest.mjs", "run", ...files],
      ...(catcher.title === undefined ? [] : ["--testNamePattern", literally(catcher.title)]),
      // The first failure says enough, and what hangs is not waited for as long as usual.
      ...["--bail=1", "--testTimeout=30000", ...(catcher._tag === "Unit" ? ["--hookTimeout=10000"] : [])],
      ...["--reporter=json", `--outputFile=${report}`]
    ]
    const environment = catcher._tag === "Unit" ? {} : lane.services
    const ran = yield* run(lane, { args, environment, within: "8 minutes" })
    return verdictOf(catcher, ran, existsSync(report) ? readFileSync(report, "utf8") : "")
  })

const literally = (text: string): string => text.replaceAll(/[^\w\s]/g, "\\$&")

const simulate = (seeds: number): Command => ({
  // A copy has no history: nothing that is kept would be about the broken program.
  args: ["test/simulation/main.ts", "--seeds", String(seeds), "--bail", "--forget"],
  within: "5 minutes"
})

/** Runs a scenario with the `counterfoil` of the tree, on the lane's servers; what came of it as the command prints it. */
const runOne = (
  { servers, tree }: Lane,
  { messages, name }: Catcher & { readonly _tag: "Scenario" }
): Effect.Effect<Ran> =>
  Effect.suspend(() => {
    const scenario = { ...scenarioNamed(name), settleWithinSeconds }
    const missing = scenario.missing?.()
    if (missing !== undefined) return Effect.succeed({ code: 0, output: `${name} LEFT OUT: ${missing}` })
    if (servers === undefined) return Effect.die(new Error("the lane has no servers for scenarios"))
    return runScenario(scenario, servers, { messages, bin: join(tree.folder, "bin", "counterfoil.js") }).pipe(
      Effect.matchCauseEffect({
        onSuccess: (outcome) =>
          Effect.succeed({ code: outcome.isRight ? 0 : 1, output: outcomeLines(outcome) }),
        onFailure: (cause) =>
          Cause.hasInterrupts(cause)
            ? Effect.interrupt
            : Effect.succeed({ code: 1, output: failureLine(scenario, cause) })
      }),
      Effect.timeoutOrElse({
        duration: "8 minutes",
        orElse: () => Effect.succeed({ code: undefined, output: "" })
      })
    )
  })

/** Three nodes take minutes to start, and one lane has them at a time: what needs them comes last. */
const needsThreeNodes = (name: string): boolean => scenarioNamed(name).nodes === "three"

/** A broken program is given less time than `npm run test:faults` gives one that may be slow. */
const settleWithinSeconds = 60
