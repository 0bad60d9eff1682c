/** How long to wait before trying again. */
import { Duration, Effect, Random } from "effect"
import { retryBaseMillis, retryCapMillis, retryJitter } from "./Limits.ts"

/**
 * The wait before try number `attempt + 1`: 100 ms doubled each time up to 5 s, stretched or shrunk by up to 20 %.
 *
 * **Units**: `attempt` counts the failures so far, from 1. At most 6 s.
 */
export const retryDelay = (attempt: number): Effect.Effect<Duration.Duration> =>
  Effect.map(Random.nextBetween(1 - retryJitter, 1 + retryJitter), (stretch) =>
    Duration.millis(Math.min(retryCapMillis, retryBaseMillis * 2 ** Math.min(attempt - 1, 30)) * stretch)
  )
