/** What is counted for one stream, and the metric series under which it is read. */
import { type Fate, fates } from "../domain/Fate.ts"
import type { StreamName } from "../domain/StreamName.ts"
import { makeStreamLedger, type StreamLedger } from "../pipeline/StreamLedger.ts"
import { type DurationHistogram, emptyHistogram } from "./DurationHistogram.ts"
import { durableSecondsBoundaries } from "./Limits.ts"
import type { Labels, Series } from "./Series.ts"

/** Which limit an intake stands still for; a label, and so a closed list. */
export const pauseReasons = ["max-retrying", "slow-dead-letters", "waiting-room-full"] as const

/** One of {@link pauseReasons}. */
export type PauseReason = (typeof pauseReasons)[number]

/** What is read of a stream now and then, since metrics cannot read it themselves. */
export interface StreamReading {
  /** Deliveries whose lease was lost so far. */
  readonly leasesLost: number
  /** Oldest publish time of what is received and has no fate, what waits apart. **Units**: µs since the epoch. */
  readonly oldestUnsettledMicros: number | undefined
  /**
   * Deliveries that the ledger says are held, less those that the subscription says it holds. 0 by G7, but where one of
   * the two learns something later: the subscription that a release is done, the ledger that a lease is lost.
   */
  readonly imbalance: number
  /** Why intake stands still; undefined while it does not. */
  readonly pausedBy: PauseReason | undefined
}

/** The counts of one stream; plain numbers, so that counting costs a batch next to nothing. */
export interface StreamCounts {
  /** Counts deliveries by where they are and what became of them. */
  ledger: Pick<StreamLedger<Fate>, "totals">
  readonly durable: DurationHistogram
  reading: StreamReading
}

/** A stream that has received nothing. */
export const zeroCounts = (): StreamCounts => ({
  ledger: makeStreamLedger(fates),
  durable: emptyHistogram(durableSecondsBoundaries),
  reading: { leasesLost: 0, oldestUnsettledMicros: undefined, imbalance: 0, pausedBy: undefined }
})

/**
 * Makes the counts of a stream readable as metric series. `nowMillis`: since the epoch.
 *
 * **Guarantee**: every series is there from the start, at zero, and no other comes later (G6).
 */
export const registerStream = (
  stream: StreamName,
  counts: StreamCounts,
  series: Series,
  nowMillis: () => number
): void => {
  registerCounters(stream, counts, series)
  registerGauges(stream, counts, series, nowMillis)
  series.histogram(
    "counterfoil_durable_seconds",
    "From a delivery's receipt to its durable effect; deliveries that were in the waiting room apart.",
    { stream },
    counts.durable
  )
}

const registerCounters = (stream: StreamName, counts: StreamCounts, { counter }: Series): void => {
  const totals = () => counts.ledger.totals()
  const total = (name: string, description: string, read: () => number) =>
    counter(name, description, { stream }, read)
  total("counterfoil_deliveries_received_total", "Deliveries received.", () => totals().received)
  total(
    "counterfoil_received_bytes_total",
    "Bytes of the messages received, as encoded, attributes and ids included.",
    () => totals().receivedBytes
  )
  for (const fate of fates) {
    const description = "Deliveries by their fate; the reason is that of a dead letter, else empty."
    counter(
      "counterfoil_fates_total",
      description,
      { stream, ...fateLabels(fate) },
      () => totals().fates[fate]
    )
  }
  total(
    "counterfoil_deliveries_released_total",
    "Deliveries released for redelivery.",
    () => totals().released
  )
  total(
    "counterfoil_retries_total",
    "Deliveries that went into backoff before another try.",
    () => totals().retries
  )
  total(
    "counterfoil_acknowledgements_unconfirmed_total",
    "Acknowledgements the server did not confirm; those messages come again.",
    () => totals().unconfirmed
  )
  total(
    "counterfoil_dead_letter_publish_failures_total",
    "Dead letters whose publish was not confirmed; each is published again.",
    () => totals().publishFailures
  )
  total(
    "counterfoil_leases_lost_total",
    "Deliveries whose lease was lost: not kept, after an hour at most, or ended when they were settled; they come again.",
    () => counts.reading.leasesLost
  )
}

const registerGauges = (
  stream: StreamName,
  counts: StreamCounts,
  { gauge }: Series,
  nowMillis: () => number
): void => {
  const totals = () => counts.ledger.totals()
  const now = (name: string, description: string, read: () => number) =>
    gauge(name, description, { stream }, read)
  now(
    "counterfoil_in_flight_deliveries",
    "Deliveries received and neither settled, waiting nor in backoff.",
    () => totals().inFlight
  )
  now("counterfoil_waiting_deliveries", "Deliveries in the waiting room.", () => totals().waiting)
  now("counterfoil_retrying_deliveries", "Deliveries in backoff before another try.", () => totals().retrying)
  now(
    "counterfoil_ledger_imbalance_deliveries",
    "Deliveries accounted for and without a fate, less those the subscription holds; below 0 while releases are unanswered (about a minute at most), above 0 until a lost lease is noticed, else 0 but for a moment.",
    () => counts.reading.imbalance
  )
  now(
    "counterfoil_oldest_unsettled_age_seconds",
    "Since the publish of the oldest delivery without a fate, the waiting room apart; 0 where there is none.",
    () => secondsSince(counts.reading.oldestUnsettledMicros, nowMillis()) ?? 0
  )
  for (const reason of pauseReasons) {
    const description = "Whether intake stands still, by the limit that is reached: 1 or 0."
    gauge("counterfoil_intake_paused", description, { stream, reason }, () =>
      counts.reading.pausedBy === reason ? 1 : 0
    )
  }
}

/** Seconds since a publish time, not below 0 where clocks differ; undefined where there is none. */
export const secondsSince = (publishMicros: number | undefined, nowMillis: number): number | undefined =>
  publishMicros === undefined ? undefined : Math.max(0, nowMillis / 1e3 - publishMicros / 1e6)

// `dead-lettered(undecodable)` is one fate with a reason: two labels, so that each can be summed over.
const fateLabels = (fate: Fate): Labels => {
  const [, name = fate, reason = ""] = /^([a-z-]+)\(([a-z-]+)\)$/.exec(fate) ?? []
  return { fate: name, reason }
}
