import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Redacted, Result } from "effect"
import { Cassandra } from "../../src/cassandra/Cassandra.ts"
import type { CassandraSettings } from "../../src/cassandra/CassandraSettings.ts"
import {
  guardrailsOf,
  readClockOffset,
  readRights,
  readServerSettings
} from "../../src/cassandra/ServerState.ts"
import { cassandraServer } from "../support/CassandraServer.ts"
import { describeWith } from "../support/TestServices.ts"
import { settingsFor, testOptions } from "./TestKeyspace.ts"

const shared = Layer.effect(
  Cassandra,
  Effect.suspend(() => Cassandra.make(settingsFor("system"), testOptions))
)

const as = (settings: CassandraSettings, username: string) => ({
  ...settings,
  credentials: { username, password: Redacted.make(username) }
})

describeWith("cassandra")("the state of the servers", () => {
  layer(shared, { excludeTestServices: true, timeout: 60_000 })("on a real Cassandra", (it) => {
    it.effect("each node has a data centre and a version", () =>
      Effect.gen(function* () {
        const [node, ...others] = yield* (yield* Cassandra).nodes
        assert.lengthOf(others, 0)
        assert.deepInclude(node, { dataCenter: settingsFor("system").localDataCenter, isUp: true })
        assert.match(node?.releaseVersion ?? "", /^\d+\.\d+/)
      })
    )

    it.effect("the settings are there, and no guardrail that refuses ordinary rows", () =>
      Effect.gen(function* () {
        const settings = Result.getOrThrow(yield* readServerSettings(yield* Cassandra))
        assert.isTrue(settings.has("minimum_timestamp_fail_threshold"))
        assert.strictEqual(settings.get("cluster_name") === undefined, false)
        const guardrails = guardrailsOf(settings)
        assert.include(
          guardrails.map(({ name }) => name),
          "batch_size"
        )
        assert.notInclude(
          guardrails.map(({ name }) => name),
          "minimum_timestamp"
        )
      })
    )

    it.effect("the clock is near ours: both run on one machine", () =>
      Effect.gen(function* () {
        const offset = Result.getOrThrow(yield* readClockOffset(yield* Cassandra))
        assert.isAtMost(Math.abs(offset.millis), offset.uncertaintyMillis + 5)
      })
    )

    it.effect("what a role may do is unknown to who is not logged in", () =>
      Effect.gen(function* () {
        const rights = yield* readRights(yield* Cassandra, "cassandra")
        assert.strictEqual(Result.getOrThrow(Result.flip(rights)).why, "forbidden")
      })
    )
  })

  layer(Layer.empty, { excludeTestServices: true, timeout: 240_000 })("with authorization", (it) => {
    it.effect("a role sees what it may do, and not what another may", () =>
      Effect.gen(function* () {
        const server = yield* cassandraServer({
          heap: "768m",
          yaml: { authenticator: "PasswordAuthenticator", authorizer: "CassandraAuthorizer" }
        })
        const settings = settingsFor("system", { contactPoints: [server.address] })
        const root = yield* Cassandra.make(as(settings, "cassandra"), testOptions)
        const run = (query: string) => root.execute({ query, params: [] }, { prepare: false })
        yield* run(
          "CREATE KEYSPACE shop WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}"
        )
        yield* run("CREATE ROLE writer WITH PASSWORD = 'writer' AND LOGIN = true")
        yield* run("GRANT MODIFY ON KEYSPACE shop TO writer")
        const writer = yield* Cassandra.make(as(settings, "writer"), testOptions)
        assert.deepStrictEqual(
          yield* readRights(writer, "writer"),
          Result.succeed({
            isSuperuser: false,
            grants: [{ resource: "<keyspace shop>", permission: "MODIFY" }]
          })
        )
        assert.isTrue(Result.getOrThrow(yield* readRights(root, "cassandra")).isSuperuser)
        const other = yield* readRights(writer, "cassandra")
        assert.strictEqual(Result.getOrThrow(Result.flip(other)).why, "forbidden")
      })
    )
  })
})
