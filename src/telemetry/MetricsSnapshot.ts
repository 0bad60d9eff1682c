/** What is counted, as it is at one moment. */
import type { Fate } from "../domain/Fate.ts"
import type { StreamName } from "../domain/StreamName.ts"
import type { LedgerTotals } from "../pipeline/StreamLedger.ts"
import type { DurationHistogram } from "./DurationHistogram.ts"
import type { Saturation } from "./Saturation.ts"
import type { StreamReading } from "./StreamSeries.ts"

/** Everything that is counted, at one moment; not a copy. */
export interface MetricsSnapshot {
  readonly streams: Readonly<Record<StreamName, StreamSnapshot>>
  readonly behindSeconds: number | undefined
  readonly heldUpBy: HeldUpBy | undefined
  readonly longestWaitMillis: number
  readonly statements: StatementsInFlight
  readonly saturation: Saturation
  readonly processes: ReadonlyArray<ProcessSeen>
  /** Undefined until there is a processor. */
  readonly processor: ProcessorFacts | undefined
}

/** What is counted of one stream. */
export interface StreamSnapshot {
  readonly totals: LedgerTotals<Fate>
  readonly reading: StreamReading
  readonly durable: DurationHistogram
}

/** Who holds verdicts on payments without an order up. */
export interface HeldUpBy {
  /** **Shape**: `HOST-PID-RANDOM`. */
  readonly process: string
  readonly reason: string
  /** **Units**: ms since the epoch. */
  readonly sinceMillis: number
}

/** Statements at Cassandra. */
export interface StatementsInFlight {
  readonly inFlight: () => number
  readonly limit: () => number
}

/** A process of the progress table, as last read. */
export interface ProcessSeen {
  /** **Shape**: `HOST-PID-RANDOM`. */
  readonly process: string
  /** **Units**: ms since the epoch; null where its row says nothing that is known here. */
  readonly watermarkMillis: number | null
  /** For how long its row has not been seen to change. **Units**: milliseconds. */
  readonly unchangedMillis: number
  /** Whether early payments wait in it. */
  readonly hasWaiting: boolean
  /** Orders that it holds in spite of its watermark. */
  readonly orders: number
}

/** What the processor of this process is, and takes on at most. */
export interface ProcessorFacts {
  /** **Shape**: `HOST-PID-RANDOM`. */
  readonly process: string
  readonly waitingRoomMax: number
  readonly maxRetrying: number
  /** **Units**: milliseconds. */
  readonly graceMillis: number
}
