import { assert, describe, it } from "@effect/vitest"
import type { DseClientOptions } from "cassandra-driver"
import { Duration, Effect, Redacted } from "effect"
import { clientOptions } from "../../../src/cassandra/internal/ClientOptions.ts"
import { loadDriver } from "../../../src/cassandra/internal/Driver.ts"
import { answerMillis, reconnectBaseMillis } from "../../../src/cassandra/Limits.ts"

const place = { contactPoints: ["db1"], localDataCenter: "datacenter1", keyspace: "shop" }

const optionsFor = (contactPoints: ReadonlyArray<string>) =>
  Effect.flatMap(loadDriver, (driver) => clientOptions(driver, { ...place, contactPoints }))

describe("clientOptions", () => {
  it.effect("without settings and options of its own a connection has the limits of Limits.ts", () =>
    Effect.gen(function* () {
      const driver = yield* loadDriver
      const options = yield* clientOptions(driver, place)
      assert.deepInclude(options, { keyspace: "shop", applicationName: "counterfoil" })
      assert.notProperty(options, "credentials")
      assert.notProperty(options, "sslOptions")
      assert.strictEqual(options.queryOptions?.consistency, driver.types.consistencies.localQuorum)
      assert.strictEqual(options.socketOptions?.readTimeout, answerMillis)
      assertWaits(options, [reconnectBaseMillis, 2 * reconnectBaseMillis])
    })
  )

  it.effect("whoever connects may say otherwise", () =>
    Effect.gen(function* () {
      const driver = yield* loadDriver
      const options = yield* clientOptions(
        driver,
        {
          ...place,
          consistency: "TWO",
          credentials: { username: "ann", password: Redacted.make("secret") },
          tls: {},
          applicationName: "shop"
        },
        {
          answerTimeout: Duration.seconds(20),
          reconnectDelay: { base: Duration.seconds(1), cap: Duration.seconds(1) },
          useKeyspace: false
        }
      )
      assert.notProperty(options, "keyspace")
      assert.deepInclude(options, {
        applicationName: "shop",
        credentials: { username: "ann", password: "secret" }
      })
      assert.strictEqual(options.sslOptions?.rejectUnauthorized, true)
      assert.strictEqual(options.queryOptions?.consistency, driver.types.consistencies.two)
      assert.strictEqual(options.socketOptions?.readTimeout, 20_000)
      assertWaits(options, [1_000, 1_000])
    })
  )

  const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>, number | undefined]> = [
    ["one port of all", ["db1:9142", "10.0.0.2:9142", "[::1]:9142"], 9142],
    ["one port of one", ["db1:9142"], 9142],
    ["no port", ["db1", "::1"], 9042],
    ["the usual port, said and not said", ["db1:9042", "db2"], 9042],
    ["several ports", ["db1:9142", "db2:9143"], undefined]
  ]
  it.effect.each(cases)(
    "[G4] nodes that the contact points tell of are looked for at their port: %s",
    ([, contactPoints, port]) =>
      Effect.gen(function* () {
        const options = yield* optionsFor(contactPoints)
        assert.strictEqual(options.protocolOptions?.port, port)
      })
  )
})

/** The driver's first waits before it reconnects to a host; it varies each by up to 15 %. */
const assertWaits = (options: DseClientOptions, expected: ReadonlyArray<number>): void => {
  const schedule = options.policies?.reconnection?.newSchedule()
  for (const millis of expected) {
    assert.approximately(schedule?.next().value ?? 0, millis, 0.15 * millis)
  }
}
