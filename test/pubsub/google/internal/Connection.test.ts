/** How the subscriber knows that somebody is there. Shown by the scripted server only. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { caughtUpAfterMillis } from "../../../../src/ingest/Limits.ts"
import { Connection } from "../../../../src/pubsub/google/internal/Connection.ts"
import {
  connectionAnswerSeconds,
  connectionProofMillis,
  connectionRenewSeconds,
  deadStreamSeconds,
  leaseSeconds
} from "../../../../src/pubsub/Limits.ts"
import type { Subscription } from "../../../../src/pubsub/Subscriber.ts"
import { pass } from "../../../../src/testing/VirtualTime.ts"
import { collectedIn, type LogLine } from "../../../support/LogLines.ts"
import {
  holding,
  later,
  onTheWire,
  type SubscriberOptions,
  subscriber,
  unavailable,
  until
} from "../ScriptedSubscriber.ts"

describe("a connection to a scripted server", () => {
  it.effect("[G5] quiet is proved by asking, at most once in 3 s, and only for who wants a word", () =>
    Effect.gen(function* () {
      const { server, open } = yield* idle()
      for (let second = 0; second < 20; second++) {
        yield* told(open)
        yield* seconds(1)
      }
      assert.strictEqual(server.lookups, 0)
      const quiet = yield* readFor(30, open)
      assert.isAtMost(server.lookups, 30 / (connectionProofMillis / 1000) + 1)
      assert.isAbove(quiet, 20_000)
    })
  )

  it.effect.each([
    [7, "permission denied"],
    [12, "unimplemented"]
  ] as const)("[G5] an answer of status %i, %s, proves quiet as well as any", ([code, details]) =>
    Effect.gen(function* () {
      const { open } = yield* idle({ script: { lookup: () => ({ code, details }) } })
      assert.isAtLeast(yield* readFor(10, open), caughtUpAfterMillis)
    })
  )

  it.effect.each([
    ["unavailable", unavailable],
    ["a subscription that is not there", { code: 5, details: "not found" }],
    ["a quota that is used up", { code: 8, details: "quota used up" }],
    ["a failure of the server", { code: 13, details: "internal" }],
    ["a token that was not to be had", { code: 2, details: "Getting metadata from plugin failed: 503" }],
    ["silence", "silence"]
  ] as const)("[G5] %s proves nothing: it never looks quiet", ([, answer]) =>
    Effect.gen(function* () {
      const { server, open } = yield* idle({ script: { lookup: () => answer } })
      assert.strictEqual(yield* readFor(10, open), 0)
      assert.isAbove(server.lookups, 0)
      assert.isBelow(server.lookups, 10 / (connectionProofMillis / 1000) + 1)
    })
  )

  it.effect(
    "[G5] while a call has no answer it is not connected, and quiet starts anew when there is one",
    () =>
      Effect.gen(function* () {
        const { server, open, received } = yield* holding(1, { script: { acknowledge: () => "silence" } })
        const acking = yield* Effect.forkChild(open.ack(received))
        yield* until("the request", () => server.acknowledged.length === 1)
        yield* later(connectionAnswerSeconds + 0.1)
        const { connected, trouble, quietMillis } = yield* told(open)
        // Before anything is asserted: a server left silent would have the test wait for its end.
        server.answerAll()
        yield* onTheWire
        const answered = yield* told(open)
        yield* until("the answer", () => acking.pollUnsafe() !== undefined)
        assert.deepStrictEqual({ connected, quietMillis }, { connected: false, quietMillis: 0 })
        assert.include(trouble, "unanswered")
        assert.deepInclude(answered, { connected: true, trouble: "", quietMillis: 0 })
        assert.deepStrictEqual(yield* Fiber.join(acking), { done: 1, lost: [] })
      })
  )

  it.effect("after 10 s without a word, although asked, everything moves to a new connection", () =>
    Effect.gen(function* () {
      const { server, open } = yield* idle({ script: { lookup: () => "silence" } })
      const before = [...server.streams]
      yield* readFor(connectionRenewSeconds + connectionProofMillis / 1000 + 2, open)
      yield* until("new streams", () => server.streams.length === 2 * before.length)
      assert.isTrue(before.every(({ isLeft }) => isLeft))
      assert.strictEqual(server.streams.length, 2 * before.length)
      server.script = {}
      // What was sent into the dead streams comes again first.
      assert.strictEqual(yield* readFor(deadStreamSeconds + leaseSeconds, open), 0)
      assert.isAtLeast(yield* readFor(15, open), caughtUpAfterMillis)
    })
  )

  it.effect("[G5] a call that fails on this side, for want of a token, is no word of the server", () =>
    Effect.gen(function* () {
      const client = { close: () => Promise.resolve() }
      const connection = new Connection(client, () => Promise.resolve(client), yield* Clock.Clock, {
        answerMillis: connectionAnswerSeconds * 1000,
        renewMillis: connectionRenewSeconds * 1000
      })
      const ask = (code: number, details: string) =>
        Effect.exit(
          Effect.tryPromise(() =>
            connection.ask(() => Promise.reject(Object.assign(new Error(details), { code, details })))
          )
        )
      for (const code of [2, 7, 16]) {
        yield* ask(code, "Getting metadata from plugin failed with error: invalid_grant")
        assert.strictEqual(connection.heardAt, Number.NEGATIVE_INFINITY)
      }
      yield* ask(16, "Request had invalid authentication credentials")
      assert.isAbove(connection.heardAt, Number.NEGATIVE_INFINITY)
    })
  )

  it.effect("a client that is there only after its time is closed, and not used", () =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const clients: Array<{ isClosed: boolean; readonly close: () => Promise<void> }> = []
      const client = () => {
        const made = {
          isClosed: false,
          close: async () => {
            made.isClosed = true
          }
        }
        clients.push(made)
        return made
      }
      let arrive: (() => void) | undefined
      const open = () =>
        new Promise<ReturnType<typeof client>>((resolve) => {
          if (arrive === undefined) arrive = () => resolve(client())
          else resolve(client())
        })
      const connection = new Connection(client(), open, clock, {
        answerMillis: connectionAnswerSeconds * 1000,
        renewMillis: connectionRenewSeconds * 1000
      })
      yield* Effect.forkChild(connection.watch)
      void connection.ask(() => new Promise<void>(() => {}))
      yield* until("the first opening", () => arrive !== undefined)
      yield* until("the second opening", () => connection.client !== clients[0])
      arrive?.()
      yield* until("the end of the late client", () => clients[2]?.isClosed === true)
      assert.strictEqual(connection.client, clients[1])
      assert.deepStrictEqual(
        clients.map(({ isClosed }) => isClosed),
        [true, false, true]
      )
    })
  )

  it.effect("[G4] silent for ten minutes, it is replaced again and again, and that is told twice", () =>
    Effect.gen(function* () {
      const lines: Array<LogLine> = []
      const clock = yield* Clock.Clock
      const open = async () => ({ close: async () => {} })
      const connection = new Connection(yield* Effect.promise(open), open, clock, {
        answerMillis: connectionAnswerSeconds * 1000,
        renewMillis: connectionRenewSeconds * 1000
      })
      yield* Effect.forkChild(connection.watch).pipe(Effect.provide(collectedIn(lines, "Debug")))
      for (let second = 0; second < 600; second++) {
        void connection.ask(() => new Promise<void>(() => {}))
        yield* pass("1 second")
      }
      const linesAt = (level: string) => lines.filter((line) => line.level === level)
      assert.isAbove(linesAt("Debug").length, 30)
      assert.lengthOf(linesAt("Info"), 2)
    })
  )
})

/** A subscriber whose streams are open, and to which nobody sends anything. */
const idle = (options: SubscriberOptions = {}) =>
  Effect.gen(function* () {
    const idling = yield* subscriber(options)
    yield* until("the streams", () => idling.server.streams.length === 4)
    return idling
  })

/** Lets seconds pass one by one, with the wire's moments in between. */
const seconds = (count: number) =>
  Effect.forEach(Array.from({ length: count }), () => Effect.andThen(later(1), onTheWire), { discard: true })

/** Status and progress. */
const told = (open: Subscription) =>
  Effect.zipWith(open.status, open.progress ?? Effect.die("no progress"), (status, progress) => ({
    ...status,
    ...progress
  }))

/** Asks for a word and reads the status once a second; answers the longest quiet it ever told of. */
const readFor = (count: number, open: Subscription) =>
  Effect.gen(function* () {
    let longest = 0
    for (let second = 0; second < count; second++) {
      yield* open.probe
      longest = Math.max(longest, (yield* told(open)).quietMillis)
      yield* seconds(1)
    }
    return Math.max(longest, (yield* told(open)).quietMillis)
  })
