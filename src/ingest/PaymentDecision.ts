/** Decides what a payment does to its row. */
import type { FactState } from "../domain/Fact.ts"
import type { Payment } from "../domain/Payment.ts"
import { canonicalPayment, type Version, versionBeforeRaise } from "../domain/Version.ts"

/** What a payment does to its row. */
export type PaymentDecision =
  /** There is no order. */
  | { readonly _tag: "Unmatched" }
  /** The row already says what this payment says, at this version or a later one. */
  | { readonly _tag: "AlreadyMatched" }
  /** The row has a newer payment; nothing is written. */
  | { readonly _tag: "Superseded" }
  /**
   * Write it. `mayBeHiddenByTombstone`: the row's order is as new as the payment and no payment stands there, so explicit
   * nulls of a foreign writer may hide the write; it has to be read back.
   */
  | { readonly _tag: "Write"; readonly version: Version; readonly mayBeHiddenByTombstone: boolean }

/**
 * Compares a payment with the payment in its row.
 *
 * Payments are ordered by version, then by canonical tuple; the greatest wins whole. It is written above the
 * one in the row, because Cassandra would settle a tie cell by cell.
 *
 * **Units**: `writeAt` is the lowest version to write at; greater than the payment's own where that was tied.
 * **Guarantee**: independent of the order in which payments arrive (G2), except among payments older than the nulls
 * a foreign writer put into the row: the first of them that is lifted above those nulls stays.
 */
export const decide = (
  payment: Payment,
  version: Version,
  state: FactState | undefined,
  writeAt: Version = version
): PaymentDecision => {
  if (state === undefined) return { _tag: "Unmatched" }
  const standing = state.payment
  if (standing === undefined) {
    return { _tag: "Write", version: writeAt, mayBeHiddenByTombstone: state.orderVersion >= writeAt }
  }
  const ours = canonicalPayment(payment)
  const theirs = canonicalPayment(standing.columns)
  if (ours === theirs && version <= standing.version) return { _tag: "AlreadyMatched" }
  const theirVersion = versionBeforeRaise(standing.columns, standing.version)
  const wins = version === theirVersion ? ours > theirs : version > theirVersion
  if (!wins) return { _tag: "Superseded" }
  return { _tag: "Write", version: greater(writeAt, standing.version + 1n), mayBeHiddenByTombstone: false }
}

/** A payment among others for the same order. */
export interface Candidate {
  readonly payment: Payment
  readonly version: Version
}

/**
 * Of payments for one order, the one that wins, and the lowest version it has to be written at.
 *
 * That is its own, raised by one where another contender has the same version and other fields.
 */
export const winnerOf = <C extends Candidate>(
  contenders: readonly [C, ...Array<C>]
): { winner: C; version: Version } => {
  let winner = contenders[0]
  let tied = false
  for (const contender of contenders.slice(1)) {
    if (contender.version < winner.version) continue
    const comparison =
      contender.version > winner.version
        ? 1
        : compareText(canonicalPayment(contender.payment), canonicalPayment(winner.payment))
    if (comparison === 0) continue
    tied = contender.version === winner.version
    if (comparison > 0) winner = contender
  }
  return { winner, version: tied ? winner.version + 1n : winner.version }
}

const greater = (one: Version, other: Version): Version => (one > other ? one : other)

const compareText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)
