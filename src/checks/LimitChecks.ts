/** Checks of limits against each other, and against the machine. */
import { driverRequestsPerConnection } from "../cassandra/Limits.ts"
import { refusedRowsMax } from "../facts/Limits.ts"
import type { ProcessingSettings } from "../ingest/ProcessingSettings.ts"
import { type Check, type CheckDescription, type CheckResult, type Judgement, judge } from "./Check.ts"
import { heapNeeded, memoryNeeded, stopSeconds, unmatchedRates } from "./Needs.ts"
import { mebibytes } from "./Words.ts"

/** Everything that the checks of limits judge. */
export interface LimitsReading {
  readonly processing: ProcessingSettings
  /** The largest heap that V8 makes in a process that is started as this one. **Units**: bytes. */
  readonly heapBytes: number
  /** What the machine or the container has. **Units**: bytes. */
  readonly memoryBytes: number
}

const limitCheck = (
  description: Omit<CheckDescription, "group">,
  judge: (reading: LimitsReading) => Judgement
): Check<LimitsReading> => ({ ...description, group: "limits", needs: [], judge })

const writesInFlight = limitCheck(
  {
    code: "CF-701",
    title: "the driver takes MAX_IN_FLIGHT_WRITES on one connection",
    worst: "fatal",
    remedy: "lower `MAX_IN_FLIGHT_WRITES`"
  },
  ({ processing: { maxInFlightWrites } }) =>
    maxInFlightWrites < driverRequestsPerConnection
      ? { shows: `${maxInFlightWrites} of ${driverRequestsPerConnection}` }
      : [
          {
            severity: "fatal",
            found: `MAX_IN_FLIGHT_WRITES is ${maxInFlightWrites}, and the driver refuses ${driverRequestsPerConnection} on one connection`,
            expected: "less than that",
            remedy: "set MAX_IN_FLIGHT_WRITES=512"
          }
        ]
)

const retryPlaces = limitCheck(
  {
    code: "CF-702",
    title: "an outage pauses intake by MAX_RETRYING, and every row that is refused is remembered",
    worst: "warning",
    remedy: "lower `MAX_RETRYING`"
  },
  ({ processing: { maxOutstandingMessages, maxRetrying } }) => {
    const isHidden = maxOutstandingMessages > 1 && maxRetrying >= maxOutstandingMessages
    if (!isHidden && maxRetrying <= refusedRowsMax) return []
    const most = Math.min(Math.ceil(maxOutstandingMessages / 5), refusedRowsMax)
    return [
      {
        severity: "warning",
        found: isHidden
          ? `MAX_RETRYING, ${maxRetrying}, is no less than MAX_OUTSTANDING_MESSAGES, ${maxOutstandingMessages}: deliveries that are retried take every place, and health never shows \`paused\``
          : `MAX_RETRYING is ${maxRetrying}, and ${refusedRowsMax} rows that Cassandra refuses are remembered: with more, some never become dead letters`,
        expected: isHidden ? "less than that" : `${refusedRowsMax} or less`,
        remedy: `set MAX_RETRYING=${most}`
      }
    ]
  }
)

const heap = limitCheck(
  {
    code: "CF-703",
    title: "V8's heap holds what the limits allow",
    worst: "warning",
    remedy: "`NODE_OPTIONS=--max-old-space-size=…`, or lower `MAX_OUTSTANDING_BYTES` and `WAITING_ROOM_BYTES`"
  },
  ({ heapBytes, processing }) => {
    const need = heapNeeded(processing)
    if (heapBytes >= need) return { shows: `${mebibytes(need)} of ${mebibytes(heapBytes)}` }
    return [
      {
        severity: "warning",
        found: `the heap may grow to ${mebibytes(heapBytes)}, and with every limit reached it needs ${mebibytes(need)}`,
        expected: `${mebibytes(need)} or more`,
        remedy: `set NODE_OPTIONS=--max-old-space-size=${Math.ceil(need / 2 ** 20)}, or lower MAX_OUTSTANDING_BYTES (now ${mebibytes(processing.maxOutstandingBytes)}, twice) and WAITING_ROOM_BYTES (now ${mebibytes(processing.waitingRoomBytes)})`
      }
    ]
  }
)

const memory = limitCheck(
  {
    code: "CF-704",
    title: "the machine, or the container, has memory for it",
    worst: "warning",
    remedy: "more memory, or lower `MAX_OUTSTANDING_BYTES` and `WAITING_ROOM_BYTES`"
  },
  ({ memoryBytes, processing }) => {
    const need = memoryNeeded(processing)
    if (memoryBytes >= need) return { shows: `${mebibytes(need)} of ${mebibytes(memoryBytes)}` }
    return [
      {
        severity: "warning",
        found: `there are ${mebibytes(memoryBytes)} of memory, and with every limit reached the process needs ${mebibytes(need)}`,
        expected: `${mebibytes(need)} or more`,
        remedy: `give it ${mebibytes(need)}, or lower MAX_OUTSTANDING_BYTES (now ${mebibytes(processing.maxOutstandingBytes)}, twice) and WAITING_ROOM_BYTES (now ${mebibytes(processing.waitingRoomBytes)})`
      }
    ]
  }
)

const unmatchedPayments = limitCheck(
  {
    code: "CF-705",
    title: "how many payments without an order a process takes",
    worst: "none",
    remedy: "raise `WAITING_ROOM_MAX` where more come"
  },
  ({ processing }) => {
    const rates = unmatchedRates(processing)
    if (rates === undefined) return { shows: "PAYMENT_GRACE is 0: payments do not wait" }
    const bytes = Math.floor(processing.waitingRoomBytes / processing.waitingRoomMax)
    return {
      shows: `${rateText(rates.sustained)} a second sustained, ${rateText(rates.afterCrash)} a second after a crash; with ${bytes} bytes each on average, WAITING_ROOM_BYTES is reached as soon as WAITING_ROOM_MAX`
    }
  }
)

/** Rounded down: what is promised is kept. */
const rateText = (rate: number): string =>
  rate >= 10 ? String(Math.floor(rate)) : (Math.floor(rate * 10) / 10).toFixed(1)

const supervisor = limitCheck(
  {
    code: "CF-706",
    title: "how long a supervisor must wait between its signal to stop and a kill",
    worst: "none",
    remedy: "raise it there, or lower `SHUTDOWN_TIMEOUT`"
  },
  ({ processing }) => ({
    shows: `more than ${stopSeconds(processing)} s (SHUTDOWN_TIMEOUT and what follows it)`
  })
)

/** The checks of limits. */
export const limitChecks: ReadonlyArray<Check<LimitsReading>> = [
  writesInFlight,
  retryPlaces,
  heap,
  memory,
  unmatchedPayments,
  supervisor
]

/** Judges what was read. Pure. */
export const judgeLimits = (reading: LimitsReading): ReadonlyArray<CheckResult> => judge(limitChecks, reading)
