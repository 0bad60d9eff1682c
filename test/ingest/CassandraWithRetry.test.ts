import { createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Layer } from "effect"
import { CassandraError } from "../../src/cassandra/CassandraError.ts"
import { layerCassandraWithRetry } from "../../src/ingest/CassandraWithRetry.ts"
import { Health, type HealthState } from "../../src/telemetry/Health.ts"
import { Watchdogs } from "../../src/telemetry/Watchdogs.ts"

/** A port on which nothing listens any more. */
const refusedPort = Effect.callback<number>((resume) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const address = server.address()
    const port = typeof address === "object" ? (address?.port ?? 0) : 0
    server.close(() => resume(Effect.succeed(port)))
  })
})

describe("layerCassandraWithRetry", () => {
  it.live("[G4] while nothing answers it goes on trying, and health says why", () =>
    Effect.gen(function* () {
      const told = yield* Deferred.make<readonly [string, HealthState]>()
      const again = yield* Deferred.make<void>()
      const health = Layer.mock(Health, {
        watchdogs: new Watchdogs(),
        current: () => assert.fail("not asked"),
        set: (part, state) =>
          Effect.gen(function* () {
            const isFirst = yield* Deferred.succeed(told, [part, state])
            if (!isFirst) yield* Deferred.succeed(again, undefined)
          })
      })
      const port = yield* refusedPort
      const cassandra = layerCassandraWithRetry(
        { contactPoints: [`127.0.0.1:${port}`], localDataCenter: "datacenter1", keyspace: "shop" },
        { connectBackoff: { baseMillis: 1, capMillis: 1, jitter: 0 }, connectTimeout: Duration.seconds(20) }
      )
      yield* Effect.forkScoped(Layer.build(cassandra.pipe(Layer.provide(health))))
      const [part, state] = yield* Deferred.await(told)
      assert.strictEqual(part, "facts")
      if (state._tag !== "Unavailable") return assert.fail(state._tag)
      assert.match(state.reason, /^Cassandra, connect: no host answers/)
      assert.instanceOf(state.error, CassandraError)
      yield* Deferred.await(again)
    }).pipe(Effect.scoped)
  )
})
