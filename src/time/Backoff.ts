/** How long to wait before trying again. */
import { Duration, Effect, Random } from "effect"
import { retryBaseMillis, retryCapMillis, retryJitter } from "./Limits.ts"

/** An exponential backoff. **Units**: milliseconds; `jitter` is a share, 0.2 being ±20 %. */
export interface Backoff {
  readonly baseMillis: number
  /** The longest wait, before jitter. */
  readonly capMillis: number
  readonly jitter: number
}

/** The backoff of everything that is retried indefinitely: 100 ms doubled each time up to 5 s, ±20 %. */
export const retryBackoff: Backoff = {
  baseMillis: retryBaseMillis,
  capMillis: retryCapMillis,
  jitter: retryJitter
}

/**
 * The wait after `failures` failed tries: the base doubled with each failure up to the cap, then jittered.
 *
 * **Units**: `failures` counts from 1; the result is in milliseconds, at most cap × (1 + jitter).
 */
export const backoffMillis = (
  { baseMillis, capMillis, jitter }: Backoff,
  failures: number
): Effect.Effect<number> =>
  Effect.map(
    Random.nextBetween(1 - jitter, 1 + jitter),
    (stretch) => Math.min(capMillis, baseMillis * 2 ** Math.min(failures - 1, 30)) * stretch
  )

/** The wait of {@link retryBackoff} after `failures` failed tries; at most 6 s. */
export const retryDelay = (failures: number): Effect.Effect<Duration.Duration> =>
  Effect.map(backoffMillis(retryBackoff, failures), Duration.millis)
