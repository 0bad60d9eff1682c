/** Looks for a cluster anew when it is lost: when none of its hosts answers, or none is left at a known address. */
import type { Client } from "cassandra-driver"
import { Clock, Duration, Effect, Result } from "effect"
import { backoffMillis, retryBackoff } from "../../time/Backoff.ts"
import { monotonicMillis } from "../../time/MonotonicClock.ts"
import type { CassandraError } from "../CassandraError.ts"
import { disconnectedMillis, loginRetryMillis, lostMillis, lostTickMillis } from "../Limits.ts"

/** What tells whether a cluster is lost, and what to do then. */
export interface RenewalParts {
  /** Connects as at the start: names of contact points are resolved anew. */
  readonly connect: Effect.Effect<Client, CassandraError>
  /** The driver has no way to the hosts any more. */
  readonly isDisconnected: () => boolean
  /** For how long no request was answered. **Units**: milliseconds. */
  readonly unansweredMillis: () => number
  /** From now on requests go to this client. */
  readonly replaceBy: (client: Client) => Effect.Effect<void>
}

/**
 * Replaces the client whenever the cluster is lost and can be connected to anew; never ends, never fails.
 *
 * The driver resolves the names of its contact points once, and afterwards knows hosts by their addresses. When all
 * of these change at once it never gets back to more than one of them. While the cluster is only down, each attempt
 * fails; and one that succeeds just as the old client is answered again is thrown away.
 */
export const renewWhenLost = ({
  connect,
  isDisconnected,
  replaceBy,
  unansweredMillis
}: RenewalParts): Effect.Effect<never> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    let disconnectedSince: number | undefined
    let wasLost = false
    let failures = 0

    const isLost = (): boolean => {
      const now = monotonicMillis(clock)
      disconnectedSince = isDisconnected() ? (disconnectedSince ?? now) : undefined
      return (
        unansweredMillis() >= lostMillis ||
        (disconnectedSince !== undefined && now - disconnectedSince >= disconnectedMillis)
      )
    }
    const renew = Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const attempt = yield* restore(Effect.result(connect))
        if (Result.isFailure(attempt)) {
          failures += 1
          return yield* restore(waitAfter(failures, attempt.failure))
        }
        failures = 0
        if (isLost()) yield* replaceBy(attempt.success)
        else yield* Effect.promise(() => attempt.success.shutdown().catch(() => {}))
        // It is judged by its answers, not by those that the one before did not get.
        return yield* restore(Effect.sleep(Duration.millis(lostMillis)))
      })
    )
    for (;;) {
      yield* Effect.sleep(Duration.millis(lostTickMillis))
      // Twice in a row: after a pause of this process the answers have not been read yet.
      const lost = isLost()
      if (lost && wasLost) yield* renew
      wasLost = lost
    }
  })

const waitAfter = (failures: number, { isRetryable }: CassandraError): Effect.Effect<void> =>
  Effect.flatMap(
    isRetryable ? backoffMillis(retryBackoff, failures) : Effect.succeed(loginRetryMillis),
    (millis) => Effect.sleep(Duration.millis(millis))
  )
