/** By when everything must have its fate, once nothing goes wrong any more (G5). */
import { Duration } from "effect"
import type { Plan } from "./Plan.ts"

/** Within the grace and this of health, every payment has its fate. **Source**: DESIGN, G5. **Units**: milliseconds. */
const fateWithinMillis = 90_000

/** The largest payment here, attributes and ids included. **Units**: bytes as encoded. */
const paymentBytes = 400

/**
 * How long it may take until none of so many messages is pending. **Units**: milliseconds.
 *
 * A room that is full lets payments in one after another: `room / grace` is the highest rate it sustains, so that more
 * than fit need their turns.
 */
export const fateDeadlineMillis = ({ settings }: Plan, pending: number): number => {
  const graceMillis = Duration.toMillis(settings.paymentGrace)
  const room = Math.min(
    settings.waitingRoomMax,
    Math.max(1, Math.floor(settings.waitingRoomBytes / paymentBytes))
  )
  return Math.max(1, Math.ceil(pending / room)) * (graceMillis + fateWithinMillis)
}
