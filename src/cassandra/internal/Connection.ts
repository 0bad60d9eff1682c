/** Connects to a cluster: once, or until it answers. */
import type { Client, DseClientOptions } from "cassandra-driver"
import { Duration, Effect } from "effect"
import { type Backoff, backoffMillis, retryBackoff } from "../../time/Backoff.ts"
import { CassandraError, SettingsRefused, Unreachable } from "../CassandraError.ts"
import type { CassandraOptions } from "../CassandraOptions.ts"
import type { CassandraSettings } from "../CassandraSettings.ts"
import { connectSeconds } from "../Limits.ts"
import { clientOptions } from "./ClientOptions.ts"
import type { IsResponsive } from "./CoordinatorFirst.ts"
import { type Driver, loadDriver } from "./Driver.ts"
import { classify } from "./ErrorClassification.ts"
import type { Login } from "./Login.ts"
import { explained } from "./TlsFailure.ts"

/** What a client is made with besides settings. */
export interface ConnectionParts {
  readonly login: Login
  /** Statements are prepared at hosts that answer, as far as is known. */
  readonly isResponsive?: IsResponsive
}

/**
 * Connects once.
 *
 * **Errors**: any reason of `CassandraError`; `Unreachable` when nothing answers in time. What was opened is closed.
 */
export const connect = (
  settings: CassandraSettings,
  options: CassandraOptions,
  { isResponsive, login }: ConnectionParts
): Effect.Effect<Client, CassandraError> =>
  Effect.gen(function* () {
    const driver = yield* loadDriver
    const clientSettings = login.within(driver, yield* clientOptions(driver, settings, options, isResponsive))
    const timeout = options.connectTimeout ?? Duration.seconds(connectSeconds)
    return yield* Effect.timeoutOrElse(open(driver, clientSettings), {
      duration: timeout,
      orElse: () => Effect.fail(silent(settings, timeout))
    })
  }).pipe(Effect.catch((error) => explained(settings, error)))

/** Tries again indefinitely while nothing answers; each failed attempt is reported. */
export const connectWithRetry = <A>(
  attempt: Effect.Effect<A, CassandraError>,
  report: (error: CassandraError) => Effect.Effect<void>,
  backoff: Backoff = retryBackoff
): Effect.Effect<A, CassandraError> => {
  const from = (failures: number): Effect.Effect<A, CassandraError> =>
    Effect.catchIf(
      attempt,
      (error) => error.isRetryable,
      (error) =>
        report(error).pipe(
          Effect.andThen(backoffMillis(backoff, failures + 1)),
          Effect.flatMap((millis) => Effect.sleep(Duration.millis(millis))),
          Effect.flatMap(() => from(failures + 1))
        )
    )
  return Effect.suspend(() => from(0))
}

const open = (driver: Driver, options: DseClientOptions): Effect.Effect<Client, CassandraError> =>
  Effect.callback<Client, CassandraError>((resume) => {
    let isAwaited = true
    try {
      const client = new driver.Client(options)
      catchRefresh(client)
      client.connect().then(
        // The driver has no way to cancel: a connection that is no longer awaited is closed when it comes.
        () => (isAwaited ? resume(Effect.succeed(client)) : void client.shutdown()),
        (cause) => {
          closeFailed(client)
          resume(Effect.fail(classify("connect", cause)))
        }
      )
    } catch (cause) {
      // The constructor only checks its options.
      const detail = cause instanceof Error ? cause.message : "the driver refuses the settings"
      const reason = new SettingsRefused({ detail, cause })
      resume(Effect.fail(new CassandraError({ operation: "connect", reason })))
    }
    return Effect.sync(() => {
      isAwaited = false
    })
  })

/**
 * Closes what a failed client leaves open: `shutdown` alone does nothing before it was connected, and the connection
 * on which it found the error (a wrong data centre, for example) would stay open.
 */
const closeFailed = (client: Client): void => {
  void client.shutdown()
  const { controlConnection } = client as Client & UntypedClient
  controlConnection?.shutdown()
  controlConnection?.connection?.close()
}

/**
 * Catches a rejection that the driver leaves unhandled, which would end the process: when a host that answers late
 * makes it refresh its control connection twice at once, the first refresh fails (`Cannot read properties of null`) on
 * what the second has cleared. The second goes on, so nothing is lost.
 */
const catchRefresh = (client: Client): void => {
  const { controlConnection } = client as Client & UntypedClient
  const refresh = controlConnection?._refresh
  if (controlConnection === undefined || refresh === undefined) return
  controlConnection._refresh = (hosts) => refresh.call(controlConnection, hosts).catch(() => {})
}

/** Private parts of the driver's client. */
interface UntypedClient {
  readonly controlConnection?: {
    _refresh?: (this: unknown, hosts?: unknown) => Promise<void>
    readonly shutdown: () => void
    readonly connection?: { readonly close: () => void } | null
  }
}

const silent = (settings: CassandraSettings, timeout: Duration.Duration): CassandraError => {
  const hosts = settings.contactPoints
  const detail = `no answer from ${hosts.join(", ")} within ${Duration.format(timeout)}`
  const reason = new Unreachable({ detail, hosts, cause: undefined })
  return new CassandraError({ operation: "connect", reason })
}
