/** What is known of the dead-letter topic, and the state of health that follows from it. */
import type { ReportedError } from "../pipeline/BatchAttempt.ts"
import { ResourceMissing } from "../pubsub/PubSubError.ts"
import type { HealthState } from "../telemetry/Health.ts"
import { evidenceMillis, outageMillis, startingMillis } from "./Limits.ts"

/** What is known of the dead-letter topic. **Units**: all times are ms of a monotonic clock. */
export interface DeadLettersEvidence {
  /** The full name. */
  readonly topic: string
  readonly startedAt: number
  /** Whether it ever answered. */
  isKnown: boolean
  /** Whether the last check found no such topic. */
  isMissing: boolean
  /** The first failed check since one was answered; undefined while there is none. */
  checkFailingSince: number | undefined
  checkError: ReportedError
  /** The first failed publish since one was confirmed; undefined while there is none. */
  failingSince: number | undefined
  lastFailureAt: number
  /** The error of the last failed publish. */
  error: ReportedError
  /** Why dead letters cannot be redriven; undefined while nothing is known against it. */
  redriveError: ReportedError | undefined
}

/** Nothing is known yet. */
export const noDeadLettersEvidence = (topic: string, startedAt: number): DeadLettersEvidence => ({
  topic,
  startedAt,
  isKnown: false,
  isMissing: false,
  checkFailingSince: undefined,
  checkError: noError,
  failingSince: undefined,
  lastFailureAt: Number.NEGATIVE_INFINITY,
  error: noError,
  redriveError: undefined
})

/** A publish was confirmed: whatever a check says, the topic works. */
export const deadLettersConfirmed = (evidence: DeadLettersEvidence): void => {
  evidence.isKnown = true
  evidence.isMissing = false
  evidence.checkFailingSince = undefined
  evidence.failingSince = undefined
}

/** A publish failed. */
export const deadLettersFailed = (evidence: DeadLettersEvidence, error: ReportedError, now: number): void => {
  evidence.isKnown = true
  evidence.failingSince ??= now
  evidence.lastFailureAt = now
  evidence.error = error
}

/**
 * A check found the topic.
 *
 * Dead letters that wait to be published are tried again well within `evidenceMillis`. When no publish has failed for
 * that long, none is waiting, and no publish will show that the topic works.
 */
export const topicFound = (evidence: DeadLettersEvidence, now: number): void => {
  evidence.isKnown = true
  evidence.isMissing = false
  evidence.checkFailingSince = undefined
  if (now - evidence.lastFailureAt >= evidenceMillis) evidence.failingSince = undefined
}

/** A check found no such topic. */
export const topicMissing = (evidence: DeadLettersEvidence): void => {
  evidence.isKnown = true
  evidence.isMissing = true
  evidence.checkFailingSince = undefined
}

/** A check got no answer, or one that says nothing of the topic. */
export const checkFailed = (evidence: DeadLettersEvidence, error: ReportedError, now: number): void => {
  evidence.checkFailingSince ??= now
  evidence.checkError = error
}

/** The redrive of `run` cannot read the dead-letter subscription; undefined: it could. */
export const redriveTroubled = (evidence: DeadLettersEvidence, error: ReportedError | undefined): void => {
  evidence.redriveError = error
}

/** Whether the topic should be checked soon. */
export const deadLettersAreTroubled = (evidence: DeadLettersEvidence): boolean =>
  !evidence.isKnown ||
  evidence.isMissing ||
  evidence.failingSince !== undefined ||
  evidence.checkFailingSince !== undefined

/**
 * The state of the dead-letter topic.
 *
 * Unavailable: it does not exist; or publishing has failed for `outageMillis` without a success; or no check was
 * answered for so long. A failed publish that is not tried again, its delivery having got another fate, degrades it; so
 * does a subscription that cannot be read again from, since what `run` needs is the topic.
 */
export const deadLettersStateOf = (evidence: DeadLettersEvidence, now: number): HealthState => {
  const { checkError, checkFailingSince, error, failingSince, lastFailureAt, redriveError } = evidence
  if (evidence.isMissing) {
    const reason = `topic ${evidence.topic} does not exist`
    return { _tag: "Unavailable", reason, error: { reason: new ResourceMissing({ cause: undefined }) } }
  }
  if (failingSince !== undefined && lastFailureAt - failingSince >= outageMillis) {
    return { _tag: "Unavailable", reason: error.message, error }
  }
  if (checkFailingSince !== undefined && now - checkFailingSince >= outageMillis) {
    return { _tag: "Unavailable", reason: checkError.message, error: checkError }
  }
  if (!evidence.isKnown) {
    return now - evidence.startedAt < startingMillis
      ? { _tag: "Starting" }
      : { _tag: "Unavailable", reason: `Pub/Sub has not answered about topic ${evidence.topic} yet` }
  }
  if (failingSince !== undefined && now - failingSince >= outageMillis)
    return { _tag: "Degraded", reason: `a publish failed: ${error.message}`, error }
  return redriveError === undefined
    ? { _tag: "Healthy" }
    : { _tag: "Degraded", reason: redriveError.message, error: redriveError }
}

const noError: ReportedError = { message: "" }
