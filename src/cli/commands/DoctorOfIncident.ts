/** Makes the checks of `doctor` that an incident file shows, beside the work of a process. */
import { Duration, Effect } from "effect"
import { allChecks } from "../../checks/AllChecks.ts"
import type { CheckGroup, CheckResult } from "../../checks/Check.ts"
import type { FlagTexts } from "../../config/Configuration.ts"
import type { ShownCheck } from "../../http/IncidentChecks.ts"
import { incidentGroupSeconds } from "../Limits.ts"
import { readDeployment } from "./DoctorReadings.ts"
import { statusOf } from "./DoctorReport.ts"

const groups = ["configuration", "pubsub", "cassandra", "limits"] as const satisfies ReadonlyArray<CheckGroup>

/**
 * Makes them, each server apart from the other, by connections of their own: those of the process may be what is wrong.
 *
 * **Guarantee**: of a server that does not answer within {@link incidentGroupSeconds} it is said that it was not checked.
 * What a check shows is left out of secrets, as in the report of `doctor`.
 */
export const checksForIncident = (flags: FlagTexts): Effect.Effect<ReadonlyArray<ShownCheck>> =>
  Effect.map(
    Effect.forEach(groups, (group) => resultsOf(group, flags), { concurrency: "unbounded" }),
    (results) => results.flat().flatMap(shownChecks)
  )

const resultsOf = (group: CheckGroup, flags: FlagTexts): Effect.Effect<ReadonlyArray<CheckResult>> =>
  readDeployment(flags, new Set([group]), undefined).pipe(
    Effect.map(({ results }) => results.filter((result) => result.group === group)),
    Effect.timeoutOrElse({
      duration: Duration.seconds(incidentGroupSeconds),
      orElse: () => Effect.succeed(unanswered(group))
    })
  )

const unanswered = (group: CheckGroup): ReadonlyArray<CheckResult> =>
  allChecks
    .filter((check) => check.group === group)
    .map(({ code, title }) => ({
      code,
      group,
      title,
      outcome: { _tag: "NotMade", why: `no answer within ${incidentGroupSeconds} s` }
    }))

const shownChecks = ({ code, outcome, title }: CheckResult): ReadonlyArray<ShownCheck> => {
  const status = statusOf(outcome)
  switch (outcome._tag) {
    case "Found":
      return outcome.findings.map(({ expected, found, remedy, severity }) => ({
        code,
        status: severity,
        text: `${found}; expected: ${expected}`,
        remedy
      }))
    case "Passed":
      return [
        { code, status, text: outcome.shows === undefined ? title : `${title}: ${outcome.shows}`, remedy: "" }
      ]
    case "NotMade":
      return [{ code, status, text: `${title}: not checked: ${outcome.why}`, remedy: "" }]
    case "Skipped":
      return [{ code, status, text: `${title}: not checked, because ${outcome.because} failed`, remedy: "" }]
  }
}
