/** Adds up what the redrives of a process have done. */
import { Exit } from "effect"
import type { PubSubError } from "../pubsub/PubSubError.ts"
import {
  type RedriveCounts,
  type RedriveEnd,
  type RedriveReading,
  sumOfCounts
} from "../telemetry/RedriveSeries.ts"
import type { RedriveTally } from "./Redrive.ts"

/** With what a redrive that runs has done so far. */
export const withRunning = (reading: RedriveReading, tally: RedriveTally): RedriveReading => ({
  ...added(reading, tally),
  isRunning: true
})

/** How a redrive ended. **Units**: `endedAtMillis` is ms since the epoch. */
export interface RedriveEnded {
  readonly exit: Exit.Exit<void, PubSubError>
  readonly endedAtMillis: number
  readonly durationMillis: number
}

/** With a redrive that has ended. */
export const withEnded = (
  reading: RedriveReading,
  tally: RedriveTally,
  { durationMillis, endedAtMillis, exit }: RedriveEnded
): RedriveReading => {
  const ended = endOf(exit, tally)
  const [through, stays] = [sumOfCounts(tally.through), sumOfCounts(staysOf(tally))]
  return {
    ...added(reading, tally),
    ended: { ...reading.ended, [ended]: (reading.ended[ended] ?? 0) + 1 },
    isRunning: false,
    last: { ended, endedAtMillis, durationMillis, through, stays }
  }
}

const endOf = (exit: Exit.Exit<void, PubSubError>, { endedBy }: RedriveTally): RedriveEnd => {
  if (Exit.isFailure(exit)) return Exit.hasInterrupts(exit) ? "stopped" : "error"
  return endedBy === "full" || endedBy === "store" || endedBy === "stopped" ? endedBy : "end"
}

const staysOf = ({ lost, stays, unknown }: RedriveTally): RedriveCounts["stays"] => ({
  ...stays,
  unknown,
  "lease-lost": lost
})

const added = (reading: RedriveReading, tally: RedriveTally): RedriveReading => ({
  ...reading,
  through: sumsOf(reading.through, tally.through),
  stays: sumsOf(reading.stays, staysOf(tally))
})

const sumsOf = <K extends string>(
  one: Readonly<Partial<Record<K, number>>>,
  other: Readonly<Partial<Record<K, number>>>
): Readonly<Partial<Record<K, number>>> => {
  const sums: Partial<Record<K, number>> = { ...one }
  for (const key in other) sums[key] = (sums[key] ?? 0) + (other[key] ?? 0)
  return sums
}
