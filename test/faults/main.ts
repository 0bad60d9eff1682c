/** `npm run test:faults`: runs every scenario on real servers and prints one line for each. */
import { parseArgs } from "node:util"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect, Exit, Runtime } from "effect"
import { failureLine, heading, outcomeLines } from "./Report.ts"
import type { Scenario } from "./Scenario.ts"
import { runScenario } from "./ScenarioRunner.ts"
import { scenarios } from "./Scenarios.ts"
import { ownServers } from "./Servers.ts"

const usage = `npm run test:faults -- [--only NAME,…] [--messages N] [--settle-within SECONDS]

  --only           these scenarios: ${scenarios.map(({ name }) => name).join(", ")}
  --messages       about this many messages each; without it 20000
  --settle-within  how long everything may take to be settled after the fault; without it, as each scenario says
`

const options = (() => {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      messages: { type: "string" },
      "settle-within": { type: "string" }
    }
  })
  const messages = Number(values.messages ?? 20_000)
  const names = values.only?.split(",") ?? scenarios.map(({ name }) => name)
  const unknown = names.filter((name) => !scenarios.some((scenario) => scenario.name === name))
  if (unknown.length > 0 || !Number.isInteger(messages) || messages < 1) {
    process.stderr.write(usage)
    process.exit(2)
  }
  const within = values["settle-within"]
  const patience = within === undefined ? {} : { settleWithinSeconds: Number(within) }
  return {
    messages,
    chosen: scenarios
      .filter(({ name }) => names.includes(name))
      .map((scenario): Scenario => ({ ...scenario, ...patience }))
  }
})()

const say = (line: string) => Effect.sync(() => void process.stdout.write(`${line}\n`))

const program = Effect.gen(function* () {
  yield* say(heading)
  const servers = yield* ownServers
  let failed = 0
  for (const scenario of options.chosen) {
    const missing = scenario.missing?.()
    if (missing !== undefined) {
      yield* say(`${scenario.name.padEnd(20)} LEFT OUT: ${missing}`)
      continue
    }
    const isRight = yield* runScenario(scenario, servers, { messages: options.messages }).pipe(
      Effect.tap((outcome) => say(outcomeLines(outcome))),
      Effect.map((outcome) => outcome.isRight),
      Effect.catchCause((cause) => Effect.as(say(failureLine(scenario, cause)), false))
    )
    if (!isRight) failed += 1
  }
  yield* say(failed === 0 ? "every scenario as it should be" : `${failed} scenarios FAILED`)
  process.exitCode = failed === 0 ? 0 : 1
})

NodeRuntime.runMain(Effect.scoped(program), {
  disableErrorReporting: false,
  // What a scenario has left open must not keep the process; nor must Node, which may spin in its own clean-up.
  teardown: (exit, onExit) =>
    Exit.isSuccess(exit) ? process.exit(Number(process.exitCode)) : Runtime.defaultTeardown(exit, onExit)
})
