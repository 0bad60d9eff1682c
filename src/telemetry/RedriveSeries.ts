/** What is counted of the redrives that a process does by itself, and the metric series under which it is read. */
import { type DeadLetterReason, deadLetterReasons, type Fate, fates } from "../domain/Fate.ts"
import type { Series } from "./Series.ts"

/** How a redrive ended; a label, and so a closed list. `error`: Pub/Sub; `store`: the table did not answer. */
export const redriveEnds = ["end", "full", "store", "error", "stopped"] as const

/** One of {@link redriveEnds}. */
export type RedriveEnd = (typeof redriveEnds)[number]

/** Why a dead letter that was tried stays; a label, and so a closed list. */
export const stayReasons = [...deadLetterReasons, "unknown", "lease-lost"] as const

/** One of {@link stayReasons}: that of a dead letter; the table gave no answer; or it was not tried, and comes again. */
export type StayReason = DeadLetterReason | "unknown" | "lease-lost"

/** What came of dead letters that were tried. */
export interface RedriveCounts {
  readonly through: Readonly<Partial<Record<Fate, number>>>
  readonly stays: Readonly<Partial<Record<StayReason, number>>>
}

/** One redrive that has ended. */
export interface LastRedrive {
  readonly ended: RedriveEnd
  /** **Units**: ms since the epoch. */
  readonly endedAtMillis: number
  readonly durationMillis: number
  readonly through: number
  readonly stays: number
}

/** What the redrives of a process have done so far. */
export interface RedriveReading extends RedriveCounts {
  readonly ended: Readonly<Partial<Record<RedriveEnd, number>>>
  readonly isRunning: boolean
  /** The last that has ended; undefined while none has. */
  readonly last: LastRedrive | undefined
}

/** Of a process that redrives nothing by itself. */
export const noRedrives: RedriveReading = {
  ended: {},
  through: {},
  stays: {},
  isRunning: false,
  last: undefined
}

/** How many, of all kinds. */
export const sumOfCounts = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

/**
 * Makes the counts readable as metric series. They are the redrive's alone: what a stream has received and what became
 * of it (G7) is counted apart.
 *
 * **Guarantee**: every series is there from the start, and no other comes later (G6).
 */
export const registerRedrives = (read: () => RedriveReading, { counter, gauge }: Series): void => {
  for (const ended of redriveEnds) {
    counter(
      "counterfoil_redrives_total",
      "Redrives of DLQ_REDRIVE_INTERVAL, by how they ended.",
      { ended },
      () => read().ended[ended] ?? 0
    )
  }
  counter(
    "counterfoil_redrive_tried_total",
    "Dead letters that DLQ_REDRIVE_INTERVAL tried; one that stays is tried again by the next redrive, and counts again.",
    {},
    () => sumOfCounts(read().through) + sumOfCounts(read().stays)
  )
  for (const fate of fates) {
    if (fate.startsWith("dead-lettered")) continue
    counter(
      "counterfoil_redrive_through_total",
      "Dead letters that went through by DLQ_REDRIVE_INTERVAL, by their fate.",
      { fate },
      () => read().through[fate] ?? 0
    )
  }
  for (const reason of stayReasons) {
    counter(
      "counterfoil_redrive_stays_total",
      "Dead letters that DLQ_REDRIVE_INTERVAL tried and that stay; unknown: the table gave no answer.",
      { reason },
      () => read().stays[reason] ?? 0
    )
  }
  gauge("counterfoil_redrive_running", "Whether a redrive of DLQ_REDRIVE_INTERVAL runs: 1 or 0.", {}, () =>
    read().isRunning ? 1 : 0
  )
  const ofLast = (name: string, description: string, value: (last: LastRedrive) => number) =>
    gauge(name, description, {}, () => {
      const { last } = read()
      return last === undefined ? Number.NaN : value(last)
    })
  ofLast(
    "counterfoil_redrive_last_end_seconds",
    "When the last redrive of DLQ_REDRIVE_INTERVAL ended, since the epoch; NaN before the first.",
    ({ endedAtMillis }) => endedAtMillis / 1000
  )
  ofLast(
    "counterfoil_redrive_last_duration_seconds",
    "How long the last redrive of DLQ_REDRIVE_INTERVAL took; NaN before the first.",
    ({ durationMillis }) => durationMillis / 1000
  )
  ofLast(
    "counterfoil_redrive_last_stays",
    "How many dead letters the last redrive of DLQ_REDRIVE_INTERVAL tried and left; NaN before the first.",
    ({ stays }) => stays
  )
}
