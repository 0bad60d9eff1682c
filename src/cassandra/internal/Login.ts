/** Logs in to the hosts of a cluster, and notices when they refuse it. */
import { readFile } from "node:fs/promises"
import type { auth, DseClientOptions, policies } from "cassandra-driver"
import { type Clock, Redacted } from "effect"
import { monotonicMillis } from "../../time/MonotonicClock.ts"
import type { CassandraError } from "../CassandraError.ts"
import type { Credentials } from "../CassandraSettings.ts"
import { loginRetryMillis, loginStaleMillis } from "../Limits.ts"
import type { Driver } from "./Driver.ts"
import { classify } from "./ErrorClassification.ts"

/**
 * The logins of one client.
 *
 * The driver marks a host that refuses a login as down, and says of every later statement only that no host answers.
 * So the refusal is kept here until something else is heard.
 */
export class Login {
  readonly #clock: Clock.Clock
  readonly #credentials: Credentials | undefined
  #refused: Refused | undefined
  /** The password that the file held when it could last be read. */
  #lastRead: string | undefined

  constructor(clock: Clock.Clock, credentials: Credentials | undefined) {
    this.#clock = clock
    this.#credentials = credentials
  }

  /** The refusal, as long as logins are refused and nothing else is heard. */
  get refusal(): LoginRefusal | undefined {
    const refused = this.#refused
    const now = monotonicMillis(this.#clock)
    // Refusals come from hosts that answer: one that is down for long says nothing about credentials any more.
    if (refused === undefined || now - refused.last > loginStaleMillis) return undefined
    return { error: classify("connect", refused.cause), millis: now - refused.first }
  }

  /** A host took the login, or answered a statement. */
  heard(): void {
    this.#refused = undefined
  }

  /** What a failure of the driver means: where no host is left to ask and a login was refused, that is why. */
  explained(cause: unknown): unknown {
    if (this.#refused === undefined) return cause
    const isUnreachable = classify("execute", cause).reason._tag === "Unreachable"
    return isUnreachable && this.refusal !== undefined ? this.#refused.cause : cause
  }

  /** The driver's options, with our part in them. */
  within(driver: Driver, options: DseClientOptions): DseClientOptions {
    const authProvider = this.#authProvider(driver)
    const reconnection = options.policies?.reconnection
    return {
      ...options,
      ...(authProvider === undefined ? {} : { authProvider }),
      ...(reconnection === undefined
        ? {}
        : { policies: { ...options.policies, reconnection: this.#paced(driver, reconnection) } }),
      metrics: this.#metrics(driver)
    }
  }

  #noteRefusal(cause: unknown): void {
    if (classify("connect", cause).reason._tag !== "BadCredentials") return
    const now = monotonicMillis(this.#clock)
    const since = this.#refused
    const first = since === undefined || now - since.last > loginStaleMillis ? now : since.first
    this.#refused = { cause, first, last: now }
  }

  /** A password from a file is read for each login: it may have been changed since the last. */
  async #password(credentials: Credentials): Promise<string> {
    if ("password" in credentials) return Redacted.value(credentials.password)
    try {
      const text = await readFile(credentials.passwordFile, "utf8")
      this.#lastRead = text.replace(/\r?\n$/, "")
    } catch (error) {
      // While it is being replaced the one before may still do.
      if (this.#lastRead === undefined) throw error
    }
    return this.#lastRead
  }

  #authProvider(driver: Driver): auth.AuthProvider | undefined {
    const credentials = this.#credentials
    if (credentials === undefined) return undefined
    const { PlainTextAuthProvider } = driver.auth
    const { username } = credentials
    const password = () => this.#password(credentials)
    const onSuccess = () => this.heard()
    class FreshPassword extends PlainTextAuthProvider {
      override newAuthenticator(endpoint: string, name: string): auth.Authenticator {
        return {
          initialResponse: (callback) =>
            void password().then(
              (text) =>
                new PlainTextAuthProvider(username, text)
                  .newAuthenticator(endpoint, name)
                  .initialResponse(callback),
              (error: unknown) => callback(error)
            ),
          evaluateChallenge: (_, callback) => callback(),
          onAuthenticationSuccess: onSuccess
        }
      }
    }
    return new FreshPassword(username, "")
  }

  /** While logins are refused they are tried a few times a minute: an account may be locked for more. */
  #paced(
    driver: Driver,
    usual: policies.reconnection.ReconnectionPolicy
  ): policies.reconnection.ReconnectionPolicy {
    const isRefused = () => this.refusal !== undefined
    class Paced extends driver.policies.reconnection.ExponentialReconnectionPolicy {
      override *newSchedule(): Generator<number> {
        const schedule = usual.newSchedule()
        for (;;) {
          const { value } = schedule.next()
          yield isRefused() ? loginRetryMillis : value
        }
      }
    }
    return new Paced(1, 1)
  }

  #metrics(driver: Driver): NonNullable<DseClientOptions["metrics"]> {
    const note = (cause: unknown) => this.#noteRefusal(cause)
    class Noting extends driver.metrics.DefaultMetrics {
      override onAuthenticationError(cause: Error): void {
        super.onAuthenticationError(cause)
        note(cause)
      }
    }
    return new Noting()
  }
}

/** Logins are refused. */
export interface LoginRefusal {
  readonly error: CassandraError
  /** For how long nothing else was heard. **Units**: milliseconds. */
  readonly millis: number
}

/** **Units**: milliseconds of a monotonic clock. */
interface Refused {
  /** The driver's error. */
  readonly cause: unknown
  readonly first: number
  readonly last: number
}
