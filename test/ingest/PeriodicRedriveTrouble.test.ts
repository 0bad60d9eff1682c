import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import type { FactStore } from "../../src/facts/FactStore.ts"
import { rateGrantsASecond, redriveRate } from "../../src/ingest/Limits.ts"
import type { PubSubAdmin } from "../../src/pubsub/PubSubAdmin.ts"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { collectedIn, type LogLine } from "../support/LogLines.ts"
import {
  deadLetterSubscription,
  everyMinute,
  hasRedriven,
  ids,
  letterOf,
  lettersThatWouldMatch,
  matchedIn,
  noneRemains,
  publishLetters,
  remaining
} from "../support/Redriving.ts"
import { orderOf } from "../support/Samples.ts"
import { deadLetterTopic, makeWorld, ordersTopic } from "../support/World.ts"

describe("the redrives of run, in trouble", () => {
  it.effect(
    "[G4] a table that does not answer leaves all there, is a line, and is tried at the next interval",
    () =>
      Effect.gen(function* () {
        const lines: Array<LogLine> = []
        const world = yield* makeWorld()
        yield* lettersThatWouldMatch(world, 5)
        const process = yield* Effect.provide(world.start(everyMinute), collectedIn(lines))
        world.storeFaults.isAway = true
        yield* eventually("a redrive has ended", hasRedriven(process))
        assert.deepInclude((yield* process.redrives).last, { ended: "store", through: 0, stays: 5 })
        assert.strictEqual((yield* remaining(world)).length, 5)
        const told = lines.filter(({ text }) => text.includes("redriven"))
        assert.strictEqual(told.length, 1, JSON.stringify(told))
        assert.include(told[0]?.text ?? "", "the fact table did not answer")
        world.storeFaults.isAway = false
        yield* eventually("all are through", noneRemains(world))
        assert.isUndefined(process.running.pollUnsafe())
      })
  )

  it.effect("[G4] without Pub/Sub it says so once an interval, and redrives when it is back", () =>
    Effect.gen(function* () {
      const lines: Array<LogLine> = []
      const world = yield* makeWorld()
      yield* lettersThatWouldMatch(world, 5)
      const process = yield* Effect.provide(world.start(everyMinute), collectedIn(lines))
      yield* pass("10 seconds")
      yield* process.setLink("pubSub", "silent", "3 minutes")
      yield* eventually("a redrive has ended", hasRedriven(process))
      assert.strictEqual((yield* process.redrives).last?.ended, "error")
      assert.strictEqual(lines.filter(({ text }) => text.includes("redriven")).length, 1)
      yield* process.setLink("pubSub", "open")
      yield* eventually("all are through", noneRemains(world))
      assert.strictEqual((yield* process.health)["dead-letters"]._tag, "Healthy")
    })
  )

  it.effect(
    "a missing subscription degrades dead-letters, is warned of once, and leaves the process ready",
    () =>
      Effect.gen(function* () {
        const lines: Array<LogLine> = []
        const world = yield* makeWorld()
        yield* lettersThatWouldMatch(world, 1)
        yield* world.admin.deleteSubscription(deadLetterSubscription)
        const process = yield* Effect.provide(world.start(everyMinute), collectedIn(lines))
        yield* pass("30 seconds")
        const health = yield* process.health
        assert.deepInclude(health["dead-letters"], { _tag: "Degraded" })
        assert.match(JSON.stringify(health), /dead letters are not redriven: .*dlq_payments_data-sub/)
        yield* pass("5 minutes")
        assert.strictEqual(lines.filter(({ level }) => level === "Warn").length, 1, JSON.stringify(lines))
        yield* world.publishOrders(orderOf(7n))
        yield* eventually(
          "the rest goes on",
          Effect.sync(() => world.table.state(7n) !== undefined)
        )
        yield* world.admin.createSubscription({
          topic: deadLetterTopic,
          subscription: deadLetterSubscription,
          ackDeadline: Duration.seconds(60),
          retention: Duration.days(7)
        })
        yield* eventually(
          "it is well",
          Effect.map(process.health, (parts) => parts["dead-letters"]._tag === "Healthy")
        )
      })
  )

  it.effect("[G6] dead letters behind those that can be held degrade dead-letters, warned of once", () =>
    Effect.gen(function* () {
      const lines: Array<LogLine> = []
      const world = yield* makeWorld()
      yield* publishLetters(world, ...ids(30).map((id) => letterOf(id, { "dlq-reason": "undecodable" })))
      const process = yield* Effect.provide(
        world.start(everyMinute, "process-1", { heldIdsMax: 20 }),
        collectedIn(lines)
      )
      yield* eventually("a redrive has ended", hasRedriven(process))
      yield* pass("5 minutes")
      assert.deepInclude((yield* process.redrives).last, { ended: "full" })
      assert.deepInclude((yield* process.health)["dead-letters"], { _tag: "Degraded" })
      const warned = lines.filter(({ level }) => level === "Warn")
      assert.strictEqual(warned.length, 1, JSON.stringify(lines))
      assert.include(JSON.stringify(yield* process.health), "counterfoil dlq discard")
    })
  )

  it.effect("[G1] a dead-letter policy of the dead-letter subscription itself keeps it from redriving", () =>
    Effect.gen(function* () {
      const lines: Array<LogLine> = []
      const world = yield* makeWorld()
      yield* publishLetters(world, ...ids(5).map((id) => letterOf(id)))
      let deadLetterPolicy = Option.some({ topic: "projects/p/topics/beyond", maxDeliveryAttempts: 5 })
      const admin = (inner: PubSubAdmin["Service"]): PubSubAdmin["Service"] => ({
        ...inner,
        describeSubscription: (name) =>
          Effect.map(
            inner.describeSubscription(name),
            Option.map((info) => ({ ...info, deadLetterPolicy }))
          )
      })
      const process = yield* Effect.provide(
        world.start(everyMinute, "process-1", { admin }),
        collectedIn(lines)
      )
      yield* pass("10 minutes")
      assert.isUndefined((yield* process.redrives).last)
      assert.deepInclude((yield* process.health)["dead-letters"], { _tag: "Degraded" })
      assert.strictEqual(lines.filter(({ level }) => level === "Warn").length, 1, JSON.stringify(lines))
      assert.match(
        JSON.stringify(yield* process.health),
        /after 5 the dead-letter policy of .*dlq_payments_data-sub .*--clear-dead-letter-policy/
      )
      deadLetterPolicy = Option.none()
      yield* eventually("a redrive has ended", hasRedriven(process))
      assert.strictEqual((yield* remaining(world)).length, 5)
      yield* eventually(
        "it is well",
        Effect.map(process.health, (parts) => parts["dead-letters"]._tag === "Healthy")
      )
    })
  )

  it.effect("a defect of it stops the process", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* lettersThatWouldMatch(world, 1)
      const behind = (inner: FactStore["Service"]): FactStore["Service"] => ({
        ...inner,
        states: () => Effect.die(new Error("a bug"))
      })
      const process = yield* world.start(everyMinute, "process-1", { store: behind })
      yield* eventually(
        "the end of the process",
        Effect.sync(() => process.running.pollUnsafe() !== undefined)
      )
      assert.strictEqual(process.running.pollUnsafe()?._tag, "Failure")
    })
  )

  it.effect("[G8] a stop ends it at a message boundary, and the rest is there at once", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* lettersThatWouldMatch(world, 200)
      const process = yield* world.start(everyMinute)
      world.storeFaults.latency = () => 1_000
      const through = Effect.map(process.redrives, (counts) => counts.through["payment-matched"] ?? 0)
      yield* eventually(
        "some are through",
        Effect.map(through, (count) => count >= 50)
      )
      // A batch is read, written and read back: it is being written.
      yield* pass("1500 millis")
      const before = yield* through
      yield* process.processor.stop
      yield* pass("3 seconds")
      assert.strictEqual(process.running.pollUnsafe()?._tag, "Success")
      const after = yield* through
      assert.isAbove(after, before)
      assert.isAtMost(after, before + redriveRate / rateGrantsASecond)
      assert.strictEqual(matchedIn(world), after)
      assert.strictEqual((yield* world.broker.backlog(deadLetterSubscription)).ready, 200 - after)
      assert.deepStrictEqual((yield* process.redrives).ended, { stopped: 1 })
    })
  )

  it.effect("[G8] a stop does not wait longer than SHUTDOWN_TIMEOUT for a table that does not answer", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* lettersThatWouldMatch(world, 5)
      const process = yield* world.start({ ...everyMinute, shutdownTimeout: Duration.seconds(5) })
      world.storeFaults.latency = () => 60_000
      yield* eventually(
        "a redrive runs",
        Effect.map(process.redrives, ({ isRunning }) => isRunning)
      )
      yield* pass("1 second")
      yield* process.processor.stop
      yield* pass("3 seconds")
      assert.isUndefined(process.running.pollUnsafe())
      yield* pass("2100 millis")
      assert.strictEqual(process.running.pollUnsafe()?._tag, "Success")
      yield* process.shutDown
      assert.strictEqual((yield* world.broker.backlog(`${ordersTopic}-sub`)).unacknowledged.length, 0)
      assert.strictEqual((yield* remaining(world)).length, 5)
    })
  )
})
