import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Stream } from "effect"
import { withDemo } from "../../../src/cli/commands/DemoDeadLetters.ts"
import { claimDemoFiles } from "../../../src/cli/commands/DemoFile.ts"
import { demoSettings } from "../../../src/cli/commands/DemoSettings.ts"
import { deadLetterLine } from "../../../src/deadletters/DeadLetterFile.ts"
import { FactStore } from "../../../src/facts/FactStore.ts"
import type { Delivery } from "../../../src/pubsub/Message.ts"
import { Publisher } from "../../../src/pubsub/Publisher.ts"
import { Subscriber } from "../../../src/pubsub/Subscriber.ts"
import { eventually } from "../../../src/testing/VirtualTime.ts"
import { messageOf, orderOf, paymentOf } from "../../support/Samples.ts"

const letterOf = (id: number): Delivery => ({
  ...messageOf(paymentOf(BigInt(id)), { "dlq-reason": "unmatched-payment" }),
  ackId: "",
  messageId: String(100 + id),
  publishTimeMicros: 1_700_000_000_000_000 + id * 1_000,
  deliveryAttempt: 0,
  bytes: 0
})

/** A folder in which a demo has ended with five dead letters. */
const endedDemo = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "counterfoil-demo-letters-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const { deadLetters, table } = yield* Effect.scoped(claimDemoFiles(folder))
  writeFileSync(table, "")
  writeFileSync(deadLetters, [1, 2, 3, 4, 5].map((id) => `${deadLetterLine(letterOf(id))}\n`).join(""))
  return { folder, deadLetters, lines: () => readFileSync(deadLetters, "utf8").trimEnd().split("\n") }
})

/** Receives all five, and acknowledges those whose ids are given. */
const acknowledging = (...ids: ReadonlyArray<string>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const subscription = yield* (yield* Subscriber).open({
        subscription: demoSettings.dlqSubscription,
        maxOutstandingMessages: 100,
        maxOutstandingBytes: 1_000_000
      })
      const received = yield* Stream.runHead(subscription.deliveries)
      const all = received._tag === "Some" ? received.value : []
      assert.lengthOf(all, 5)
      yield* subscription.ack(all.filter(({ messageId }) => ids.includes(messageId)))
    })
  )

const provided = Effect.provide(NodeServices.layer)

describe("what a demo has left", () => {
  it.effect(
    "what a command acknowledges is gone from the file, the rest is as it was, and what it publishes is new",
    () =>
      Effect.gen(function* () {
        const { folder, lines } = yield* endedDemo
        const before = lines()
        yield* withDemo(
          Effect.gen(function* () {
            yield* acknowledging("102", "104")
            yield* (yield* Publisher).publish(demoSettings.dlqTopic, [messageOf(paymentOf(9n))])
          }),
          folder
        )
        const after = lines()
        assert.deepStrictEqual(after.slice(0, 3), [before[0], before[2], before[4]])
        assert.lengthOf(after, 4)
        assert.strictEqual(JSON.parse(after[3] ?? "").id, "106")
      }).pipe(provided)
  )

  it.effect("a command that changes nothing writes nothing, and finds the table", () =>
    Effect.gen(function* () {
      const { deadLetters, folder } = yield* endedDemo
      const { ino } = statSync(deadLetters)
      const stored = FactStore.use((store) =>
        Effect.andThen(store.storeOrders([{ order: orderOf(1n), version: 1n }]), store.count)
      )
      assert.strictEqual(yield* withDemo(stored, folder), 1)
      assert.strictEqual(
        yield* withDemo(
          FactStore.use(({ count }) => count),
          folder
        ),
        1
      )
      assert.strictEqual(statSync(deadLetters).ino, ino)
    }).pipe(provided)
  )

  it.effect("a command that fails, or is interrupted, leaves the file without what it acknowledged", () =>
    Effect.gen(function* () {
      const { folder, lines } = yield* endedDemo
      const failed = yield* Effect.flip(
        withDemo(Effect.andThen(acknowledging("101"), Effect.fail("late" as const)), folder)
      )
      assert.strictEqual(failed, "late")
      assert.lengthOf(lines(), 4)

      const { folder: other, lines: otherLines } = yield* endedDemo
      const isDone = yield* Deferred.make<void>()
      const body = Effect.andThen(acknowledging("101", "102"), Deferred.succeed(isDone, undefined))
      const fiber = yield* Effect.forkChild(withDemo(Effect.andThen(body, Effect.never), other))
      yield* eventually("it has acknowledged", Deferred.isDone(isDone))
      yield* Fiber.interrupt(fiber)
      assert.lengthOf(otherLines(), 3)
    }).pipe(provided)
  )

  it.effect("a line that cannot be read is told by its number, and nothing is written", () =>
    Effect.gen(function* () {
      const { deadLetters, folder } = yield* endedDemo
      writeFileSync(deadLetters, "not JSON\n")
      const error = yield* Effect.flip(withDemo(Effect.void, folder))
      assert.include(String((error as Error).message), "line 1: expected a JSON object")
      assert.strictEqual(readFileSync(deadLetters, "utf8"), "not JSON\n")
    }).pipe(provided)
  )
})
