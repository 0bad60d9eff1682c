/** Says what came of a scenario, in a line for people. */
import { Cause } from "effect"
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
  const { lost, wrong, doubled, misrouted, stale, late, copies, left, repeating, findings } = judgement
  const apart = [
    ...(stale > 0 ? [`${stale} stale`] : []),
    ...(late > 0 ? [`${late} late`] : []),
    ...(copies > 0 ? [`${copies} copies`] : []),
    ...(repeating > 0 ? [`${repeating} repeating`] : []),
    ...(left > 0 ? [`${left} left`] : [])
  ]
  const first = line(
    scenario.name,
    String(messages),
    scenario.fault,
    `${recoveredIn.toFixed(1)} s`,
    String(redelivered)
  )
  const verdict = [`${lost}/${wrong}/${doubled}/${misrouted}`, ...apart, outcome.isRight ? "right" : "FAILED"]
  return [`${first}  ${verdict.join(", ")}`, ...[...unmet, ...findings].map((each) => `    ${each}`)].join(
    "\n"
  )
}

/** The line of a scenario that could not be run to its end. */
export const failureLine = (scenario: Scenario, cause: Cause.Cause<unknown>): string =>
  `${line(scenario.name, "-", scenario.fault, "-", "-")}  FAILED\n${Cause.pretty(cause).replaceAll(/^/gm, "    ")}`
