/** Decides what a payment does to its row. */
import type { FactState } from "../domain/Fact.ts"
import type { Payment } from "../domain/Payment.ts"
import { canonicalPayment, type Version } from "../domain/Version.ts"

/** What a payment does to its row. */
export type PaymentDecision =
  /** There is no order. */
  | { readonly _tag: "Unmatched" }
  /** The row already says what this payment says, at this version or a later one. */
  | { readonly _tag: "AlreadyMatched" }
  /** The row has a newer payment; nothing is written. */
  | { readonly _tag: "Superseded" }
  /**
   * Write it. `mayBeShadowed`: the row's order is as new as the payment and no payment stands there, so explicit
   * nulls of a foreign writer may hide the write; it has to be read back.
   */
  | { readonly _tag: "Write"; readonly version: Version; readonly mayBeShadowed: boolean }

/**
 * Compares a payment with what stands in its row.
 *
 * **Guarantee**: independent of the order in which payments arrive (G2). Of two payments with one version the
 * greater canonical tuple wins whole, at version + 1, because Cassandra would settle the tie cell by cell.
 */
export const decide = (payment: Payment, version: Version, state: FactState | undefined): PaymentDecision => {
  if (state === undefined) return { _tag: "Unmatched" }
  const standing = state.payment
  if (standing === undefined) {
    return { _tag: "Write", version, mayBeShadowed: state.orderVersion >= version }
  }
  if (standing.version < version) return { _tag: "Write", version, mayBeShadowed: false }
  const ours = canonicalPayment(payment)
  const theirs = canonicalPayment(standing.columns)
  if (ours === theirs) return { _tag: "AlreadyMatched" }
  if (standing.version > version || ours < theirs) return { _tag: "Superseded" }
  return { _tag: "Write", version: version + 1, mayBeShadowed: false }
}

/** A payment among others for the same order. */
export interface Contender {
  readonly payment: Payment
  readonly version: Version
}

/**
 * Of payments for one order, the one that wins, and the version it has to be written at.
 *
 * The version is raised by one where another contender has the same version and other fields.
 */
export const winnerOf = <C extends Contender>(
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
  return { winner, version: tied ? winner.version + 1 : winner.version }
}

const compareText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)
