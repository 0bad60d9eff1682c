/** What the settings of a process need of its machine and of its supervisor. */
import { Duration } from "effect"
import { drainSeconds } from "../cassandra/Limits.ts"
import { lastRowMillis } from "../ingest/Limits.ts"
import type { ProcessingSettings } from "../ingest/ProcessingSettings.ts"
import { closeTimeoutSeconds } from "../pubsub/Limits.ts"
import { lastSpansMillis } from "../telemetry/Limits.ts"
import { crashRedeliverySeconds, memoryFactor, processBaseBytes } from "./Limits.ts"

/**
 * The heap of a process in which every limit is reached.
 *
 * **Units**: bytes. What messages hold counts once, whether V8 has it in its heap or beside it.
 */
export const heapNeeded = ({ maxOutstandingBytes, waitingRoomBytes }: HeldBytes): number =>
  processBaseBytes + 2 * maxOutstandingBytes + waitingRoomBytes

type HeldBytes = Pick<ProcessingSettings, "maxOutstandingBytes" | "waitingRoomBytes">

/** The memory of that process as its machine counts it: `npm run test:faults -- --only memory-limited` shows that it does. */
export const memoryNeeded = (held: HeldBytes): number => memoryFactor * heapNeeded(held)

/** How long a stop takes at most, from the signal to the end. **Units**: seconds. */
export const stopSeconds = ({ shutdownTimeout }: Pick<ProcessingSettings, "shutdownTimeout">): number =>
  Duration.toSeconds(shutdownTimeout) +
  closeTimeoutSeconds +
  drainSeconds +
  (lastRowMillis + lastSpansMillis) / 1_000

/** Rates of payments without an order that the waiting room takes. **Units**: payments a second. */
export interface UnmatchedRates {
  /** For as long as one likes. */
  readonly sustained: number
  /** After a crash, when verdicts are held up until the row of the process that died is gone. */
  readonly afterCrash: number
}

/** The rates; undefined where payments do not wait. */
export const unmatchedRates = ({
  paymentGrace,
  waitingRoomMax
}: Pick<ProcessingSettings, "paymentGrace" | "waitingRoomMax">): UnmatchedRates | undefined => {
  const grace = Duration.toSeconds(paymentGrace)
  if (grace === 0) return undefined
  return {
    sustained: waitingRoomMax / grace,
    afterCrash: waitingRoomMax / (grace + crashRedeliverySeconds)
  }
}
