/** Counts what happens to deliveries, for people and for Prometheus. */
import { Clock, Context, Effect, Layer, Metric } from "effect"
import type { Fate } from "../domain/Fate.ts"
import { type StreamName, streamNames } from "../domain/StreamName.ts"
import type { LedgerTotals, StreamLedger } from "../pipeline/StreamLedger.ts"
import { countDuration } from "./DurationHistogram.ts"
import { processesShown } from "./Limits.ts"
import type {
  HeldUpBy,
  MetricsSnapshot,
  ProcessorFacts,
  ProcessSeen,
  StatementsInFlight,
  StreamSnapshot
} from "./MetricsSnapshot.ts"
import { RecentDeadLetters } from "./RecentDeadLetters.ts"
import { noRedrives, type RedriveReading, registerRedrives } from "./RedriveSeries.ts"
import { type LimitShares, registerSaturation, Saturation } from "./Saturation.ts"
import { type Series, seriesOf } from "./Series.ts"
import {
  registerStream,
  type StreamCounts,
  type StreamReading,
  secondsSince,
  zeroCounts
} from "./StreamSeries.ts"
import { registerWaits, type WaitOutcome, zeroWaits } from "./WaitSeries.ts"

/** Totals of one stream since the start, from its ledger. */
export type StreamTotals = LedgerTotals<Fate>

/**
 * Counts what happens to deliveries.
 *
 * **Guarantee**: labels come from closed lists, so cardinality is bounded (G6); totals keep G7's equation.
 */
export class Metrics extends Context.Service<
  Metrics,
  {
    /** From receipt to durable effect, for deliveries received together. **Units**: milliseconds. */
    readonly durableAfter: (stream: StreamName, millis: number, deliveries: number) => void
    /** A payment left the waiting room, after so long. **Units**: milliseconds. */
    readonly waited: (outcome: WaitOutcome, millis: number) => void
    /** What was last read of a stream. */
    readonly read: (stream: StreamName, reading: StreamReading) => Effect.Effect<void>
    /** The orders watermark, as last read. **Units**: µs since the epoch, `-Infinity` to `Infinity`. */
    readonly watermarkRead: (micros: number) => Effect.Effect<void>
    /**
     * How far the orders watermark is behind the present: 0 when caught up, undefined while nothing is known of it.
     *
     * **Units**: seconds.
     */
    readonly watermarkBehindSeconds: Effect.Effect<number | undefined>
    /** Verdicts on payments without an order are held up by this process, or by none. */
    readonly heldUp: (by: Omit<HeldUpBy, "sinceMillis"> | undefined) => Effect.Effect<void>
    /** Who holds them up, and since when; undefined where nobody does. */
    readonly heldUpBy: Effect.Effect<HeldUpBy | undefined>
    /** Says where the longest wait of the moment is read from. **Units**: milliseconds. */
    readonly watchWaits: (longestMillis: () => number) => Effect.Effect<void>
    /** Says where the statements in flight, and their limit, are read from. */
    readonly watchStatements: (statements: StatementsInFlight) => Effect.Effect<void>
    /** How much of the limits but that of statements is used at this moment. */
    readonly limitsRead: (used: Omit<LimitShares, "writes">) => Effect.Effect<void>
    /** How much of the limits was used lately. */
    readonly saturation: Saturation
    /** Says where the redrives that this process does by itself are read from. */
    readonly watchRedrives: (read: () => RedriveReading) => Effect.Effect<void>
    /** What they have done so far. */
    readonly redrives: Effect.Effect<RedriveReading>
    /** Says where the totals of a stream are read from. */
    readonly watch: (stream: StreamName, ledger: Pick<StreamLedger<Fate>, "totals">) => Effect.Effect<void>
    /** The last dead letters of this process. */
    readonly deadLetters: RecentDeadLetters
    /** The processes that the progress table shows, this one among them. */
    readonly processesRead: (processes: ReadonlyArray<ProcessSeen>) => void
    /** Says what the processor of this process is. */
    readonly processorMade: (facts: ProcessorFacts) => Effect.Effect<void>
    /** Everything at once. Cheap; nothing is counted for it. */
    readonly snapshot: () => MetricsSnapshot
    readonly totals: (stream: StreamName) => Effect.Effect<StreamTotals>
    /** Everything in Prometheus' text format. */
    readonly prometheus: Effect.Effect<string>
  }
>()("counterfoil/telemetry/Metrics") {
  /**
   * Counts from zero, in a registry of its own.
   *
   * **Shape**: gives that registry as Effect's `MetricRegistry` too, so that an exporter built on this layer
   * exports the same series.
   */
  static readonly layer = Layer.effectContext(Effect.map(Clock.Clock, (clock) => make(clock)))
}

