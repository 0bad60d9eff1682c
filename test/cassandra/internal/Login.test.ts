import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import type { DseClientOptions } from "cassandra-driver"
import { Clock, Duration, Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import type { Credentials } from "../../../src/cassandra/CassandraSettings.ts"
import { clientOptions } from "../../../src/cassandra/internal/ClientOptions.ts"
import { loadDriver } from "../../../src/cassandra/internal/Driver.ts"
import { classify } from "../../../src/cassandra/internal/ErrorClassification.ts"
import { Login } from "../../../src/cassandra/internal/Login.ts"
import { loginRetryMillis, loginStaleMillis, reconnectBaseMillis } from "../../../src/cassandra/Limits.ts"

const ann: Credentials = { username: "ann", password: Redacted.make("secret") }

const place = { contactPoints: ["db1"], localDataCenter: "datacenter1", keyspace: "shop" }

/** A login, the options it makes, and the driver's errors as the driver reports them. */
const made = (credentials: Credentials | undefined = ann) =>
  Effect.gen(function* () {
    const driver = yield* loadDriver
    const login = new Login(yield* Clock.Clock, credentials)
    const options = login.within(driver, yield* clientOptions(driver, { ...place, credentials }))
    const { AuthenticationError, NoHostAvailableError } = driver.errors
    return {
      login,
      options,
      refuse: (text = "Provided username ann and/or password are incorrect") =>
        options.metrics?.onAuthenticationError(new AuthenticationError(text)),
      nobody: new NoHostAvailableError(
        { "db1:9042": "Host considered as DOWN" },
        "All host(s) tried for query failed"
      )
    }
  })

describe("a login", () => {
  it.effect("[G4] that is refused is why no host answers, until something is heard", () =>
    Effect.gen(function* () {
      const { login, nobody, refuse } = yield* made()
      assert.strictEqual(login.explained(nobody), nobody)
      refuse()
      const error = classify("execute", login.explained(nobody))
      assert.strictEqual(error.reason._tag, "BadCredentials")
      assert.notInclude(error.message, "ann")
      login.heard()
      assert.strictEqual(login.explained(nobody), nobody)
      assert.isUndefined(login.refusal)
    })
  )

  it.effect("that is refused explains no answer of a host", () =>
    Effect.gen(function* () {
      const { login, refuse } = yield* made()
      refuse()
      const timedOut = Object.assign(new Error("slow"), { name: "OperationTimedOutError" })
      assert.strictEqual(login.explained(timedOut), timedOut)
    })
  )

  it.effect("that cannot be checked just now is not refused", () =>
    Effect.gen(function* () {
      const { login, refuse } = yield* made()
      refuse("Unable to perform authentication: Cannot achieve consistency level QUORUM")
      assert.isUndefined(login.refusal)
    })
  )

  it.effect("[G4] that is refused again and again is so since the first time", () =>
    Effect.gen(function* () {
      const { login, refuse } = yield* made()
      for (let times = 0; times < 16; times++) {
        refuse()
        yield* TestClock.adjust(Duration.millis(loginRetryMillis))
      }
      assert.strictEqual(login.refusal?.millis, 16 * loginRetryMillis)
    })
  )

  it.effect("that was refused says nothing once its host is down for a minute", () =>
    Effect.gen(function* () {
      const { login, refuse } = yield* made()
      refuse()
      yield* TestClock.adjust(Duration.millis(loginStaleMillis + 1))
      const millis = () => login.refusal?.millis
      assert.isUndefined(millis())
      refuse()
      assert.strictEqual(millis(), 0)
    })
  )

  it.effect("that is refused is tried a few times a minute, and a host that is down as ever", () =>
    Effect.gen(function* () {
      const { options, refuse } = yield* made()
      const schedule = options.policies?.reconnection?.newSchedule()
      assert.approximately(schedule?.next().value ?? 0, reconnectBaseMillis, 0.15 * reconnectBaseMillis)
      refuse()
      assert.strictEqual(schedule?.next().value, loginRetryMillis)
      assert.isAtLeast(60_000 / loginRetryMillis, 2)
      assert.isAtMost(60_000 / loginRetryMillis, 6)
    })
  )

  it.effect("reads the password from its file each time; one that cannot be read is the one before", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "counterfoil-login-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
      )
      const passwordFile = join(folder, "password")
      const { options } = yield* made({ username: "ann", passwordFile })
      assert.strictEqual(yield* Effect.promise(() => sentBy(options)), "error")
      writeFileSync(passwordFile, "first\n")
      assert.strictEqual(yield* Effect.promise(() => sentBy(options)), "\0ann\0first")
      writeFileSync(passwordFile, "second word\r\n")
      assert.strictEqual(yield* Effect.promise(() => sentBy(options)), "\0ann\0second word")
      rmSync(passwordFile)
      assert.strictEqual(yield* Effect.promise(() => sentBy(options)), "\0ann\0second word")
    })
  )

  it.effect("has nothing to say where nobody is to log in", () =>
    Effect.gen(function* () {
      const { options } = yield* madeWithout
      assert.notProperty(options, "authProvider")
    })
  )
})

const madeWithout = Effect.gen(function* () {
  const driver = yield* loadDriver
  const login = new Login(yield* Clock.Clock, undefined)
  return { options: login.within(driver, yield* clientOptions(driver, place)) }
})

/** What the authenticator sends first, as text. */
const sentBy = ({ authProvider }: DseClientOptions): Promise<string> =>
  new Promise((resolve) => {
    const authenticator = authProvider?.newAuthenticator("db1:9042", "PasswordAuthenticator")
    authenticator?.initialResponse((error: unknown, token: Buffer) =>
      resolve(error === null ? token.toString() : "error")
    )
  })
