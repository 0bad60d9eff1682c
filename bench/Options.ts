/** The command line of the benchmark. */
import { parseArgs } from "node:util"
import { amountIn, namesIn } from "../test/support/CommandLine.ts"
import {
  type Amounts,
  type ComparedStream,
  comparedStreams,
  comparisonRounds,
  defaultStreams,
  full,
  oneNodeScenarios,
  quick,
  type ScenarioName,
  scenarioNames
} from "./Plan.ts"

/** Scenarios that compare `counterfoil run` with the loop. */
export interface ScenarioOptions {
  readonly _tag: "Scenarios"
  readonly isQuick: boolean
  /** The loop is compared with itself: what differs then is noise. */
  readonly isSelf: boolean
  readonly only: ReadonlyArray<ScenarioName>
  /** Instead of each scenario's own number. */
  readonly rounds: number | undefined
  /** Messages of one drain, instead of the plan's. */
  readonly messages: number | undefined
  /** A folder for a processor profile of every candidate's process; nothing is judged then. */
  readonly profile: string | undefined
  /** The folder of the report. */
  readonly out: string | undefined
}

/** A comparison of the working tree with a commit. */
export interface ComparisonOptions {
  readonly _tag: "Comparison"
  /** Anything that git understands as a commit. */
  readonly commit: string
  readonly only: ReadonlyArray<ComparedStream>
  readonly rounds: number
  /** Messages of one drain. */
  readonly messages: number
  /** Rounds that an earlier run measured are not used. */
  readonly isFresh: boolean
  /** The folder of the report. */
  readonly out: string | undefined
}

/** How to use it. */
export const usage = `npm run bench -- [--quick] [--only drain,steady,…] [--rounds N] [--messages N] [--self]
               [--profile FOLDER] [--out FOLDER]
npm run bench -- --against COMMIT [--only orders,payments,…] [--rounds N] [--messages N] [--fresh] [--quick]
               [--out FOLDER]

  --quick    small amounts, one round, no cluster, nothing judged: shows that it works, in under three minutes
  --only     these scenarios: ${scenarioNames.join(", ")};
             with --against, drains of these: ${comparedStreams.join(", ")}
  --rounds   this many rounds of each scenario; with --against, of each drain
  --messages this many messages in a drain; scenarios are not judged then
  --profile  writes a processor profile of each process to this folder (bench/Profile.ts reads them); nothing judged
  --self     compares the loop with itself, to see what this machine's differences are worth; nothing judged
  --against  compares Counterfoil of the working tree with that of this commit, instead of with the loop
  --fresh    measures all rounds anew; without it, rounds that an earlier run of the same comparison measured count
  --out      writes the report to this folder; without it, a full run writes to bench/results/, others to .cache/bench/
`

/** Reads the command line. **Errors**: throws on what it does not know. */
export const parseOptions = (args: ReadonlyArray<string>): ScenarioOptions | ComparisonOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      self: { type: "boolean", default: false },
      against: { type: "string" },
      fresh: { type: "boolean", default: false },
      only: { type: "string" },
      rounds: { type: "string" },
      messages: { type: "string" },
      profile: { type: "string" },
      out: { type: "string" }
    }
  })
  const { against, quick: isQuick, self: isSelf, fresh: isFresh, profile, out } = values
  const rounds = values.rounds === undefined ? undefined : amountIn("--rounds", values.rounds)
  const messages = values.messages === undefined ? undefined : amountIn("--messages", values.messages)
  if (against !== undefined) {
    if (isSelf || profile !== undefined) throw new Error("--against goes with neither --self nor --profile")
    return {
      _tag: "Comparison",
      commit: against,
      only: values.only === undefined ? defaultStreams : namesIn("--only", values.only, comparedStreams),
      rounds: rounds ?? (isQuick ? 1 : comparisonRounds),
      messages: messages ?? (isQuick ? quick : full).drain,
      isFresh,
      out
    }
  }
  if (isFresh) throw new Error("--fresh goes with --against")
  const all = isQuick ? oneNodeScenarios : scenarioNames
  const only = values.only === undefined ? all : namesIn("--only", values.only, scenarioNames)
  return { _tag: "Scenarios", isQuick, isSelf, only, rounds, messages, profile, out }
}

/** How much of everything these options ask for. */
export const amountsFor = ({ isQuick, rounds, messages }: ScenarioOptions): Amounts => {
  const amounts = isQuick ? quick : full
  return {
    ...amounts,
    rounds: rounds === undefined ? amounts.rounds : roundsOfAll(rounds),
    drain: messages ?? amounts.drain
  }
}

const roundsOfAll = (rounds: number): Amounts["rounds"] => ({
  drain: rounds,
  steady: rounds,
  quiet: rounds,
  backlog: rounds,
  start: rounds,
  produce: rounds,
  scale: rounds,
  memory: rounds,
  progress: rounds,
  cluster: rounds
})
