import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber } from "effect"
import { Cassandra, type Statement } from "../../../src/cassandra/Cassandra.ts"
import { CassandraError, TimedOut } from "../../../src/cassandra/CassandraError.ts"
import { migrationRecord } from "../../../src/cassandra/internal/MigrationRecord.ts"
import { pass } from "../../../src/testing/VirtualTime.ts"

/** A cluster that answers each statement on the lock as told, and remembers them. */
const clusterThat = (answers: (statement: Statement) => Effect.Effect<boolean, CassandraError>) => {
  const verbs: Array<string> = []
  const cassandra = Cassandra.of({
    execute: (statement) =>
      Effect.suspend(() => {
        verbs.push(statement.query.split(" ", 1)[0] ?? "")
        return Effect.map(answers(statement), (applied) => ({
          rows: [{ "[applied]": applied, checksum: "another" }],
          next: undefined
        }))
      }),
    executeAll: () => Effect.die("not asked"),
    replicasOf: () => undefined,
    preferredOf: () => undefined,
    coordinators: () => [],
    silentHosts: () => [],
    inFlight: () => 0,
    inFlightLimit: () => 1,
    hosts: Effect.succeed({ known: 1, connected: 1 }),
    nodes: Effect.succeed([]),
    loginRefusal: Effect.undefined
  })
  return { cassandra, verbs }
}

describe("MigrationRecord", () => {
  it.effect("[G8] whoever waits for another's lock is interrupted at once, and leaves no lock", () =>
    Effect.gen(function* () {
      const { cassandra, verbs } = clusterThat(() => Effect.succeed(false))
      const waiting = yield* Effect.forkChild(migrationRecord(cassandra, "record").holdingLock(Effect.void))
      yield* pass("2 seconds")
      const interruption = yield* Effect.forkChild(Fiber.interrupt(waiting))
      yield* pass("100 millis")
      assert.isDefined(interruption.pollUnsafe())
      assert.strictEqual(verbs.at(-1), "DELETE")
    })
  )

  it.effect("a lock whose answer was lost is released: it may have been taken all the same", () =>
    Effect.gen(function* () {
      const lost = new CassandraError({
        operation: "execute",
        reason: new TimedOut({ detail: "no answer", cause: undefined })
      })
      const { cassandra, verbs } = clusterThat(({ query }) =>
        query.startsWith("INSERT") ? Effect.fail(lost) : Effect.succeed(true)
      )
      const exit = yield* Effect.exit(migrationRecord(cassandra, "record").holdingLock(Effect.void))
      assert.deepStrictEqual(exit, Exit.fail(lost))
      assert.deepStrictEqual(verbs, ["INSERT", "DELETE"])
    })
  )

  it.effect("[G6] a process that waits for the lock without a pause gives up as well", () =>
    Effect.gen(function* () {
      const { cassandra } = clusterThat(() => Effect.succeed(false))
      const lock = { life: Duration.seconds(1), retryEvery: Duration.zero }
      const waiting = yield* Effect.forkChild(
        Effect.flip(migrationRecord(cassandra, "record", lock).holdingLock(Effect.void))
      )
      yield* pass("3 seconds")
      assert.isDefined(waiting.pollUnsafe())
    })
  )
})
