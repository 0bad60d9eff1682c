import { describe, expect, it } from "@effect/vitest"
import { ConfigProvider, Duration, Effect, Option, Redacted, Result, Runtime } from "effect"
import { configuration, type FlagTexts } from "../../src/config/Configuration.ts"
import { sections } from "../../src/config/Sections.ts"
import type { Variable } from "../../src/config/Variable.ts"

const required = { CASSANDRA_CONTACT_POINTS: "db1" }

const readAll = (env: Record<string, string>, flags: FlagTexts = {}) =>
  configuration(sections, flags).pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))))

const problemsOf = (env: Record<string, string>, flags: FlagTexts = {}) =>
  Effect.map(Effect.flip(readAll(env, flags)), (error) => error.problems)

/** For every variable: a text it refuses. */
const malformed: Record<string, string> = {
  PUBSUB_PROJECT_ID: "my project",
  PUBSUB_EMULATOR_HOST: "http://localhost:8085",
  PUBSUB_ORDERS_TOPIC: "or",
  PUBSUB_ORDERS_SUBSCRIPTION: "projects/p/topics/orders",
  PUBSUB_PAYMENTS_TOPIC: "goog-payments",
  PUBSUB_PAYMENTS_SUBSCRIPTION: "1payments",
  PUBSUB_DLQ_TOPIC: "dead letters",
  PUBSUB_DLQ_SUBSCRIPTION: "projects//subscriptions/dlq",
  CASSANDRA_CONTACT_POINTS: "db1:99999",
  CASSANDRA_LOCAL_DATACENTER: "dc'1",
  CASSANDRA_KEYSPACE: "shop; DROP TABLE x",
  CASSANDRA_REPLICATION: "dc1:0",
  CASSANDRA_CONSISTENCY: "MOST",
  CASSANDRA_TLS: "perhaps",
  CASSANDRA_TLS_CA: "a\0b",
  CASSANDRA_SECURE_BUNDLE: "a\0b",
  MAX_IN_FLIGHT_WRITES: "2048",
  MAX_OUTSTANDING_MESSAGES: "1e4",
  MAX_OUTSTANDING_BYTES: "1MiB",
  MAX_ROW_BYTES: "64M",
  PAYMENT_GRACE: "30",
  WAITING_ROOM_MAX: "0",
  WAITING_ROOM_BYTES: "lots",
  MAX_RETRYING: "-1",
  SHUTDOWN_TIMEOUT: "Infinity",
  HTTP_HOST: "localhost:8080",
  HTTP_PORT: "65536",
  LOG_LEVEL: "loud",
  LOG_FORMAT: "xml",
  OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4318"
}

const variables = Object.values(sections).flatMap(
  (section): ReadonlyArray<Variable<unknown>> => Object.values(section.variables)
)

/** Any text is a legal user name, password. */
const takesAnything = ["CASSANDRA_USERNAME", "CASSANDRA_PASSWORD"]

describe("one clear line for what is malformed", () => {
  it("there is a malformed text for every variable that can refuse one", () => {
    const names = variables.map((variable) => variable.doc.name)
    expect([...Object.keys(malformed), ...takesAnything].sort()).toEqual(names.toSorted())
  })

  for (const variable of variables.filter(({ doc }) => !takesAnything.includes(doc.name))) {
    const { name } = variable.doc
    const text = malformed[name] ?? ""

    it.effect(
      `${name}="${JSON.stringify(text).slice(1, -1)}" is refused, with what is allowed and an example`,
      () =>
        Effect.gen(function* () {
          expect(yield* problemsOf({ ...required, [name]: text })).toEqual([
            `${name} is "${text}": must be ${variable.allowed}. Example: ${name}=${variable.example}`
          ])
        })
    )

    it.effect(`--${variable.flag} is refused under the flag's name`, () =>
      Effect.gen(function* () {
        expect(yield* problemsOf(required, { [variable.flag]: Option.some(text) })).toEqual([
          `--${variable.flag} is "${text}": must be ${variable.allowed}. ` +
            `Example: --${variable.flag} ${variable.example}`
        ])
      })
    )
  }

  it("every example and every default is legal itself", () => {
    for (const variable of variables) {
      expect(variable.decode(variable.example), variable.doc.name).toSatisfy(Option.isSome)
      expect(variable.whenMissing, variable.doc.name).toSatisfy(Option.isSome)
    }
  })

  it.effect("all problems of all sections are told at once, and the exit code is 2", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        readAll({ LOG_LEVEL: "loud", PAYMENT_GRACE: "soon", CASSANDRA_USERNAME: "ann", HTTP_PORT: "http" })
      )
      const named = error.message.split("\n").map((line) => line.split(" ")[0])
      expect(named).toEqual([
        "CASSANDRA_CONTACT_POINTS",
        "CASSANDRA_USERNAME",
        "PAYMENT_GRACE",
        "HTTP_PORT",
        "LOG_LEVEL"
      ])
      expect(Runtime.getErrorExitCode(error)).toBe(2)
    })
  )

  it.effect("a value of many lines stays one short line", () =>
    Effect.gen(function* () {
      const [problem = ""] = yield* problemsOf({ ...required, CASSANDRA_KEYSPACE: "x".repeat(10_000) })
      expect(problem.length).toBeLessThan(300)
    })
  )
})

