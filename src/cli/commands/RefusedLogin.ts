/** Ends a process whose credentials Cassandra refuses for good, so that its supervisor brings new ones. */
import { Duration, Effect } from "effect"
import { Cassandra } from "../../cassandra/Cassandra.ts"
import type { CassandraError } from "../../cassandra/CassandraError.ts"
import { loginRefusedMinutes, loginTickSeconds } from "../Limits.ts"

/**
 * Watches the logins; never succeeds.
 *
 * **Errors**: `CassandraError` with `BadCredentials`, once they were refused, and nothing else heard, for 5 minutes.
 */
export const untilLoginRefused: Effect.Effect<never, CassandraError, Cassandra> = Effect.gen(function* () {
  const cassandra = yield* Cassandra
  const limitMillis = Duration.toMillis(Duration.minutes(loginRefusedMinutes))
  for (let wasRefused = false; ; ) {
    yield* Effect.sleep(Duration.seconds(loginTickSeconds))
    const refusal = yield* cassandra.loginRefusal
    if (refusal !== undefined && refusal.millis >= limitMillis) return yield* refusal.error
    if (refusal !== undefined && !wasRefused) {
      yield* Effect.logWarning(
        `${refusal.error.message}; tried again a few times a minute, and given up after ${loginRefusedMinutes} minutes`
      )
    }
    wasRefused = refusal !== undefined
  }
})
