/** Whether a run is large enough to be judged. A run that is not shows numbers only. */
import type { ComparisonOptions, ScenarioOptions } from "./Options.ts"
import { leastMessagesCompared, leastRoundsJudged } from "./Thresholds.ts"

/** Why a run of scenarios judges nothing; empty where it is judged. */
export const scenariosNotJudged = (options: ScenarioOptions): ReadonlyArray<string> =>
  reasons([
    [options.isQuick, "--quick measures one round of small amounts"],
    [options.isSelf, "--self compares the loop with itself"],
    [options.messages !== undefined, "--messages changes what the thresholds are for"],
    [options.profile !== undefined, "--profile slows every process down"],
    [(options.rounds ?? leastRoundsJudged) < leastRoundsJudged, tooFewRounds(options.rounds)]
  ])

/** Why a comparison judges nothing; empty where it is judged. */
export const comparisonNotJudged = ({
  rounds,
  messages
}: Pick<ComparisonOptions, "rounds" | "messages">): ReadonlyArray<string> =>
  reasons([
    [rounds < leastRoundsJudged, tooFewRounds(rounds)],
    [
      messages < leastMessagesCompared,
      `${messages} messages are too few (at least ${leastMessagesCompared}): a process uses too little processor time for them`
    ]
  ])

const tooFewRounds = (rounds: number | undefined): string =>
  `${rounds} rounds are too few for an interval (at least ${leastRoundsJudged})`

const reasons = (all: ReadonlyArray<readonly [boolean, string]>): ReadonlyArray<string> =>
  all.flatMap(([applies, reason]) => (applies ? [reason] : []))
