/** The cluster that requests go to: connected at the start, watched, and looked for anew when it is lost. */
import type { Client, Host } from "cassandra-driver"
import { Clock, Duration, Effect, Random, type Scope } from "effect"
import { monotonicMillis } from "../../time/MonotonicClock.ts"
import type { CassandraError } from "../CassandraError.ts"
import type { CassandraOptions } from "../CassandraOptions.ts"
import type { CassandraSettings } from "../CassandraSettings.ts"
import { hostTickMillis } from "../Limits.ts"
import { consistencyCodes } from "./ClientOptions.ts"
import { type Cluster, makeCluster } from "./Cluster.ts"
import { connect, connectWithRetry } from "./Connection.ts"
import { loadDriver } from "./Driver.ts"
import { type HostLoad, isResponsive } from "./HostLoad.ts"
import type { Login } from "./Login.ts"
import { renewWhenLost } from "./Renewal.ts"
import type { RequestQueue } from "./RequestQueue.ts"

/** What is shared by the clients that replace each other. */
export interface ClusterConnectionParts {
  readonly queue: Pick<RequestQueue, "drain" | "unansweredMillis">
  readonly login: Login
}

/**
 * Connects, and closes with the scope once what is in flight is answered. What it gives is the cluster as it is now,
 * which another connection may have replaced.
 *
 * **Errors**: `CassandraError`, see `CassandraOptions.onUnreachable`.
 */
export const connectCluster = (
  settings: CassandraSettings,
  options: CassandraOptions,
  { login, queue }: ClusterConnectionParts
): Effect.Effect<() => Cluster, CassandraError, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const source = yield* Effect.service(Random.Random)
    const now = () => monotonicMillis(clock)
    const codes = consistencyCodes(yield* loadDriver)
    const loadOf = new WeakMap<Host, HostLoad>()
    const attempt = connect(settings, options, {
      login,
      isResponsive: (host) => {
        const load = loadOf.get(host)
        return load === undefined || isResponsive(load, now())
      }
    })
    const clusterOf = (client: Client): Cluster =>
      makeCluster(client, settings, { codes, loadOf, login, now, random: () => source.nextDoubleUnsafe() })
    const report = options.onUnreachable ?? "fail"
    const current = yield* Effect.acquireRelease(
      Effect.map(
        report === "fail" ? attempt : connectWithRetry(attempt, report, options.connectBackoff),
        (client) => ({ cluster: clusterOf(client) })
      ),
      (open) => Effect.andThen(queue.drain, close(open.cluster)),
      { interruptible: true }
    )
    const watched = Effect.forever(
      Effect.andThen(
        Effect.sleep(Duration.millis(hostTickMillis)),
        Effect.sync(() => current.cluster.watch())
      )
    )
    const renewed = renewWhenLost({
      connect: attempt,
      isDisconnected: () => current.cluster.isDisconnected(),
      unansweredMillis: queue.unansweredMillis,
      replaceBy: (client) =>
        Effect.suspend(() => {
          const lost = current.cluster
          current.cluster = clusterOf(client)
          lost.retire()
          return close(lost)
        })
    })
    // supervised: they cannot fail; they end with the scope, before the client is closed
    yield* Effect.forkScoped(Effect.raceFirst(watched, renewed))
    return () => current.cluster
  })

/** A close that fails leaves nothing to do. */
const close = ({ client }: Cluster): Effect.Effect<void> =>
  Effect.promise(() => client.shutdown().catch(() => {}))
