/** What the command line of the benchmark says. */
import { parseArgs } from "node:util"
import { oneNodeScenarios, type ScenarioName, scenarioNames } from "./Plan.ts"

/** What the command line says. */
export interface Options {
  readonly isQuick: boolean
  /** The loop is compared with itself: what differs then is noise. */
  readonly isSelf: boolean
  readonly only: ReadonlyArray<ScenarioName>
  /** Instead of each scenario's own number. */
  readonly rounds: number | undefined
  /** Messages of one drain, instead of the plan's. */
  readonly messages: number | undefined
  /** A folder for a processor profile of every contender's process; nothing is judged then. */
  readonly profile: string | undefined
  /** The folder of the report. */
  readonly out: string | undefined
}

/** How to use it. */
export const usage = `npm run bench -- [--quick] [--only drain,steady,…] [--rounds N] [--messages N] [--self]
               [--profile FOLDER] [--out FOLDER]

  --quick    small amounts, one round, no cluster, nothing judged: shows that it works, in under three minutes
  --only     these scenarios: ${scenarioNames.join(", ")}
  --rounds   this many rounds of each scenario
  --messages this many messages in a drain; nothing judged
  --profile  writes a processor profile of each process to this folder (bench/Profile.ts reads them); nothing judged
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
      messages: { type: "string" },
      profile: { type: "string" },
      out: { type: "string" }
    }
  })
  return {
    isQuick: values.quick,
    isSelf: values.self,
    only: values.only?.split(",").map(scenarioNamed) ?? (values.quick ? oneNodeScenarios : scenarioNames),
    rounds: amountOf(values.rounds),
    messages: amountOf(values.messages),
    profile: values.profile,
    out: values.out
  }
}

const amountOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const amount = Number(text)
  if (!(Number.isInteger(amount) && amount > 0)) throw new Error(`${text} is no amount\n\n${usage}`)
  return amount
}

const scenarioNamed = (name: string): ScenarioName => {
  const found = scenarioNames.find((known) => known === name)
  if (found === undefined) throw new Error(`there is no scenario ${name}\n\n${usage}`)
  return found
}
