/** A refusal of one row by Cassandra, and what several of them come to. */

/** One refusal of a row that was asked for alone. */
export interface Refusal {
  readonly orderId: bigint
  /** What was written; 0 of a read. */
  readonly version: bigint
  /** In the words of the cluster. */
  readonly detail: string
  /** The host that refused it. */
  readonly coordinator: string
  /** The moment at which the request was sent. */
  readonly sentAs: number
}

/** Why a row is rejected. */
export interface Rejection {
  readonly refusals: number
  /** From the first to the last of them. **Units**: milliseconds. */
  readonly millis: number
  readonly hosts: number
}

/** What is known of one refusal of one row. */
export interface Evidence {
  readonly text: string
  /** Refusals that count. */
  refusals: number
  firstAt: number
  lastAt: number
  /** The moment of the last refusal, which host gave it, and for which version. */
  refusedAs: number
  coordinator: string
  version: bigint
  /** The moment of the first try that was sent after that host had taken another row. */
  contrastedAs: number | undefined
  /** Which host refused it first, and how often it was sent since. */
  readonly firstHost: string
  turn: number
  /** Hosts of the refusals that count, the last one apart. */
  readonly hosts: Set<string>
}

/** Evidence of a first refusal. */
export const newEvidence = (text: string, firstHost: string, now: number): Evidence => ({
  text,
  refusals: 1,
  firstAt: now,
  lastAt: now,
  refusedAs: 0,
  coordinator: "",
  version: 0n,
  contrastedAs: undefined,
  firstHost,
  turn: 0,
  hosts: new Set()
})
