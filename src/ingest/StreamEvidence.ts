/** What is known of a source stream, and the state of health that follows from it. */
import type { ReportedError } from "../pipeline/BatchAttempt.ts"
import type { SubscriptionStatus } from "../pubsub/Subscriber.ts"
import type { HealthState } from "../telemetry/Health.ts"
import { disconnectedMillis, pausedMillis, startingMillis } from "./Limits.ts"

/** What a source stream says of itself; `error` also where its intake is closed. */
export interface StreamStatus extends Omit<SubscriptionStatus, "error"> {
  readonly error?: ReportedError
}

/** What is known of a source stream. **Units**: all times are ms of a monotonic clock. */
export interface StreamEvidence {
  readonly startedAt: number
  wasConnected: boolean
  /** The first of the readings in a row that found it disconnected; undefined while it is connected. */
  disconnectedSince: number | undefined
  trouble: string
  /** While it is disconnected, when it was last tried to connect; undefined where that is not known. */
  triedAt: number | undefined
  /** Set where nothing new can come. */
  error: ReportedError | undefined
  /** The same for a paused intake. */
  pausedSince: number | undefined
  pausedBecause: string
}

/** Nothing is known yet. */
export const noStreamEvidence = (startedAt: number): StreamEvidence => ({
  startedAt,
  wasConnected: false,
  disconnectedSince: undefined,
  trouble: "",
  triedAt: undefined,
  error: undefined,
  pausedSince: undefined,
  pausedBecause: ""
})

/** The stream's state was read. */
export const streamRead = (
  evidence: StreamEvidence,
  {
    connected,
    error,
    triedAtMillis,
    trouble
  }: Pick<StreamStatus, "connected" | "error" | "triedAtMillis" | "trouble">,
  pausedBecause: string | undefined,
  now: number
): void => {
  if (connected) evidence.wasConnected = true
  evidence.disconnectedSince = connected ? undefined : (evidence.disconnectedSince ?? now)
  evidence.trouble = trouble
  evidence.triedAt = triedAtMillis
  evidence.error = error
  evidence.pausedSince = pausedBecause === undefined ? undefined : (evidence.pausedSince ?? now)
  if (pausedBecause !== undefined) evidence.pausedBecause = pausedBecause
}

/**
 * The state of a source stream: one reading decides nothing, since streams are normally closed and opened
 * again from time to time, and a limit may be reached for a moment.
 */
export const streamStateOf = (evidence: StreamEvidence, now: number): HealthState => {
  const { disconnectedSince, pausedSince } = evidence
  const allowedMillis = evidence.wasConnected ? disconnectedMillis : startingMillis
  const brokenSince = evidence.wasConnected ? disconnectedSince : evidence.startedAt
  if (brokenSince !== undefined && now - brokenSince >= allowedMillis) {
    const { error, trouble } = evidence
    return { _tag: "Unavailable", reason: trouble, ...(error === undefined ? {} : { error }) }
  }
  if (!evidence.wasConnected) return { _tag: "Starting" }
  return pausedSince !== undefined && now - pausedSince >= pausedMillis
    ? { _tag: "Paused", reason: evidence.pausedBecause }
    : { _tag: "Healthy" }
}
