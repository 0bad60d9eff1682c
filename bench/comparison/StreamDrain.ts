/** What is drained when two commits are compared. */
import type { Bench } from "../Bench.ts"
import { type Candidate, withoutGrace } from "../Candidate.ts"
import { type Drained, drainOrders, drainPayments, seedOrders } from "../DrainPhase.ts"
import type { ComparedStream } from "../Plan.ts"

/** Has a candidate drain one of them, from a table that is filled as it needs. */
export const drainStream = async (
  bench: Bench,
  candidate: Candidate,
  stream: ComparedStream
): Promise<Drained> => {
  const { amounts } = bench
  if (stream === "orders") return drainOrders(bench, candidate, amounts.drain)
  await seedOrders(bench)
  return stream === "payments"
    ? drainPayments(bench, candidate, amounts.unmatchedEvery, withoutGrace)
    : drainPayments(bench, candidate, 0, {})
}
