/** How a connection to a cluster behaves; whatever is absent has the value of `Limits.ts`. */
import type { Duration, Effect } from "effect"
import type { Backoff } from "../time/Backoff.ts"
import type { CassandraError } from "./CassandraError.ts"

/** How a layer of `Cassandra` connects, and what it bounds. */
export interface CassandraOptions {
  /** Statements in flight at most. **Units**: statements; a batch counts each of its rows. `inFlightMax` if absent. */
  readonly maxInFlight?: number
  /** How many of them slowness never takes away: see `AdaptiveLimit.ts`. `inFlightMin` if absent. */
  readonly minInFlight?: number
  /** When the statements in flight become fewer, and how they become more again. */
  readonly adaptiveLimit?: Partial<AdaptiveLimitOptions>
  /**
   * What to do while nothing answers: fail at once (if absent), or report each attempt here and try again
   * indefinitely. Failures that somebody has to fix (credentials, data centre, keyspace) always fail at once.
   */
  readonly onUnreachable?: "fail" | ((error: CassandraError) => Effect.Effect<void>)
  /** The waits between attempts to connect, where {@link onUnreachable} says to try again. */
  readonly connectBackoff?: Backoff
  /** How long one attempt to connect may take. `connectSeconds` if absent. */
  readonly connectTimeout?: Duration.Duration
  /** How long one host may take to answer a statement. `answerMillis` if absent. */
  readonly answerTimeout?: Duration.Duration
  /** First and longest wait before the driver reconnects to a host that is down. */
  readonly reconnectDelay?: { readonly base: Duration.Duration; readonly cap: Duration.Duration }
  /** How long a close waits for statements in flight. `drainSeconds` if absent. */
  readonly drainTimeout?: Duration.Duration
  /** Off: no keyspace is used, because it may not exist yet. */
  readonly useKeyspace?: boolean
}

/** How the limit of statements in flight follows what is observed: additive increase, multiplicative decrease. */
export interface AdaptiveLimitOptions {
  /** How long answers are counted before the limit moves. **Units**: milliseconds. */
  readonly windowMillis: number
  /** Statements without which no window is judged. */
  readonly windowStatements: number
  /** An answer after which the cluster counts as slow. **Units**: milliseconds. */
  readonly slowAnswerMillis: number
  /** The share of slow answers above which the limit falls. */
  readonly slowAnswerShare: number
  /** What a time-out, an overload or slow answers leave of the limit. */
  readonly decreaseFactor: number
  /** The share of the greatest limit that a good window gives back. */
  readonly increaseShare: number
  /** The share of their latency that answers must not exceed after a fall, to show that the fall helped. */
  readonly improvedShare: number
  /** How much slower answers must get than fewer statements could not help, before fewer are tried again. */
  readonly worseFactor: number
}
