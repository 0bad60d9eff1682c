/** What is counted for one stream, and the metric series under which it is read. */
import { type Context, Metric } from "effect"
import { type Fate, fates } from "../domain/Fate.ts"
import type { StreamName } from "../domain/StreamName.ts"
import { type LedgerTotals, makeStreamLedger, type StreamLedger } from "../pipeline/StreamLedger.ts"
import { durableSecondsBoundaries } from "./Limits.ts"

/** The counts of one stream; plain numbers, so that counting costs a batch next to nothing. */
export interface StreamCounts {
  /** Counts deliveries by where they are and what became of them. */
  ledger: Pick<StreamLedger<Fate>, "totals">
  leasesLost: number
  readonly durable: DurableTimes
}

interface DurableTimes {
  /** Deliveries per boundary, not cumulated; the last is for everything above. */
  readonly buckets: Array<number>
  count: number
  sumSeconds: number
  minSeconds: number
  maxSeconds: number
}

/** A stream that has received nothing. */
export const zeroCounts = (): StreamCounts => ({
  ledger: makeStreamLedger(fates),
  leasesLost: 0,
  durable: {
    buckets: new Array<number>(durableSecondsBoundaries.length + 1).fill(0),
    count: 0,
    sumSeconds: 0,
    minSeconds: Number.POSITIVE_INFINITY,
    maxSeconds: Number.NEGATIVE_INFINITY
  }
})

/** Counts deliveries that took this long from receipt to durable effect. */
export const countDurable = (durable: DurableTimes, seconds: number, deliveries: number): void => {
  const above = durableSecondsBoundaries.findIndex((boundary) => seconds <= boundary)
  const bucket = above < 0 ? durableSecondsBoundaries.length : above
  durable.buckets[bucket] = (durable.buckets[bucket] ?? 0) + deliveries
  durable.count += deliveries
  durable.sumSeconds += seconds * deliveries
  durable.minSeconds = Math.min(durable.minSeconds, seconds)
  durable.maxSeconds = Math.max(durable.maxSeconds, seconds)
}

/**
 * Makes the counts of a stream readable as metric series.
 *
 * **Guarantee**: every series is there from the start, at zero, and no other comes later (G6).
 */
export const register = (
  stream: StreamName,
  counts: StreamCounts,
  registry: Context.Context<never>
): void => {
  const counter = (
    name: string,
    description: string,
    read: () => number,
    labels: Record<string, string> = {}
  ): void => {
    Metric.registerUnsafe(
      Metric.counter(name, { description, incremental: true, attributes: { stream, ...labels } }),
      registry,
      { get: () => ({ count: read(), incremental: true }), ...readOnly }
    )
  }
  const gauge = (name: string, description: string, read: (totals: LedgerTotals<Fate>) => number): void => {
    Metric.registerUnsafe(Metric.gauge(name, { description, attributes: { stream } }), registry, {
      get: () => ({ value: read(counts.ledger.totals()) }),
      ...readOnly
    })
  }

  counter(
    "counterfoil_deliveries_received_total",
    "Deliveries received.",
    () => counts.ledger.totals().received
  )
  counter(
    "counterfoil_received_bytes_total",
    "Bytes of the messages received, as encoded, attributes and ids included.",
    () => counts.ledger.totals().receivedBytes
  )
  for (const fate of fates) {
    counter(
      "counterfoil_fates_total",
      "Deliveries by their fate.",
      () => counts.ledger.totals().fates[fate],
      fateLabels(fate)
    )
  }
  counter(
    "counterfoil_released_total",
    "Deliveries released for redelivery.",
    () => counts.ledger.totals().released
  )
  counter(
    "counterfoil_retries_total",
    "Deliveries that went into backoff before another try.",
    () => counts.ledger.totals().retries
  )
  counter(
    "counterfoil_acknowledgements_unconfirmed_total",
    "Acknowledgements the server did not confirm; those messages come again.",
    () => counts.ledger.totals().unconfirmed
  )
  counter(
    "counterfoil_leases_lost_total",
    "Deliveries given up because their lease could not be kept, after an hour at most; they come again.",
    () => counts.leasesLost
  )
  gauge(
    "counterfoil_in_flight",
    "Deliveries received and neither settled, waiting nor in backoff.",
    (totals) => totals.inFlight
  )
  gauge("counterfoil_waiting", "Payments in the waiting room.", (totals) => totals.waiting)
  gauge("counterfoil_retrying", "Deliveries in backoff before another try.", (totals) => totals.retrying)
  registerDurable(stream, counts, registry)
}

const registerDurable = (
  stream: StreamName,
  counts: StreamCounts,
  registry: Context.Context<never>
): void => {
  Metric.registerUnsafe(
    Metric.histogram("counterfoil_durable_seconds", {
      description: "From a delivery's receipt to its durable effect.",
      boundaries: durableSecondsBoundaries,
      attributes: { stream }
    }),
    registry,
    { get: () => histogramOf(counts.durable), ...readOnly }
  )
}

const readOnly = { update: () => {}, modify: () => {} }

// `dead-lettered(undecodable)` is one fate with a reason: two labels, so that each can be summed over.
const fateLabels = (fate: Fate): Record<string, string> => {
  const [, name, reason] = /^([a-z-]+)\(([a-z-]+)\)$/.exec(fate) ?? []
  return name === undefined || reason === undefined ? { fate } : { fate: name, reason }
}

const histogramOf = (durable: DurableTimes): Metric.HistogramState => {
  let cumulated = 0
  return {
    buckets: durableSecondsBoundaries.map((boundary, index) => {
      cumulated += durable.buckets[index] ?? 0
      return [boundary, cumulated]
    }),
    count: durable.count,
    sum: durable.sumSeconds,
    min: durable.minSeconds,
    max: durable.maxSeconds
  }
}
