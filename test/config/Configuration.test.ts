import { describe, expect, it } from "@effect/vitest"
import { ConfigProvider, Duration, Effect, Option, Redacted, Result } from "effect"
import { configuration, type FlagTexts } from "../../src/config/Configuration.ts"
import { sections } from "../../src/config/Sections.ts"

const required = { CASSANDRA_CONTACT_POINTS: "db1" }

const readAll = (env: Record<string, string>, flags: FlagTexts = {}) =>
  configuration(sections, flags).pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))))

describe("where a value comes from", () => {
  it.effect("a flag beats its variable, a variable its fallback, and the source is told", () =>
    Effect.gen(function* () {
      const env = { ...required, PUBSUB_PROJECT_ID: "one", GOOGLE_CLOUD_PROJECT: "two", PORT: "9000" }
      const byFlag = yield* readAll(env, { project: Option.some("zero") })
      const byVariable = yield* readAll(env)
      const byAlias = yield* readAll({ ...env, PUBSUB_PROJECT_ID: "" })
      const told = [byFlag, byVariable, byAlias].map(({ settings, sources }) => [
        Option.getOrNull(settings.pubSub.projectId),
        sources.get("PUBSUB_PROJECT_ID")
      ])
      expect(told).toEqual([
        ["zero", "--project"],
        ["one", "PUBSUB_PROJECT_ID"],
        ["two", "GOOGLE_CLOUD_PROJECT"]
      ])
    })
  )

  it.effect.each([
    [{}, 8080, false],
    [{ HTTP_PORT: "" }, 8080, false],
    [{ PORT: "9000" }, 9000, true],
    [{ PORT: "9000", HTTP_PORT: "8080" }, 8080, true],
    [{ PORT: "9000", HTTP_PORT: "0" }, 0, true]
  ] as const)("%o serves on %d; asked for: %s", ([env, port, portAsked]) =>
    Effect.gen(function* () {
      const { settings } = yield* readAll({ ...required, ...env })
      expect(settings.http).toEqual({ host: "127.0.0.1", port, portAsked })
    })
  )

  it.effect.each([
    [{ PORT: "9000" }, 1],
    [{ PORT: "9000", HTTP_HOST: "0.0.0.0" }, 0],
    [{ PORT: "9000", HTTP_PORT: "9000" }, 0],
    [{ HTTP_PORT: "9000" }, 0]
  ] as const)(
    "%o: %d warnings that a platform's port is served where the platform cannot reach it",
    ([env, count]) =>
      Effect.gen(function* () {
        const { warnings } = yield* readAll({ ...required, ...env })
        const ofPort = warnings.filter((line) => line.startsWith("PORT=9000 is what a platform sets"))
        expect(ofPort).toHaveLength(count)
        for (const line of ofPort) expect(line).toContain("set HTTP_HOST=0.0.0.0")
      })
  )

  it.effect("empty and blank texts count as missing, blanks around a value are nothing", () =>
    Effect.gen(function* () {
      const { settings, sources } = yield* readAll({
        ...required,
        PAYMENT_GRACE: "  ",
        CASSANDRA_KEYSPACE: " shop ",
        LOG_LEVEL: ""
      })
      expect(settings.processing.paymentGrace).toEqual(Duration.seconds(30))
      expect(settings.cassandra.keyspace).toBe("shop")
      expect([...sources.keys()].sort()).toEqual(["CASSANDRA_CONTACT_POINTS", "CASSANDRA_KEYSPACE"])
    })
  )

  it.effect("blanks in a password are part of it", () =>
    Effect.gen(function* () {
      const { settings } = yield* readAll({
        ...required,
        CASSANDRA_USERNAME: "ann",
        CASSANDRA_PASSWORD: " a b "
      })
      const { credentials } = settings.cassandra
      expect(
        credentials !== undefined && "password" in credentials && Redacted.value(credentials.password)
      ).toBe(" a b ")
    })
  )
})

describe("settings", () => {
  it.effect("the defaults are those of the original's names, and everything is bounded", () =>
    Effect.gen(function* () {
      const { settings, warnings } = yield* readAll(required)
      expect(warnings).toEqual([])
      expect(settings.pubSub).toEqual({
        projectId: Option.none(),
        emulatorHost: Option.none(),
        proxy: Option.none(),
        ordersTopic: "orders_data",
        ordersSubscription: "orders_data-sub",
        paymentsTopic: "payment_data",
        paymentsSubscription: "payment_data-sub",
        dlqTopic: "dlq_payments_data",
        dlqSubscription: "dlq_payments_data-sub"
      })
      expect(settings.cassandra).toEqual({
        contactPoints: ["db1"],
        localDataCenter: "datacenter1",
        keyspace: "ecom_store",
        replication: { _tag: "Simple", factor: 1 },
        consistency: "LOCAL_QUORUM",
        credentials: undefined,
        tls: undefined,
        secureBundle: undefined
      })
      expect(settings.processing).toEqual({
        maxInFlightWrites: 512,
        maxOutstandingMessages: 10_000,
        maxOutstandingBytes: 64 * 1024 * 1024,
        maxRowBytes: 1024 * 1024,
        paymentGrace: Duration.seconds(30),
        waitingRoomMax: 20_000,
        waitingRoomBytes: 64 * 1024 * 1024,
        maxRetrying: 2_000,
        redriveInterval: Duration.zero,
        shutdownTimeout: Duration.seconds(20)
      })
      expect(settings.log).toEqual({ level: "Info", format: Option.none() })
      expect(settings.telemetry).toMatchObject({ traces: Option.none(), metrics: Option.none() })
    })
  )

  it.effect("a secure bundle stands in for contact points", () =>
    Effect.gen(function* () {
      const { settings } = yield* readAll({ CASSANDRA_SECURE_BUNDLE: "b.zip" })
      expect(settings.cassandra.contactPoints).toEqual([])
      expect(settings.cassandra.secureBundle).toBe("b.zip")
    })
  )

  it.effect("a command that does not use Cassandra asks for none of its variables", () =>
    Effect.gen(function* () {
      const read = configuration({ http: sections.http, log: sections.log }).pipe(
        Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ CASSANDRA_REPLICATION: "many" })))
      )
      const result = yield* Effect.result(read)
      expect(Result.isSuccess(result)).toBe(true)
    })
  )
})
