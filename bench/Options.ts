/** What the command line of the benchmark says. */
import { parseArgs } from "node:util"
import { type ScenarioName, scenarioNames } from "./Plan.ts"

/** What the command line says. */
export interface Options {
  readonly isQuick: boolean
  /** The loop is compared with itself: what differs then is noise. */
  readonly isSelf: boolean
  readonly only: ReadonlyArray<ScenarioName>
  /** Instead of each scenario's own number. */
  readonly rounds: number | undefined
  /** The folder of the report. */
  readonly out: string | undefined
}

/** How to use it. */
export const usage = `npm run bench -- [--quick] [--only drain,steady,…] [--rounds N] [--self] [--out FOLDER]

  --quick    small amounts, one round, nothing judged: shows that it works, in under three minutes
  --only     these scenarios: ${scenarioNames.join(", ")}
  --rounds   this many rounds of each scenario
  --self     compares the loop with itself, to see what this machine's differences are worth; nothing judged
  --out      writes the report to this folder; without it, a full run writes to bench/results/, others to .cache/bench/
`

/** Reads the command line. **Errors**: throws on what it does not know. */
export const parseOptions = (args: ReadonlyArray<string>): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      self: { type: "boolean", default: false },
      only: { type: "string" },
      rounds: { type: "string" },
      out: { type: "string" }
    }
  })
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) throw new Error(usage)
  return {
    isQuick: values.quick,
    isSelf: values.self,
    only: values.only === undefined ? scenarioNames : values.only.split(",").map(scenarioNamed),
    rounds,
    out: values.out
  }
}

const scenarioNamed = (name: string): ScenarioName => {
  const found = scenarioNames.find((known) => known === name)
  if (found === undefined) throw new Error(`there is no scenario ${name}\n\n${usage}`)
  return found
}
