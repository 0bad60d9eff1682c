import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger, Option, References } from "effect"
import { TestConsole } from "effect/testing"
import { listDeadLetters } from "../../../src/cli/commands/DlqList.ts"
import { redriveDeadLetters } from "../../../src/cli/commands/DlqRedrive.ts"
import { showDeadLetter } from "../../../src/cli/commands/DlqShow.ts"
import { Screen } from "../../../src/cli/Screen.ts"
import { FactStore } from "../../../src/facts/FactStore.ts"
import { everyDeadLetter } from "../../../src/ingest/DeadLetterFilter.ts"
import { MemoryAdmin } from "../../../src/pubsub/memory/MemoryAdmin.ts"
import { MemoryBroker } from "../../../src/pubsub/memory/MemoryBroker.ts"
import { MemorySubscriber } from "../../../src/pubsub/memory/MemorySubscriber.ts"
import { eventually, pass } from "../../../src/testing/VirtualTime.ts"
import { giveUp, ids, letterOf, publishLetters, store } from "../../support/Redriving.ts"
import { deadLetterTopic, makeWorld, processing, type World } from "../../support/World.ts"
import { fakeScreen } from "../FakeScreen.ts"
import { worldPubSub as pubSub } from "./WorldPubSub.ts"

const options = { pubSub, processing, filter: everyDeadLetter, json: false }

const portsOf = (world: World) =>
  Layer.mergeAll(
    Layer.mergeAll(MemorySubscriber.layerOf("dlq"), MemoryAdmin.layer).pipe(
      Layer.provide(Layer.succeed(MemoryBroker, world.broker))
    ),
    Layer.succeed(FactStore, world.table.store),
    Layer.succeed(Screen, fakeScreen(false).screen)
  )

/** Begins a command in a world. */
const begun = <A, E>(world: World, command: Effect.Effect<A, E, Layer.Success<ReturnType<typeof portsOf>>>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkScoped(Effect.provide(command, portsOf(world)))
    return {
      end: Effect.andThen(
        eventually(
          "the end of the command",
          Effect.sync(() => fiber.pollUnsafe() !== undefined)
        ),
        Fiber.await(fiber)
      ),
      interrupt: Fiber.interrupt(fiber)
    }
  })

const printed = Effect.map(TestConsole.logLines, (lines) => lines.join("\n"))

describe("dlq", () => {
  it.effect("list --follow tells each new dead letter once", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* publishLetters(world, letterOf(1n), letterOf(2n))
      const command = yield* begun(world, listDeadLetters({ ...options, newest: 5, follow: true }))
      yield* eventually(
        "the list",
        Effect.map(printed, (text) => text.startsWith("2 dead letters in dlq_payments_data-sub · "))
      )
      yield* pass("3 minutes")
      yield* publishLetters(world, letterOf(3n))
      yield* eventually(
        "the third",
        Effect.map(printed, (text) => /order 3 {2}payment 1003 {2}still has no order$/.test(text))
      )
      yield* pass("3 minutes")
      expect((yield* printed).match(/order [123] /g)).toHaveLength(3)
      yield* command.interrupt
    })
  )

  it.effect("show says how late the order was, and what to do", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, [1n])
      const [letter] = yield* world.broker.publishedTo(deadLetterTopic)
      yield* pass("41 seconds")
      yield* store(world, [1n])
      const command = yield* begun(world, showDeadLetter({ ...options, id: letter?.messageId ?? "" }))
      yield* command.end
      const text = yield* printed
      expect(text).toMatch(
        /^now +would match; its order was published 41 s after the payment, when it was published last$/m
      )
      expect(text).toMatch(/^next: counterfoil dlq redrive --order-id 1 --payment-id 1001$/m)
    })
  )

  it.effect("redrive leaves one line in the log that says who, why, which and what came of it", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, ids(5))
      yield* store(world, ids(3))
      const lines: Array<Readonly<Record<string, unknown>>> = []
      const logger = Logger.make<unknown, void>(({ fiber, message }) => {
        lines.push({ message: String(message), ...fiber.getRef(References.CurrentLogAnnotations) })
      })
      const filter = { ...everyDeadLetter, reasons: new Set(["unmatched-payment"]) }
      const command = yield* begun(
        world,
        redriveDeadLetters({
          ...{ ...options, filter, dryRun: false, includesForeign: false, json: false },
          ...{ pace: { limit: 4 }, note: Option.some("orders came late") }
        }).pipe(Effect.provide(Logger.layer([logger])))
      )
      const exit = yield* command.end
      expect(String(exit)).toMatch(/DeadLettersStay|1 dead letter stays/)
      const audit = lines.filter(({ message }) => message === "dead letters were redriven")
      expect(audit).toHaveLength(1)
      expect(audit[0]).toMatchObject({
        note: "orders came late",
        filter: "--reason unmatched-payment",
        ended: "limit",
        tried: 4
      })
      expect(audit[0]?.["by"]).not.toBe("")
      expect(yield* printed).toMatch(/^ +4 {2}tried$/m)
    })
  )
})
