/** What is counted for one stream, and the metric series under which it is read. */
import { type Fate, fates, noFates } from "../domain/Fate.ts"
import { type DurationHistogram, emptyHistogram } from "./DurationHistogram.ts"
import { durableSecondsBoundaries } from "./Limits.ts"
import type { StreamGauges, StreamName, StreamReading } from "./Metrics.ts"
import type { Labels, Series } from "./Series.ts"

/** Which limit an intake stands still for; a label, and so a closed list. */
export const pauseReasons = ["max-retrying", "waiting-room-full"] as const

/** One of {@link pauseReasons}. */
export type PauseReason = (typeof pauseReasons)[number]

/** The counts of one stream; plain numbers, so that counting costs a batch next to nothing. */
export interface StreamCounts {
  received: number
  receivedBytes: number
  readonly fates: Record<Fate, number>
  released: number
  retries: number
  unconfirmed: number
  publishFailures: number
  readonly durable: DurationHistogram
  reading: StreamReading
  gauges: () => StreamGauges
}

/** A stream that has received nothing. */
export const zeroCounts = (): StreamCounts => ({
  received: 0,
  receivedBytes: 0,
  fates: noFates(),
  released: 0,
  retries: 0,
  unconfirmed: 0,
  publishFailures: 0,
  durable: emptyHistogram(durableSecondsBoundaries),
  reading: { leasesLost: 0, oldestUnsettledMicros: undefined, pausedBy: undefined },
  gauges: () => ({ inFlight: 0, waiting: 0, retrying: 0 })
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
  const total = (name: string, description: string, read: () => number) =>
    counter(name, description, { stream }, read)
  total("counterfoil_deliveries_received_total", "Deliveries received.", () => counts.received)
  total(
    "counterfoil_received_bytes_total",
    "Bytes of the messages received, as encoded, attributes and ids included.",
    () => counts.receivedBytes
  )
  for (const fate of fates) {
    const description = "Deliveries by their fate; the reason is that of a dead letter, else empty."
    counter("counterfoil_fates_total", description, { stream, ...fateLabels(fate) }, () => counts.fates[fate])
  }
  total("counterfoil_deliveries_released_total", "Deliveries released for redelivery.", () => counts.released)
  total(
    "counterfoil_retries_total",
    "Deliveries that went into backoff before another try.",
    () => counts.retries
  )
  total(
    "counterfoil_acknowledgements_unconfirmed_total",
    "Acknowledgements the server did not confirm; those messages come again.",
    () => counts.unconfirmed
  )
  total(
    "counterfoil_dead_letter_publish_failures_total",
    "Dead letters whose publish was not confirmed; each is published again.",
    () => counts.publishFailures
  )
  total(
    "counterfoil_leases_lost_total",
    "Deliveries given up because their lease could not be kept, after an hour at most; they come again.",
    () => counts.reading.leasesLost
  )
}

const registerGauges = (
  stream: StreamName,
  counts: StreamCounts,
  { gauge }: Series,
  nowMillis: () => number
): void => {
  const now = (name: string, description: string, read: () => number) =>
    gauge(name, description, { stream }, read)
  now(
    "counterfoil_in_flight_deliveries",
    "Deliveries received and neither settled, waiting nor in backoff.",
    () => counts.gauges().inFlight
  )
  now("counterfoil_waiting_deliveries", "Deliveries in the waiting room.", () => counts.gauges().waiting)
  now(
    "counterfoil_retrying_deliveries",
    "Deliveries in backoff before another try.",
    () => counts.gauges().retrying
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
