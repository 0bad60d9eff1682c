import { assert, describe, it } from "@effect/vitest"
import type { Client } from "cassandra-driver"
import { Clock, Deferred, Duration, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { BadCredentials, CassandraError, Unreachable } from "../../../src/cassandra/CassandraError.ts"
import { renewWhenLost } from "../../../src/cassandra/internal/Renewal.ts"
import { lostMillis } from "../../../src/cassandra/Limits.ts"

const unreachable = new CassandraError({
  operation: "connect",
  reason: new Unreachable({ detail: "no host answers", hosts: [], cause: undefined })
})

const refused = new CassandraError({
  operation: "connect",
  reason: new BadCredentials({ detail: "credentials refused, or missing", cause: undefined })
})

/** A cluster that a test loses, and what was done about it. */
const watched = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const seen = { attempts: 0, replaced: 0, closed: 0 }
  const state = {
    isDisconnected: false,
    unansweredSince: undefined as number | undefined,
    connect: Effect.fail(unreachable) as Effect.Effect<void, CassandraError>
  }
  const client = {
    shutdown: () => {
      seen.closed += 1
      return Promise.resolve()
    }
  } as unknown as Client
  const fiber = yield* Effect.forkChild(
    renewWhenLost({
      connect: Effect.suspend(() => {
        seen.attempts += 1
        return Effect.as(state.connect, client)
      }),
      isDisconnected: () => state.isDisconnected,
      unansweredMillis: () =>
        state.unansweredSince === undefined ? 0 : clock.currentTimeMillisUnsafe() - state.unansweredSince,
      replaceBy: () =>
        Effect.sync(() => {
          seen.replaced += 1
          state.isDisconnected = false
          state.unansweredSince = undefined
        })
    })
  )
  const silent = () => {
    state.unansweredSince = clock.currentTimeMillisUnsafe()
  }
  return { seen, state, silent, fiber }
})

describe("renewWhenLost", () => {
  it.effect("[G4] connects anew within 10 s where no request is answered any more", () =>
    Effect.gen(function* () {
      const { seen, silent, state } = yield* watched
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(seen.attempts, 0)
      silent()
      yield* TestClock.adjust(lostMillis - 1)
      assert.strictEqual(seen.attempts, 0)
      state.connect = Effect.void
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(seen, { attempts: 1, replaced: 1, closed: 0 })
    })
  )

  it.effect(
    "[G4] connects anew within 5 s where the driver has no connection left, and tries until it can",
    () =>
      Effect.gen(function* () {
        const { seen, state } = yield* watched
        state.isDisconnected = true
        yield* TestClock.adjust("5 seconds")
        assert.isAtLeast(seen.attempts, 1)
        yield* TestClock.adjust("10 minutes")
        assert.strictEqual(seen.replaced, 0)
        // At most every 5 s on average, for the backoff is at its cap.
        assert.isAtMost(seen.attempts, 130)
        state.connect = Effect.void
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(seen.replaced, 1)
      })
  )

  it.effect("logs in a few times a minute at most while credentials are refused", () =>
    Effect.gen(function* () {
      const { seen, state } = yield* watched
      state.isDisconnected = true
      state.connect = Effect.fail(refused)
      yield* TestClock.adjust("10 minutes")
      assert.isAtMost(seen.attempts, 3 * 10)
      assert.isAtLeast(seen.attempts, 2 * 10)
    })
  )

  it.effect("throws the new connection away where the old one is answered again meanwhile", () =>
    Effect.gen(function* () {
      const { seen, silent, state } = yield* watched
      const connected = yield* Deferred.make<void>()
      state.connect = Deferred.await(connected)
      silent()
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(seen.attempts, 1)
      state.unansweredSince = undefined
      yield* Deferred.succeed(connected, undefined)
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(seen, { attempts: 1, replaced: 0, closed: 1 })
    })
  )

  it.effect("does not take a moment of this process's own standstill for a lost cluster", () =>
    Effect.gen(function* () {
      const { seen, silent, state } = yield* watched
      silent()
      yield* TestClock.adjust(lostMillis + 999)
      // The answers that had come meanwhile are read after the first look.
      state.unansweredSince = undefined
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(seen.attempts, 0)
    })
  )

  it.effect("gives a new connection its time before it is judged", () =>
    Effect.gen(function* () {
      const { seen, state } = yield* watched
      state.connect = Effect.void
      for (let turn = 0; turn < 60; turn++) {
        state.isDisconnected = true
        yield* TestClock.adjust("1 second")
      }
      assert.isAtMost(seen.replaced, 60 / Duration.toSeconds(Duration.millis(lostMillis)))
      assert.isAtLeast(seen.replaced, 5)
    })
  )

  it.effect("[G8] ends at once when it is interrupted while it connects", () =>
    Effect.gen(function* () {
      const { fiber, seen, silent, state } = yield* watched
      state.connect = Effect.never
      silent()
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(seen.attempts, 1)
      yield* Fiber.interrupt(fiber)
    })
  )
})
