/** What is known of the fact table, and the state of health that follows from it. */
import type { SilentHost } from "../facts/FactStore.ts"
import type { ReportedError } from "../pipeline/BatchAttempt.ts"
import type { HealthState } from "../telemetry/Health.ts"
import { evidenceMillis, outageFirstTries, outageMillis, startingMillis } from "./Limits.ts"

/** What is known of the fact table. **Units**: all times are ms of a monotonic clock. */
export interface FactsEvidence {
  readonly startedAt: number
  /** Whether it ever answered. */
  hasAnswered: boolean
  /** The first failed attempt since one in which it took a delivery; undefined while there is none. */
  failingSince: number | undefined
  /** Batches whose first attempt failed since then; those that failed for one and the same row count as one. */
  firstTryFailures: number
  /** The row, by its order id, that the last of those failed for, where it failed for one row. */
  failingRow: bigint | undefined
  /** Since when attempts have failed, each within `evidenceMillis` of the one before. */
  troubledSince: number
  lastFailureAt: number
  /** The error of the last failed attempt. */
  error: ReportedError
  /** The first failed ping since anything was answered; undefined while there is none. */
  pingFailingSince: number | undefined
  pingError: ReportedError
  /** Hosts that do not answer while others do, as they were read last. */
  silentHosts: ReadonlyArray<SilentHost>
}

/** Nothing is known yet. */
export const noFactsEvidence = (startedAt: number): FactsEvidence => ({
  startedAt,
  hasAnswered: false,
  failingSince: undefined,
  firstTryFailures: 0,
  failingRow: undefined,
  troubledSince: Number.NEGATIVE_INFINITY,
  lastFailureAt: Number.NEGATIVE_INFINITY,
  error: noError,
  pingFailingSince: undefined,
  pingError: noError,
  silentHosts: []
})

/** An attempt in which the table took at least one delivery. */
export const storeAnswered = (evidence: FactsEvidence): void => {
  evidence.hasAnswered = true
  evidence.failingSince = undefined
  evidence.firstTryFailures = 0
  evidence.pingFailingSince = undefined
}

/** An attempt in which it did not answer for at least one delivery; `row`: the only one, where that is certain. */
export const storeFailed = (
  evidence: FactsEvidence,
  error: ReportedError,
  isFirstTry: boolean,
  now: number,
  row?: bigint
): void => {
  if (now - evidence.lastFailureAt > evidenceMillis) evidence.troubledSince = now
  evidence.failingSince ??= now
  if (isFirstTry) {
    const isSameRow = row !== undefined && row === evidence.failingRow && evidence.firstTryFailures > 0
    if (!isSameRow) evidence.firstTryFailures++
    evidence.failingRow = row
  }
  evidence.lastFailureAt = now
  evidence.error = error
}

/** A ping was answered. Where nothing is being retried, no attempt can contradict it. */
export const pingAnswered = (evidence: FactsEvidence, retrying: number): void => {
  evidence.hasAnswered = true
  evidence.pingFailingSince = undefined
  if (retrying > 0) return
  evidence.failingSince = undefined
  evidence.firstTryFailures = 0
}

/** A ping failed. */
export const pingFailed = (evidence: FactsEvidence, error: ReportedError, now: number): void => {
  evidence.pingFailingSince ??= now
  evidence.pingError = error
}

/** The store's hosts were read. */
export const hostsRead = (evidence: FactsEvidence, silentHosts: ReadonlyArray<SilentHost>): void => {
  evidence.silentHosts = silentHosts
}

/** Whether the table should be pinged soon. */
export const factsAreTroubled = (evidence: FactsEvidence): boolean =>
  !evidence.hasAnswered || evidence.failingSince !== undefined || evidence.pingFailingSince !== undefined

/**
 * The state of the fact table.
 *
 * Unavailable: for `outageMillis` no attempt succeeded, and several batches failed at their first try; or for as long
 * nothing was stored and pings fail. Rows that fail again and again while the table answers otherwise degrade it and
 * leave it ready (G4); so does a host that has been silent for `outageMillis` while the others answer.
 */
export const factsStateOf = (evidence: FactsEvidence, retrying: number, now: number): HealthState => {
  const { error, failingSince, pingError, pingFailingSince } = evidence
  const attemptsFail = failingSince !== undefined && now - failingSince >= outageMillis
  if (attemptsFail && evidence.firstTryFailures >= outageFirstTries) {
    return { _tag: "Unavailable", reason: error.message, error }
  }
  if (pingFailingSince !== undefined && now - pingFailingSince >= outageMillis) {
    return { _tag: "Unavailable", reason: pingError.message, error: pingError }
  }
  if (!evidence.hasAnswered) {
    return now - evidence.startedAt < startingMillis
      ? { _tag: "Starting" }
      : { _tag: "Unavailable", reason: "the table has not answered yet" }
  }
  const isRecent = now - evidence.lastFailureAt < evidenceMillis
  const isUnresolved = retrying > 0 || failingSince !== undefined
  const isTroubled = isRecent && isUnresolved && now - evidence.troubledSince >= outageMillis
  const silent = silenceOf(evidence.silentHosts)
  if (isTroubled) {
    const retried = `${retrying} deliveries are being retried: ${error.message}`
    return { _tag: "Degraded", reason: silent === undefined ? retried : `${silent}; ${retried}`, error }
  }
  return silent === undefined ? { _tag: "Healthy" } : { _tag: "Degraded", reason: silent }
}

/** Which hosts have been silent for longer than a pause takes, in words. */
const silenceOf = (hosts: ReadonlyArray<SilentHost>): string | undefined => {
  const silent = hosts.filter(({ millis }) => millis >= outageMillis)
  if (silent.length === 0) return undefined
  const names = silent.map(({ address, isConnected }) => `${address} (${isConnected ? "silent" : "down"})`)
  return `no answer from ${names.join(", ")}; the other hosts answer`
}

const noError: ReportedError = { message: "" }
