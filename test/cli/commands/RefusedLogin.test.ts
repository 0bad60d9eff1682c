import { assert, describe, it } from "@effect/vitest"
import { Cause, Duration, Effect, Exit, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import { Cassandra, type LoginRefusal } from "../../../src/cassandra/Cassandra.ts"
import { BadCredentials, CassandraError } from "../../../src/cassandra/CassandraError.ts"
import { untilLoginRefused } from "../../../src/cli/commands/RefusedLogin.ts"
import { exitCodeOf } from "../../../src/cli/Failure.ts"

const error = new CassandraError({
  operation: "connect",
  reason: new BadCredentials({ detail: "credentials refused, or missing", cause: undefined })
})

/** Watches a cluster whose logins are refused as told, for so long. */
const watched = (refusalAt: (seconds: number) => LoginRefusal | undefined) =>
  Effect.gen(function* () {
    let seconds = 0
    const lines: Array<string> = []
    const logger = Logger.make<unknown, void>(({ message }) => void lines.push(String(message)))
    const cassandra = Layer.mock(Cassandra, {
      inFlight: () => 0,
      inFlightLimit: () => 1,
      replicasOf: () => undefined,
      preferredOf: () => undefined,
      coordinators: () => [],
      silentHosts: () => [],
      loginRefusal: Effect.sync(() => refusalAt(seconds))
    })
    const watching = yield* Effect.forkChild(
      untilLoginRefused.pipe(Effect.provide(Layer.merge(cassandra, Logger.layer([logger]))))
    )
    const pass = (count: number) =>
      Effect.forEach(Array.from({ length: count }), () => {
        seconds++
        return TestClock.adjust(Duration.seconds(1))
      })
    return { lines, pass, exit: () => watching.pollUnsafe() }
  })

describe("a process whose credentials are refused while it runs", () => {
  it.effect("[G4] says so once, and ends with exit 2 after 5 minutes in which nothing else was heard", () =>
    Effect.gen(function* () {
      const { exit, lines, pass } = yield* watched((seconds) =>
        seconds < 10 ? undefined : { error, millis: (seconds - 10) * 1000 }
      )
      yield* pass(300)
      assert.isUndefined(exit())
      assert.deepStrictEqual(lines, [
        "Cassandra, connect: credentials refused, or missing; tried again a few times a minute, and given up after 5 minutes"
      ])
      yield* pass(20)
      const ended = exit()
      assert.isTrue(ended !== undefined && Exit.isFailure(ended))
      const cause = ended !== undefined && Exit.isFailure(ended) ? ended.cause : Cause.empty
      assert.strictEqual(Cause.squash(cause), error)
      assert.strictEqual(exitCodeOf(cause), 2)
    })
  )

  it.effect("[G4] goes on where something else is heard in between, and says it again the next time", () =>
    Effect.gen(function* () {
      const { exit, lines, pass } = yield* watched((seconds) => {
        const since = seconds % 300
        return since < 20 ? undefined : { error, millis: (since - 20) * 1000 }
      })
      yield* pass(1_200)
      assert.isUndefined(exit())
      assert.lengthOf(lines, 4)
    })
  )
})