describe("what values have to do with one another", () => {
  const broken: ReadonlyArray<readonly [title: string, env: Record<string, string>, line: RegExp]> = [
    [
      "no contact points and no bundle",
      {},
      /^CASSANDRA_CONTACT_POINTS is missing: .*Example: CASSANDRA_CONTACT_POINTS=/
    ],
    [
      "a bundle beside contact points",
      { ...required, CASSANDRA_SECURE_BUNDLE: "b.zip" },
      /^CASSANDRA_CONTACT_POINTS and CASSANDRA_SECURE_BUNDLE exclude each other/
    ],
    [
      "a bundle beside TLS",
      { CASSANDRA_SECURE_BUNDLE: "b.zip", CASSANDRA_TLS: "true" },
      /^CASSANDRA_TLS and CASSANDRA_SECURE_BUNDLE exclude each other/
    ],
    [
      "a bundle beside a CA",
      { CASSANDRA_SECURE_BUNDLE: "b.zip", CASSANDRA_TLS_CA: "ca.pem" },
      /^CASSANDRA_TLS_CA and CASSANDRA_SECURE_BUNDLE exclude each other/
    ],
    [
      "a CA without TLS",
      { ...required, CASSANDRA_TLS_CA: "ca.pem" },
      /^CASSANDRA_TLS_CA is given, but TLS is off/
    ],
    [
      "a user name without a password",
      { ...required, CASSANDRA_USERNAME: "ann" },
      /^CASSANDRA_USERNAME is given without a password/
    ],
    [
      "a password without a user name",
      { ...required, CASSANDRA_PASSWORD: "hunter2" },
      /^CASSANDRA_PASSWORD is given without a user name/
    ],
    [
      "two streams on one subscription",
      { ...required, PUBSUB_PAYMENTS_SUBSCRIPTION: "orders_data-sub" },
      /^PUBSUB_ORDERS_SUBSCRIPTION, .*"orders_data-sub" is given twice/
    ],
    [
      "dead letters published where payments are read",
      { ...required, PUBSUB_DLQ_TOPIC: "payment_data" },
      /^PUBSUB_ORDERS_TOPIC, .*"payment_data" is given twice/
    ]
  ]

  for (const [title, env, line] of broken) {
    it.effect(`${title} is refused in one line`, () =>
      Effect.gen(function* () {
        const problems = yield* problemsOf(env)
        expect(problems).toEqual([expect.stringMatching(line)])
      })
    )
  }

  it.effect("a relation is not judged by a value that could not be read", () =>
    Effect.gen(function* () {
      const problems = yield* problemsOf({
        ...required,
        CASSANDRA_TLS: "perhaps",
        CASSANDRA_TLS_CA: "ca.pem"
      })
      expect(problems).toEqual([expect.stringContaining("CASSANDRA_TLS is")])
    })
  )

  it.effect("a secret is in no problem, and not in the settings as they print", () =>
    Effect.gen(function* () {
      const problems = yield* problemsOf({ CASSANDRA_PASSWORD: "hunter2", LOG_LEVEL: "loud" })
      expect(problems.join("\n")).not.toContain("hunter2")
      const { settings } = yield* readAll({
        ...required,
        CASSANDRA_USERNAME: "ann",
        CASSANDRA_PASSWORD: "hunter2"
      })
      expect(JSON.stringify(settings)).not.toContain("hunter2")
    })
  )

  it.effect.each([
    ["1ms", 1],
    ["24.999s", 1],
    ["0", 0],
    ["25s", 0],
    ["30s", 0]
  ] as const)(
    "[G5] PAYMENT_GRACE=%s gives %d warnings: it must outlast the leases of a killed process, or be off",
    ([text, count]) =>
      Effect.gen(function* () {
        const { warnings } = yield* readAll({ ...required, PAYMENT_GRACE: text })
        expect(warnings.filter((line) => line.startsWith("PAYMENT_GRACE is below 25s"))).toHaveLength(count)
        expect(warnings).toHaveLength(count)
      })
  )
})

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
      const credentials = Option.getOrThrow(settings.cassandra.credentials)
      expect(Redacted.value(credentials.password)).toBe(" a b ")
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
        credentials: Option.none(),
        tls: Option.none(),
        secureBundle: Option.none()
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
        shutdownTimeout: Duration.seconds(20)
      })
      expect(settings.log).toEqual({ level: "Info", format: Option.none() })
      expect(settings.telemetry).toEqual({ endpoint: Option.none() })
    })
  )

  it.effect("a secure bundle stands in for contact points", () =>
    Effect.gen(function* () {
      const { settings } = yield* readAll({ CASSANDRA_SECURE_BUNDLE: "b.zip" })
      expect(settings.cassandra.contactPoints).toEqual([])
      expect(settings.cassandra.secureBundle).toEqual(Option.some("b.zip"))
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
