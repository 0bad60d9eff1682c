/** What a process shows of itself at one moment, in figures: what the page draws, and the recorder keeps. */
import { deadLetterFate, deadLetterReasons } from "../domain/Fate.ts"
import { type StreamName, streamNames } from "../domain/StreamName.ts"
import { healthParts, type PartsHealth, reasonOf, wordOf } from "./Health.ts"
import { frameTextMax } from "./Limits.ts"
import type { MetricsSnapshot } from "./MetricsSnapshot.ts"
import { limitNames } from "./Saturation.ts"
import type { StatusSentence } from "./StatusSentence.ts"
import { secondsSince } from "./StreamSeries.ts"

type StreamColumn =
  | "received"
  | "released"
  | "inFlight"
  | "retrying"
  | "waiting"
  | "leasesLost"
  | "imbalance"
  | "oldestSeconds"
  | "paused"
  | "unconfirmed"
  | (typeof storedFates)[number]
  | (typeof deadLetterReasons)[number]

const storedFates = ["order-stored", "payment-matched", "payment-superseded"] as const

const streamColumns: ReadonlyArray<StreamColumn> = [
  "received",
  "released",
  "inFlight",
  "retrying",
  "waiting",
  "leasesLost",
  "imbalance",
  "oldestSeconds",
  "paused",
  "unconfirmed",
  ...storedFates,
  ...deadLetterReasons
]

/** The figures of a frame, in their order: counters as totals since the start, and gauges. */
export const frameColumns: ReadonlyArray<string> = [
  ...streamNames.flatMap((stream) => streamColumns.map((column) => `${stream}.${column}`)),
  "storedPerSecond",
  "matchedPerSecond",
  "behindSeconds",
  "longestWaitSeconds",
  "durableP99Seconds",
  "statements",
  "statementsLimit",
  ...limitNames.map((limit) => `used.${limit}`),
  "saturation",
  "residentMiB",
  "cpuSeconds"
]

/** What is computed over the last frames. **Units**: a second; seconds. Undefined while it is not known. */
export interface FrameRates {
  readonly storedPerSecond: number | undefined
  readonly matchedPerSecond: number | undefined
  readonly durableP99Seconds: number | undefined
}

/** What is known of the process itself. */
export interface ProcessUse {
  readonly residentMiB: number
  readonly cpuSeconds: number
}

/** What one moment shows. */
export interface FrameParts {
  readonly atMillis: number
  readonly sentence: StatusSentence
  readonly parts: PartsHealth
  readonly metrics: MetricsSnapshot
  readonly rates: FrameRates
  readonly use: ProcessUse
}

/** A moment, ready to be sent: `head` and `health` are members of one JSON object. */
export interface EncodedFrame {
  /** **Shape**: `"t":MILLIS,"s":[TONE,SENTENCE],"v":[FIGURES]`. */
  readonly head: string
  /** **Shape**: `{PART:[STATE,SINCE_MILLIS,REASON,REMEDY]}`. */
  readonly health: string
}

/** Writes one moment down. Figures have six digits at most after the point; what is not known is null. */
export const encodeFrame = (frame: FrameParts): EncodedFrame => ({
  head: `"t":${Math.round(frame.atMillis)},"s":${JSON.stringify([frame.sentence.tone, clipped(frame.sentence.text)])},"v":${JSON.stringify(figuresOf(frame).map(rounded))}`,
  health: JSON.stringify(
    Object.fromEntries(
      healthParts.map((part) => {
        const { remedy = null, since, state } = frame.parts[part]
        const reason = reasonOf(state)
        return [part, [wordOf(state), since, reason === undefined ? null : clipped(reason), remedy]]
      })
    )
  )
})

const figuresOf = ({ atMillis, metrics, rates, use }: FrameParts): ReadonlyArray<number | undefined> => {
  const { saturation, statements } = metrics
  return [
    ...streamNames.flatMap((stream) => streamFigures(stream, metrics, atMillis)),
    rates.storedPerSecond,
    rates.matchedPerSecond,
    metrics.behindSeconds,
    metrics.longestWaitMillis / 1_000,
    rates.durableP99Seconds,
    statements.inFlight(),
    statements.limit(),
    ...limitNames.map((limit) => saturation.share(limit)),
    saturation.binding.share,
    use.residentMiB,
    use.cpuSeconds
  ]
}

const streamFigures = (
  stream: StreamName,
  { streams }: MetricsSnapshot,
  atMillis: number
): ReadonlyArray<number | undefined> => {
  const { reading, totals } = streams[stream]
  return [
    totals.received,
    totals.released,
    totals.inFlight,
    totals.retrying,
    totals.waiting,
    reading.leasesLost,
    reading.imbalance,
    secondsSince(reading.oldestUnsettledMicros, atMillis),
    reading.pausedBy === undefined ? 0 : 1,
    totals.unconfirmed,
    ...storedFates.map((fate) => totals.fates[fate]),
    ...deadLetterReasons.map((reason) => totals.fates[deadLetterFate(reason)])
  ]
}

const rounded = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : Math.round(value * 1e6) / 1e6

const clipped = (text: string): string =>
  text.length > frameTextMax ? `${text.slice(0, frameTextMax)}…` : text
