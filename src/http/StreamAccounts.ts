/** What became of everything that was received, for `/health`: the equation of G7. */
import { type StreamName, streamNames } from "../domain/StreamName.ts"
import type { MetricsSnapshot } from "../telemetry/MetricsSnapshot.ts"

/** The account of one stream: `received` is the sum of the next five (G7). */
export interface StreamAccount {
  readonly received: number
  readonly fates: number
  readonly inFlight: number
  readonly retrying: number
  readonly waiting: number
  readonly released: number
  /** What the subscription holds by its own count; that of the ledger is in flight, retrying and waiting together. */
  readonly subscriptionHolds: number
}

/** The accounts of both streams. */
export const streamAccounts = ({ streams }: MetricsSnapshot): Readonly<Record<StreamName, StreamAccount>> => {
  const accountOf = (stream: StreamName): StreamAccount => {
    const { reading, totals } = streams[stream]
    const { fates, inFlight, received, released, retrying, waiting } = totals
    return {
      received,
      fates: Object.values(fates).reduce((sum, count) => sum + count, 0),
      inFlight,
      retrying,
      waiting,
      released,
      subscriptionHolds: inFlight + retrying + waiting - reading.imbalance
    }
  }
  return Object.fromEntries(streamNames.map((stream) => [stream, accountOf(stream)])) as Record<
    StreamName,
    StreamAccount
  >
}
