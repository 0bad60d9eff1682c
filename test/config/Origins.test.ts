import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Option, Result } from "effect"
import { configuration } from "../../src/config/Configuration.ts"
import { readOrigins } from "../../src/config/Origins.ts"
import { sections } from "../../src/config/Sections.ts"
import { looksLikeOurs, similarVariable } from "../../src/config/VariableNames.ts"

const originsOf = (
  environment: Readonly<Record<string, string>>,
  flags: Readonly<Record<string, Option.Option<string>>> = {}
) =>
  readOrigins(sections, flags).pipe(
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(environment))),
    Effect.map((origins) => (name: string) => origins.find((origin) => origin.name === name))
  )

describe("where a setting came from", () => {
  it.effect("is its flag, its variable, an alias or the default, in this order", () =>
    Effect.gen(function* () {
      const environment = { CASSANDRA_KEYSPACE: "shop", PORT: "81", GCLOUD_PROJECT: "p", LOG_LEVEL: " " }
      const origin = yield* originsOf(environment, { "cassandra-keyspace": Option.some("other") })
      assert.deepInclude(origin("CASSANDRA_KEYSPACE"), {
        value: "other",
        kind: "flag",
        from: "--cassandra-keyspace"
      })
      assert.deepInclude(origin("HTTP_PORT"), { value: "81", kind: "alias", from: "PORT" })
      assert.deepInclude(origin("PUBSUB_PROJECT_ID"), { kind: "alias", from: "GCLOUD_PROJECT" })
      assert.deepInclude(origin("LOG_LEVEL"), { value: "Info", kind: "default", from: undefined })
    })
  )

  it.effect("is told of a secret too, but not the secret", () =>
    Effect.gen(function* () {
      const origin = yield* originsOf({ CASSANDRA_PASSWORD: "pa55w0rd", https_proxy: "http://me:pa55w0rd@x" })
      for (const name of ["CASSANDRA_PASSWORD", "grpc_proxy"]) {
        assert.isUndefined(origin(name)?.value)
        assert.notInclude(JSON.stringify(origin(name)), "pa55w0rd")
        assert.notStrictEqual(origin(name)?.kind, "default")
      }
    })
  )

  it.effect.each<readonly [written: string, shown: string]>([
    ["http://u:s3cretpw@h:4318", "http://(hidden)@h:4318"],
    ["http://u:s3cret@pw@h:4318/v1", "http://(hidden)@h:4318/v1"],
    ["http://u:s3cret/pw@h", "http://(hidden)@h"],
    ["http://u:s3cret pw@h", "http://(hidden)@h"],
    ["u:s3cretpw@h:4318", "(hidden)@h:4318"],
    ["http://h:4318", "http://h:4318"]
  ])("is told of the address %s, as %s", ([written, shown]) =>
    Effect.gen(function* () {
      const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: written }
      const origin = yield* originsOf(environment)
      assert.strictEqual(origin("OTEL_EXPORTER_OTLP_ENDPOINT")?.value, shown)
      const read = yield* Effect.result(
        configuration({ telemetry: sections.telemetry }, {}).pipe(
          Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(environment)))
        )
      )
      const told = Result.isSuccess(read) ? read.success.shown.flat() : read.failure.problems
      assert.include(told.join(" "), shown)
      assert.notMatch(told.join(" "), /s3cret|pw/)
    })
  )
})

describe("a name that is no variable", () => {
  it.each([
    ["CASSANDRA_CONTACTPOINTS", "CASSANDRA_CONTACT_POINTS"],
    ["CASANDRA_KEYSPACE", "CASSANDRA_KEYSPACE"],
    ["PUBSUB_ORDER_TOPIC", "PUBSUB_ORDERS_TOPIC"],
    ["MAX_INFLIGHT_WRITES", "MAX_IN_FLIGHT_WRITES"],
    ["payment_grace", "PAYMENT_GRACE"],
    ["HTTP_PORTS", "HTTP_PORT"],
    ["HTTP_PORT", undefined],
    ["PATH", undefined],
    ["HOME", undefined],
    ["PORTS", undefined],
    ["HTTP_SPORT1", undefined],
    ["KUBERNETES_PORT", undefined]
  ])("%s may mean %s", (name, meant) => {
    assert.strictEqual(similarVariable(name), meant)
  })

  it("looks like one of ours by its beginning, unless Kubernetes made it of a service", () => {
    assert.isTrue(looksLikeOurs("CASSANDRA_DC"))
    for (const name of [
      "CASSANDRA_SERVICE_HOST",
      "CASSANDRA_PORT_9042_TCP_ADDR",
      "CASSANDRA_PORT",
      "NODE_OPTIONS"
    ])
      assert.isFalse(looksLikeOurs(name), name)
  })
})
