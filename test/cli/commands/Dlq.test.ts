import { describe, expect, it } from "@effect/vitest"
import { Effect, Logger, Option, References } from "effect"
import { listDeadLetters } from "../../../src/cli/commands/DlqList.ts"
import { redriveDeadLetters } from "../../../src/cli/commands/DlqRedrive.ts"
import { showDeadLetter } from "../../../src/cli/commands/DlqShow.ts"
import { everyDeadLetter } from "../../../src/ingest/DeadLetterFilter.ts"
import { Subscriber } from "../../../src/pubsub/Subscriber.ts"
import { eventually, pass } from "../../../src/testing/VirtualTime.ts"
import { begun, commandOptions as options, printed } from "../../support/CommandsInWorld.ts"
import { giveUp, ids, letterOf, publishLetters, store } from "../../support/Redriving.ts"
import { deadLetterTopic, makeWorld } from "../../support/World.ts"

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

  it.effect("[G6] redrive fails where more lie behind than can be held, and names the way out", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* publishLetters(world, ...ids(30).map((id) => letterOf(id, { "dlq-reason": "undecodable" })))
      const filter = { ...everyDeadLetter, reasons: new Set(["unmatched-payment"]) }
      const command = yield* begun(
        world,
        redriveDeadLetters({
          ...{ ...options, filter, dryRun: false, includesForeign: false, json: false },
          ...{ pace: {}, note: Option.none() }
        }).pipe(
          Effect.updateService(Subscriber, ({ open }) => ({
            open: (subscription) => open({ ...subscription, heldIds: { max: 20 } })
          }))
        )
      )
      const exit = yield* command.end
      expect(yield* printed).toMatch(/^ended: no more dead letters can be held at once/m)
      expect(String(exit)).toMatch(/first 30 dead letters was not tried.*`counterfoil dlq discard`/)
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
