/** What is read of a proof in which everything is shown. */
import { Result } from "effect"
import type { LiveProofs, LiveReading } from "../../../src/checks/live/LiveReading.ts"

/** Proofs that all succeed. */
export const goodProofs: LiveProofs = {
  rows: Result.succeed({ orders: 100, payments: 100, p50Millis: 12.4, p99Millis: 1_234 }),
  replay: Result.succeed({ deliveries: 2 }),
  earlyPayment: Result.succeed({ waitedMillis: 340 }),
  lostLease: Result.succeed({ afterMillis: 9_960, deliveries: 1 }),
  deadLetter: Result.succeed({ bytes: 257, attributes: 3 })
}

/** Everything is shown, and everything removed. */
export const goodLive: LiveReading = {
  scratch: Result.succeed("topics and a keyspace"),
  proofs: goodProofs,
  removal: { removed: ["topic t", "keyspace k"], earlier: [], left: [], unknown: [] }
}
