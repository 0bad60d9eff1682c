/** What an attempt to connect tells the checks. */
import {
  type Check,
  type CheckCode,
  type CheckDescription,
  type CheckResult,
  findingsIn,
  isFatal,
  judge,
  skipped
} from "../../checks/Check.ts"
import type { ConnectionReading } from "../../checks/ConnectionChecks.ts"
import { remedyOf } from "../Remedies.ts"

/** An attempt to connect that failed. */
interface Failure {
  readonly _tag: string
  readonly message: string
  readonly reason?: { readonly _tag: string }
}

/** What is said where a connection failed: by the checks of connecting, and that the others were not made. */
export const notConnected = (
  failure: Failure,
  connecting: ReadonlyArray<Check<ConnectionReading>>,
  others: ReadonlyArray<CheckDescription>
): ReadonlyArray<CheckResult> => {
  const { message, reason } = failure
  const results = judge(connecting, {
    failure: {
      tag: reason?._tag ?? failure._tag,
      message,
      remedy: saysLess.has(reason?._tag ?? failure._tag) ? undefined : remedyOf(failure)
    },
    shows: ""
  })
  return [...results, ...skipped(others, firstFatal(results, connecting))]
}

/** Their remedies are for a server that was once connected, or for any server. */
const saysLess: ReadonlySet<string> = new Set(["ServerSilent", "TimedOut", "Overloaded"])

/** What is said where the settings that name a server cannot be read. */
export const notConfigured = (
  checks: ReadonlyArray<CheckDescription>,
  configuration: ReadonlyArray<CheckResult>
): ReadonlyArray<CheckResult> => skipped(checks, firstFatal(configuration, configuration))

const firstFatal = (
  results: ReadonlyArray<CheckResult>,
  otherwise: ReadonlyArray<{ readonly code: CheckCode }>
): CheckCode => findingsIn(results).find(isFatal)?.code ?? otherwise[0]?.code ?? "CF-501"
