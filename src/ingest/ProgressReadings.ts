/** What one reading of the progress table says about the orders of all processes together (G5). */
import { progressTtlSeconds } from "../facts/Limits.ts"
import type { ReadProgressRow } from "../facts/ProgressTable.ts"
import type { ProcessSeen } from "../telemetry/MetricsSnapshot.ts"
import { expiredRowMillis, progressSeenMillis } from "./Limits.ts"
import { noWatermark } from "./OrdersWatermark.ts"

/** Who holds verdicts up, and why. */
export interface HeldUp {
  readonly process: string
  readonly reason: string
}

/** What one reading of the table says. */
export interface ProgressReading {
  /** **Units**: ms of a monotonic clock. */
  readonly startedAtMillis: number
  /** What every process has passed; `-Infinity` where a row says nothing that can be relied on. **Units**: µs. */
  readonly passedMicros: number
  /** Orders that are unsettled somewhere although `passedMicros` is later. */
  readonly orderIds: ReadonlySet<bigint>
  /** The process that has passed the least. */
  readonly heldUpBy: HeldUp
  /** Whether early payments wait in another process. */
  readonly othersWait: boolean
  /** The latest watermark of another process: Pub/Sub's time is later. **Units**: µs. */
  readonly latestMicros: number
  /** What each row says, in the order in which they were read. */
  readonly processes: ReadonlyArray<ProcessSeen>
}

/** When a reading was made. **Units**: ms of a monotonic clock. */
export interface ReadingTimes {
  readonly startedAtMillis: number
}

/** The row of this process, as it has to be seen. */
export interface OwnRowExpected {
  readonly process: string
  /** Its number at least. */
  readonly renewal: number
}

interface SeenRow {
  readonly renewal: number
  /** It was written after this time. */
  readonly renewedAfterMillis: number
  /** When it was first missing; undefined while it stands there. */
  readonly goneAtMillis: number | undefined
}

/** Remembers from reading to reading which rows were renewed. */
export class ProgressReadings {
  #seen: ReadonlyMap<string, SeenRow> = new Map()
  #lastStartedAt = Number.NEGATIVE_INFINITY

  /** Takes a reading in. A row counts only if it was seen to change within 10 s: a process that is stuck writes nothing. */
  take(
    rows: ReadonlyArray<ReadProgressRow>,
    { startedAtMillis }: ReadingTimes,
    own: OwnRowExpected
  ): ProgressReading {
    const seen = new Map<string, SeenRow>()
    const orderIds = new Set<bigint>()
    const processes: Array<ProcessSeen> = []
    let least: Standing = {
      process: own.process,
      reason: "its row is not in the progress table",
      passedMicros: Number.POSITIVE_INFINITY
    }
    let latestMicros = Number.NEGATIVE_INFINITY
    let othersWait = false
    let isOwnSeen = false
    for (const row of rows) {
      const before = this.#seen.get(row.process)
      const isRenewed = before === undefined || row.renewal > before.renewal
      const now: SeenRow = isRenewed
        ? { renewal: row.renewal, renewedAfterMillis: this.#lastStartedAt, goneAtMillis: undefined }
        : { ...before, goneAtMillis: undefined }
      seen.set(row.process, now)
      // One that is older than what was seen is a write that arrived late.
      const isLate = row.renewal < now.renewal
      const unchangedMillis = isLate ? Number.POSITIVE_INFINITY : startedAtMillis - now.renewedAfterMillis
      const standing = standingOf(row, unchangedMillis)
      processes.push(seenOf(row, unchangedMillis))
      if (standing.passedMicros < least.passedMicros) least = standing
      for (const orderId of row.progress?.orderIds ?? []) orderIds.add(orderId)
      if (row.process === own.process) isOwnSeen = row.renewal >= own.renewal
      else if (row.progress !== undefined) {
        latestMicros = Math.max(latestMicros, row.progress.watermarkMicros)
        othersWait ||= row.progress.hasWaitingPayments
      }
    }
    for (const [process, before] of this.#seen) {
      const gone: SeenRow = { ...before, goneAtMillis: before.goneAtMillis ?? startedAtMillis }
      if (seen.has(process) || process === own.process || !isOnTheWay(gone, startedAtMillis)) continue
      seen.set(process, gone)
      const reason = "its row has expired, and what was sent to it may be on its way to another process"
      least = { process, reason, passedMicros: Number.NEGATIVE_INFINITY }
    }
    this.#seen = seen
    this.#lastStartedAt = startedAtMillis
    if (!isOwnSeen) {
      const reason = "the progress table does not show the latest row of this process"
      least = { process: own.process, reason, passedMicros: Number.NEGATIVE_INFINITY }
    }
    const { passedMicros, process, reason } = least
    return {
      startedAtMillis,
      passedMicros,
      orderIds,
      heldUpBy: { process, reason },
      othersWait,
      latestMicros,
      processes
    }
  }

  /** Forgets what was seen: it was too long ago. */
  forget(): void {
    this.#seen = new Map()
    this.#lastStartedAt = Number.NEGATIVE_INFINITY
  }
}

/**
 * Whether what was sent to a process whose row is gone may not have come again yet. Not of one that removed its row: that
 * has given everything back.
 */
const isOnTheWay = ({ goneAtMillis = 0, renewedAfterMillis }: SeenRow, now: number): boolean => {
  const hasExpired = goneAtMillis - renewedAfterMillis >= progressTtlSeconds * 1_000 - progressSeenMillis
  return hasExpired && now - goneAtMillis < expiredRowMillis
}

interface Standing extends HeldUp {
  readonly passedMicros: number
}

const standingOf = ({ process, progress }: ReadProgressRow, unchangedMillis: number): Standing => {
  const nothing = (reason: string): Standing => ({
    process,
    reason,
    passedMicros: Number.NEGATIVE_INFINITY
  })
  if (progress === undefined) return nothing("its row has a format that is not known here")
  if (unchangedMillis > progressSeenMillis) return nothing("its row was not seen to change for 10 s")
  const passedMicros = progress.watermarkMicros
  if (passedMicros === noWatermark) return nothing("it does not know yet how far it has come")
  return {
    process,
    reason: `it has orders as old as ${new Date(passedMicros / 1_000).toISOString()}, or has read no further`,
    passedMicros
  }
}

const seenOf = ({ process, progress }: ReadProgressRow, unchangedMillis: number): ProcessSeen => {
  const watermarkMicros = progress?.watermarkMicros ?? noWatermark
  return {
    process,
    watermarkMillis: watermarkMicros === noWatermark ? null : Math.round(watermarkMicros / 1_000),
    unchangedMillis: Number.isFinite(unchangedMillis) ? Math.round(unchangedMillis) : 0,
    hasWaiting: progress?.hasWaitingPayments ?? false,
    orders: progress?.orderIds.length ?? 0
  }
}
