/** Says what came of a scenario, in a line for people. */
import { Cause } from "effect"
import type { Judgement } from "./Ledger.ts"
import type { Scenario } from "./Scenario.ts"
import type { Outcome } from "./ScenarioRunner.ts"

const line = (
  name: string,
  messages: string,
  fault: string,
  recovered: string,
  redelivered: string
): string =>
  `${name.padEnd(20)} ${messages.padStart(8)}  ${fault.padEnd(44)} ${recovered.padStart(12)} ${redelivered.padStart(11)}`

/** The heads of the columns. */
export const heading = `${line("scenario", "messages", "fault", "recovered in", "redelivered")}  lost/wrong/doubled/misrouted`

/** The line of a scenario that was judged, and what it did wrong below. */
export const outcomeLines = (outcome: Outcome): string => {
  const { scenario, messages, recoveredIn, redelivered, judgement, unmet } = outcome
  const first = line(
    scenario.name,
    String(messages),
    scenario.fault,
    `${recoveredIn.toFixed(1)} s`,
    String(redelivered)
  )
  const below = [...unmet, ...judgement.findings].map((each) => `    ${each}`)
  return [`${first}  ${countsOf(judgement)}, ${outcome.isRight ? "right" : "FAILED"}`, ...below].join("\n")
}

/** What was seen, in one line for a page. */
export const saidOf = ({ judgement, recoveredIn, redelivered, unmet }: Outcome): string =>
  [
    `lost/wrong/doubled/misrouted ${countsOf(judgement)}; recovered in ${recoveredIn.toFixed(1)} s; ${redelivered} redelivered`,
    ...[...unmet, ...judgement.findings].slice(0, 1)
  ].join("; ")

const countsOf = ({
  lost,
  wrong,
  doubled,
  misrouted,
  stale,
  late,
  copies,
  left,
  repeating,
  excused
}: Judgement): string =>
  [
    `${lost}/${wrong}/${doubled}/${misrouted}`,
    ...(stale > 0 ? [`${stale} stale`] : []),
    ...(late > 0 ? [`${late} late`] : []),
    ...(copies > 0 ? [`${copies} copies`] : []),
    ...(repeating > 0 ? [`${repeating} repeating`] : []),
    ...(left > 0 ? [`${left} left`] : []),
    ...[...excused].map(([why, count]) => `${count} excused by "${why}"`)
  ].join(", ")

/** Why a scenario could not be run to its end, in one line for a page. */
export const failureSaidOf = (cause: Cause.Cause<unknown>): string =>
  Cause.pretty(cause).split("\n").slice(0, 2).join(" ")

/** The line of a scenario that could not be run to its end. */
export const failureLine = (scenario: Scenario, cause: Cause.Cause<unknown>): string =>
  `${line(scenario.name, "-", scenario.fault, "-", "-")}  FAILED\n${Cause.pretty(cause).replaceAll(/^/gm, "    ")}`