const make = (clock: Clock.Clock): Context.Context<Metrics> => {
  const registry: Context.Context<never> = Context.make(Metric.MetricRegistry, new Map())
  const streams: Record<StreamName, StreamCounts> = { orders: zeroCounts(), payments: zeroCounts() }
  const waits = zeroWaits()
  let watermarkMicros = Number.NEGATIVE_INFINITY
  const nowMillis = () => clock.currentTimeMillisUnsafe()
  const behindSeconds = () => secondsBehind(watermarkMicros, nowMillis())

  const series = seriesOf(registry)
  for (const stream of streamNames) registerStream(stream, streams[stream], series, nowMillis)
  registerWaits(waits, series)
  let redrives = () => noRedrives
  registerRedrives(() => redrives(), series)
  let heldUpBy: HeldUpBy | undefined
  const heldUpSeconds = () => (heldUpBy === undefined ? 0 : (nowMillis() - heldUpBy.sinceMillis) / 1000)
  let statements: StatementsInFlight = { inFlight: () => Number.NaN, limit: () => Number.NaN }
  registerVerdicts(series, { behindSeconds, heldUpSeconds })
  registerStatements(series, () => statements)
  const saturation = new Saturation()
  registerSaturation(saturation, series)

  let processes: ReadonlyArray<ProcessSeen> = []
  let processor: ProcessorFacts | undefined

  const metrics = Metrics.of({
    durableAfter: (stream, millis, deliveries) =>
      countDuration(streams[stream].durable, millis / 1000, deliveries),
    waited: (outcome, millis) => {
      waits.ended[outcome] += 1
      countDuration(waits.times, millis / 1000, 1)
    },
    read: (stream, reading) =>
      Effect.sync(() => {
        streams[stream].reading = reading
      }),
    watermarkRead: (micros) =>
      Effect.sync(() => {
        watermarkMicros = micros
      }),
    watermarkBehindSeconds: Effect.sync(behindSeconds),
    heldUp: (by) =>
      Effect.sync(() => {
        heldUpBy = by && heldUpAfter(heldUpBy, by, nowMillis())
      }),
    heldUpBy: Effect.sync(() => heldUpBy),
    watchWaits: (longestMillis) =>
      Effect.sync(() => {
        waits.longestMillis = longestMillis
      }),
    watchStatements: (read) =>
      Effect.sync(() => {
        statements = read
      }),
    watchRedrives: (read) =>
      Effect.sync(() => {
        redrives = read
      }),
    redrives: Effect.sync(() => redrives()),
    limitsRead: (used) =>
      Effect.sync(() => saturation.take({ ...used, writes: statements.inFlight() / statements.limit() })),
    saturation,
    watch: (stream, ledger) =>
      Effect.sync(() => {
        streams[stream].ledger = ledger
      }),
    deadLetters: new RecentDeadLetters(),
    processesRead: (read) => {
      processes = read.slice(0, processesShown)
    },
    processorMade: (facts) =>
      Effect.sync(() => {
        processor = facts
      }),
    snapshot: () => ({
      streams: { orders: snapshotOf(streams.orders), payments: snapshotOf(streams.payments) },
      behindSeconds: behindSeconds(),
      heldUpBy,
      longestWaitMillis: waits.longestMillis(),
      statements,
      saturation,
      processes,
      processor
    }),
    totals: (stream) => Effect.sync(() => streams[stream].ledger.totals()),
    // Imported when first asked for: it brings Effect's HTTP modules, which most commands never need.
    prometheus: Effect.promise(() => import("effect/observability/PrometheusMetrics")).pipe(
      Effect.map(({ formatUnsafe }) => formatUnsafe(registry))
    )
  })
  return Context.add(registry, Metrics, metrics)
}

const secondsBehind = (watermarkMicros: number, nowMillis: number): number | undefined =>
  watermarkMicros === Number.NEGATIVE_INFINITY ? undefined : secondsSince(watermarkMicros, nowMillis)

const heldUpAfter = (
  before: HeldUpBy | undefined,
  by: Omit<HeldUpBy, "sinceMillis">,
  nowMillis: number
): HeldUpBy => ({ ...by, sinceMillis: by.process === before?.process ? before.sinceMillis : nowMillis })

const registerStatements = ({ gauge }: Series, statements: () => StatementsInFlight): void => {
  gauge(
    "counterfoil_in_flight_statements",
    "Statements that wait for an answer of Cassandra, NaN until it is connected.",
    {},
    () => statements().inFlight()
  )
  gauge(
    "counterfoil_in_flight_statements_limit",
    "Statements that may be in flight at Cassandra; below MAX_IN_FLIGHT_WRITES while Cassandra is slow, NaN until it is connected.",
    {},
    () => statements().limit()
  )
}

const snapshotOf = ({ durable, ledger, reading }: StreamCounts): StreamSnapshot => ({
  totals: ledger.totals(),
  reading,
  durable
})

const registerVerdicts = (
  { gauge }: Series,
  read: { readonly behindSeconds: () => number | undefined; readonly heldUpSeconds: () => number }
): void => {
  gauge(
    "counterfoil_orders_watermark_lag_seconds",
    "How far the orders watermark is behind the present: 0 when caught up, NaN while nothing is known of it.",
    {},
    () => read.behindSeconds() ?? Number.NaN
  )
  gauge(
    "counterfoil_verdicts_held_up_seconds",
    "For how long payments whose grace is over have been held up by one process, this or another; 0 while none is.",
    {},
    read.heldUpSeconds
  )
}
