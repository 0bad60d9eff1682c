import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import type { ProcessingSettings } from "../../src/ingest/ProcessingSettings.ts"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { collectedIn, type LogLine } from "../support/LogLines.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"
import {
  makeWorld,
  ordersTopic,
  type Process,
  paymentsTopic,
  processing,
  type World
} from "../support/World.ts"

/** Orders of one second at 400 messages a second; each has its payment. */
const perSecond = 200

const settled = (world: World, topic: string) =>
  Effect.map(world.pending(topic), (pending) => pending.length === 0)

/** Intake pauses soon in an outage: what is published in its middle changes nothing, and takes long to simulate. */
const isPublishing = (second: number): boolean => second < 12 || second >= 608

/** Limits at which intake pauses with little held, as that takes long to simulate too. */
const soonReached = { maxRetrying: 50, maxOutstandingMessages: 200, waitingRoomMax: 50 }

/** Runs a process for so many seconds, publishes at 400 messages a second, and lets all be settled after that. */
const linesOf = (
  seconds: number,
  eachSecond: (world: World, second: number, process: Process) => Effect.Effect<void>,
  limits: Partial<ProcessingSettings> = soonReached
) =>
  Effect.gen(function* () {
    const lines: Array<LogLine> = []
    yield* Effect.gen(function* () {
      const world = yield* makeWorld({ batchSize: 100 })
      const process = yield* world.start(limits)
      yield* pass("2 seconds")
      lines.length = 0
      for (let second = 0; second < seconds; second++) {
        yield* eachSecond(world, second, process)
        const ids = Array.from({ length: perSecond }, (_, index) => BigInt(second * perSecond + index + 1))
        if (isPublishing(second)) {
          yield* world.publishOrders(...ids.map((id) => orderOf(id)))
          yield* world.publishPayments(...ids.map((id) => paymentOf(id)))
        }
        yield* pass("1 second")
      }
      yield* eachSecond(world, seconds, process)
      yield* eventually("the orders are settled", settled(world, ordersTopic))
      yield* eventually("the payments are settled", settled(world, paymentsTopic))
      yield* pass("10 seconds")
      assert.isTrue(Object.values(yield* process.health).every(({ _tag }) => _tag === "Healthy"))
    }).pipe(Effect.provide(collectedIn(lines)))
    return lines
  })

describe("the log of a processor", () => {
  it.effect("[G4] an outage of ten minutes at 400 messages a second is a line, and its end another", () =>
    Effect.gen(function* () {
      const lines = yield* linesOf(620, (world, second) =>
        Effect.sync(() => {
          world.storeFaults.isAway = second >= 10 && second < 610
        })
      )
      assert.isAtMost(lines.length, 20, textOf(lines))
      const ofFacts = lines
        .filter(({ text }) => text.startsWith("facts: "))
        .map(({ text }) => text.split(":")[1])
      assert.strictEqual(ofFacts[0], " unavailable")
      assert.strictEqual(ofFacts.at(-1), " healthy")
      assert.isAtMost(ofFacts.length, 3, "degraded may be between them, while the last are retried")
    })
  )

  it.effect(
    "[G4] ten minutes in which the reasons alternate, and writes and pings in turn fail, as well",
    () =>
      Effect.gen(function* () {
        const lines = yield* linesOf(620, (world, second) =>
          Effect.sync(() => {
            const isOutage = second >= 10 && second < 610
            world.storeFaults.isAway = isOutage && second % 2 === 0
            world.storeFaults.isShared = true
            world.storeFaults.encounter = () => (isOutage ? "timed-out-unwritten" : "answered")
          })
        )
        assert.isAtMost(lines.length, 20, textOf(lines))
      })
  )

  it.effect("[G4] 23 rows that are stuck for ten minutes are a change of state, and none of readiness", () =>
    Effect.gen(function* () {
      const stuck = new Set(Array.from({ length: 23 }, (_, index) => BigInt(index * 90 + 7)))
      const lines = yield* linesOf(
        620,
        (world, second, process) =>
          Effect.gen(function* () {
            const isStuck = second < 600
            world.storeFaults.isShared = true
            world.storeFaults.encounter = (orderId) =>
              isStuck && stuck.has(orderId) ? "timed-out-unwritten" : "answered"
            const { facts, orders, payments } = yield* process.health
            // Intake may pause for a moment, until it is known which rows of the first requests are stuck.
            for (const { _tag } of [facts, orders, payments]) assert.notStrictEqual(_tag, "Unavailable")
          }),
        {}
      )
      const told = lines.map(({ level, text }) => `${level} ${text.slice(0, 15)}`)
      assert.deepStrictEqual(
        told.filter((line) => line.includes("facts")),
        ["Warn facts: degraded", "Info facts: healthy"]
      )
      assert.strictEqual(new Set(told).size, told.length, told.join("; "))
    })
  )

  it.effect("dead letters are named, and counted beyond 10 a second", () =>
    Effect.gen(function* () {
      const lines: Array<LogLine> = []
      yield* Effect.gen(function* () {
        const world = yield* makeWorld({ batchSize: 100 })
        const process = yield* world.start({ ...processing, paymentGrace: Duration.zero })
        yield* world.publishPayments(
          ...Array.from({ length: 40 }, (_, index) => paymentOf(BigInt(index + 1)))
        )
        yield* eventually("the payments are settled", settled(world, paymentsTopic))
        yield* process.shutDown
      }).pipe(Effect.provide(collectedIn(lines)))
      const listed = lines.filter(({ text }) => text === "dead letter: unmatched-payment")
      assert.lengthOf(listed, 10)
      assert.isTrue(
        listed.every(
          ({ annotations }) =>
            typeof annotations["orderId"] === "bigint" && typeof annotations["messageId"] === "string"
        )
      )
      assert.deepStrictEqual(
        lines.filter(({ text }) => text.startsWith("dead letters")).map(({ text }) => text),
        ["dead letters, not logged one by one: 30 unmatched-payment"]
      )
    })
  )
})

const textOf = (lines: ReadonlyArray<LogLine>): string =>
  lines.map(({ level, text }) => `${level} ${text}`).join("\n")
