/** `npm run test:faults`: runs every scenario on real servers, keeps what came of each, and prints a line for each. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect, Exit, Runtime } from "effect"
import { optionsOfProcess } from "../support/CommandLine.ts"
import { inLanes } from "../support/Lanes.ts"
import { ProofFile } from "../support/proofs/ProofFile.ts"
import { writeProofReport } from "../support/proofs/ProofReport.ts"
import { parseOptions, usage } from "./Options.ts"
import { failureLine, failureSaidOf, heading, outcomeLines, saidOf } from "./Report.ts"
import type { Scenario } from "./Scenario.ts"
import { runScenario } from "./ScenarioRunner.ts"
import { ownServers, type Servers } from "./Servers.ts"

const options = optionsOfProcess(usage, parseOptions)

const say = (line: string) => Effect.sync(() => void process.stdout.write(`${line}\n`))

const partOf = ({ name }: Scenario): string => `${name}, ${options.messages} messages`

/** Those that this machine can run. */
const possible = Effect.filter(options.chosen, (scenario) => {
  const missing = scenario.missing?.()
  return missing === undefined
    ? Effect.succeed(true)
    : Effect.as(say(`${scenario.name.padEnd(20)} LEFT OUT: ${missing}`), false)
})

const tried = (file: ProofFile, servers: Servers, scenario: Scenario) =>
  Effect.gen(function* () {
    const began = performance.now()
    const keep = (holds: boolean, said: string) =>
      Effect.sync(() =>
        file.add(partOf(scenario), { holds, said, seconds: (performance.now() - began) / 1_000 })
      )
    yield* runScenario(scenario, servers, { messages: options.messages }).pipe(
      Effect.matchCauseEffect({
        onSuccess: (outcome) =>
          Effect.andThen(keep(outcome.isRight, saidOf(outcome)), say(outcomeLines(outcome))),
        onFailure: (cause) =>
          Effect.andThen(keep(false, failureSaidOf(cause)), say(failureLine(scenario, cause)))
      })
    )
  })

const program = Effect.gen(function* () {
  const file = ProofFile.open("faults", options.isFresh)
  const chosen = yield* possible
  const missing = file.missing(chosen.map(partOf))
  const toDo = chosen.filter((scenario) => missing.includes(partOf(scenario)))
  if (toDo.length < chosen.length) {
    const known = chosen.length - toDo.length
    yield* say(`${known} of ${chosen.length} scenarios hold already (${file.path}); --fresh forgets them`)
  }
  yield* say(heading)
  if (toDo.length > 0) {
    const lanes = yield* ownServers(Math.min(options.lanes, toDo.length))
    yield* inLanes(lanes, toDo, (servers, scenario) => tried(file, servers, scenario))
  }
  const parts = options.chosen.map(partOf)
  if (options.report !== undefined) report(file, parts, options.report)
  const failed = file.missing(chosen.map(partOf)).length
  yield* say(failed === 0 ? "every scenario as it should be" : `${failed} scenarios FAILED`)
  process.exitCode = failed === 0 ? 0 : 1
})

const report = (file: ProofFile, parts: ReadonlyArray<string>, path: string): void =>
  writeProofReport(path, {
    title: "Faults on real servers",
    command: `npm run test:faults -- --messages ${options.messages}`,
    claim:
      "Each scenario publishes its load to a real Pub/Sub emulator, brings a fault about, and reads Cassandra and the dead letters with plain clients. Nothing is lost, wrong, doubled or misrouted (G1–G7).",
    tree: file.tree,
    parts: parts.length,
    results: file.resultsOf(parts)
  })

NodeRuntime.runMain(Effect.scoped(program), {
  disableErrorReporting: false,
  // What a scenario has left open must not keep the process; nor must Node, which may spin in its own clean-up.
  teardown: (exit, onExit) =>
    Exit.isSuccess(exit) ? process.exit(Number(process.exitCode)) : Runtime.defaultTeardown(exit, onExit)
})
