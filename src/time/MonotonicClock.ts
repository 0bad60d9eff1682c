/** Time that never jumps, for measuring how long something takes. */
import type { Clock } from "effect"

/** Now by a monotonic clock. **Units**: milliseconds since some fixed moment. */
export const monotonicMillis = (clock: Clock.Clock): number =>
  Number(clock.monotonicTimeNanosUnsafe() / 1_000n) / 1000
