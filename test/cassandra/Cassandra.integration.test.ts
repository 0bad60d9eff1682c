import { createServer } from "node:net"
import { assert, layer } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Fiber, Layer, Result, Schedule, Scope } from "effect"
import { Cassandra } from "../../src/cassandra/Cassandra.ts"
import type { CassandraSettings } from "../../src/cassandra/CassandraSettings.ts"
import { FactStore } from "../../src/facts/FactStore.ts"
import { FactStoreCassandra } from "../../src/facts/FactStoreCassandra.ts"
import { orderOf } from "../support/Samples.ts"
import { describeWith } from "../support/TestServices.ts"
import { tcpGate } from "./TcpGate.ts"
import { layerOwnKeyspace, ownKeyspace, settingsFor, testOptions } from "./TestKeyspace.ts"
import { apply } from "./TestMigrations.ts"

describeWith("cassandra")("Cassandra", () => {
  layer(Layer.empty, { excludeTestServices: true, timeout: 60_000 })("connecting", (it) => {
    it.effect.each([
      ["a wrong data centre", { localDataCenter: "nowhere" }, "WrongDataCenter", false],
      ["a keyspace that is missing", { keyspace: "no_such_keyspace" }, "KeyspaceMissing", false],
      ["TLS that the server does not speak", { tls: {} }, "TlsFailed", false],
      ["a CA file that is missing", { tls: { caFile: "/absent" } }, "SettingsRefused", false],
      ["a secure bundle that is missing", { secureBundle: "/absent.zip" }, "SettingsRefused", false],
      ["a port that is refused", { contactPoints: ["127.0.0.1:1"] }, "Unreachable", true],
      ["a host name that is unknown", { contactPoints: ["no.such.host.invalid"] }, "Unreachable", true]
    ] satisfies ReadonlyArray<[string, Partial<CassandraSettings>, string, boolean]>)(
      "names %s",
      ([_, changes, tag, isRetryable]) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(Cassandra.make(settingsFor("system", changes), testOptions))
          assert.deepStrictEqual([error.reason._tag, error.isRetryable], [tag, isRetryable])
        })
    )

    it.effect("gives up on a server that accepts and never answers, when its time is over", () =>
      Effect.gen(function* () {
        const contactPoints = [yield* silentServer]
        const options = { ...testOptions, connectTimeout: Duration.millis(300) }
        const error = yield* Effect.flip(Cassandra.make(settingsFor("system", { contactPoints }), options))
        assert.strictEqual(error.reason._tag, "Unreachable")
        assert.include(error.message, "within 300ms")
      })
    )

    it.effect("[G4] waits while nothing answers, says why, and connects once there is a cluster", () =>
      Effect.gen(function* () {
        const gate = yield* tcpGate(settingsFor("system").contactPoints[0] ?? "")
        const reported = yield* Deferred.make<string>()
        const connecting = yield* Effect.forkChild(
          Cassandra.make(settingsFor("system", { contactPoints: [gate.address] }), {
            ...testOptions,
            onUnreachable: (error) => Effect.asVoid(Deferred.succeed(reported, error.reason._tag))
          })
        )
        assert.strictEqual(yield* Deferred.await(reported), "Unreachable")
        yield* gate.open
        const cassandra = yield* Fiber.join(connecting)
        assert.deepStrictEqual(yield* cassandra.hosts, { known: 1, connected: 1 })
      })
    )

    it.effect("does not wait for what somebody has to mend", () =>
      Effect.gen(function* () {
        const onUnreachable = () => Effect.die("it waits")
        const settings = settingsFor("no_such_keyspace")
        const error = yield* Effect.flip(Cassandra.make(settings, { ...testOptions, onUnreachable }))
        assert.strictEqual(error.reason._tag, "KeyspaceMissing")
      })
    )
  })

  layer(layerOwnKeyspace, { excludeTestServices: true, timeout: 60_000 })("connected", (it) => {
    it.effect("knows one host, to which it is connected", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* (yield* Cassandra).hosts, { known: 1, connected: 1 })
      })
    )

    it.effect("[G6] far more statements than the driver would take at once all succeed", () =>
      Effect.gen(function* () {
        const cassandra = yield* Cassandra
        const query = "SELECT order_id FROM orders_payments_facts WHERE order_id = ?"
        const ids = Array.from({ length: 6_000 }, (_, at) => BigInt(at))
        yield* Effect.forEach(ids, (id) => cassandra.execute({ query, params: [id] }), {
          concurrency: "unbounded",
          discard: true
        })
      })
    )
  })

  layer(Layer.empty, { excludeTestServices: true, timeout: 60_000 })("closing and being cut off", (it) => {
    it.effect("[G1] a close waits for the writes that are at the driver, and they succeed", () =>
      Effect.gen(function* () {
        const keyspace = yield* ownKeyspace
        yield* apply(settingsFor(keyspace))
        const scope = yield* Scope.make()
        const cassandra = yield* Scope.provide(Cassandra.make(settingsFor(keyspace), testOptions), scope)
        const insert = "INSERT INTO orders_payments_facts (order_id, customer_id) VALUES (?, 1)"
        const write = (id: number) => cassandra.execute({ query: insert, params: [BigInt(id)] })
        yield* write(0)
        const ids = Array.from({ length: testOptions.maxInFlight }, (_, at) => at)
        const writes = yield* Effect.forkChild(
          Effect.forEach(ids, (id) => Effect.result(write(id)), { concurrency: "unbounded" })
        )
        yield* Effect.yieldNow
        yield* Scope.close(scope, Exit.void)
        const results = yield* Fiber.join(writes)
        assert.isTrue(results.every(Result.isSuccess))
      })
    )

    it.effect("[G4] a cluster that goes away is an outage, and back again needs no restart", () =>
      Effect.gen(function* () {
        const keyspace = yield* ownKeyspace
        yield* apply(settingsFor(keyspace))
        const gate = yield* tcpGate(settingsFor(keyspace).contactPoints[0] ?? "")
        yield* gate.open
        const connected = Cassandra.layer(
          settingsFor(keyspace, { contactPoints: [gate.address] }),
          testOptions
        )
        yield* Effect.gen(function* () {
          const facts = yield* FactStore
          assert.deepStrictEqual((yield* facts.storeOrders(writes)).map(Result.isSuccess), [true, true])
          yield* gate.shut
          const cut = yield* facts.storeOrders(writes)
          const reasons = cut.map((answer) => Result.getOrThrow(Result.flip(answer)).reason._tag)
          assert.deepStrictEqual(reasons, ["FactStoreUnavailable", "FactStoreUnavailable"])
          yield* gate.open
          // A ping may be answered while other connections of the pool are still being opened.
          const stored = Effect.map(facts.storeOrders(writes), (answers) => answers.every(Result.isSuccess))
          const isBack = yield* Effect.repeat(stored, {
            until: (isStored) => isStored,
            schedule: Schedule.spaced("50 millis")
          })
          assert.isTrue(isBack)
        }).pipe(Effect.provide(FactStoreCassandra.layer.pipe(Layer.provide(connected))))
      })
    )
  })
})

const silentServer = Effect.map(
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer(() => {}).listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.close())
  ),
  (server) => {
    const address = server.address()
    return `127.0.0.1:${typeof address === "object" ? address?.port : 0}`
  }
)

const writes = [1n, 2n].map((id) => ({ order: orderOf(id), version: 1_000n }))
