import { describe, expect, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Layer, Logger, Option, Terminal } from "effect"
import { TestConsole } from "effect/testing"
import { type DlqDiscardOptions, discardDeadLetters } from "../../../src/cli/commands/DlqDiscard.ts"
import { exportDeadLetters } from "../../../src/cli/commands/DlqExport.ts"
import { redriveDeadLetters } from "../../../src/cli/commands/DlqRedrive.ts"
import { restoreDeadLetters } from "../../../src/cli/commands/DlqRestore.ts"
import { Screen } from "../../../src/cli/Screen.ts"
import { FactStore } from "../../../src/facts/FactStore.ts"
import { everyDeadLetter } from "../../../src/ingest/DeadLetterFilter.ts"
import { MemoryAdmin } from "../../../src/pubsub/memory/MemoryAdmin.ts"
import { MemoryBroker } from "../../../src/pubsub/memory/MemoryBroker.ts"
import { MemoryPublisher } from "../../../src/pubsub/memory/MemoryPublisher.ts"
import { MemorySubscriber } from "../../../src/pubsub/memory/MemorySubscriber.ts"
import { eventually } from "../../../src/testing/VirtualTime.ts"
import { broken, corrections, replacing } from "../../support/DeadLetterFiles.ts"
import { type MemoryFiles, memoryFiles } from "../../support/MemoryFiles.ts"
import { giveUp, ids, letterOf, publishLetters, remaining, store } from "../../support/Redriving.ts"
import { makeWorld, processing, type World } from "../../support/World.ts"
import { fakeScreen } from "../FakeScreen.ts"
import { worldPubSub as pubSub } from "./WorldPubSub.ts"

/** A terminal on which somebody types a line, or ends the input. */
const typing = (line: string | Effect.Effect<string> | undefined) =>
  Layer.succeed(
    Terminal.Terminal,
    Terminal.make({
      columns: Effect.succeed(80),
      rows: Effect.succeed(24),
      size: Effect.never,
      readInput: Effect.never,
      readLine:
        line === undefined
          ? Effect.fail(new Terminal.QuitError({}))
          : typeof line === "string"
            ? Effect.succeed(line)
            : line,
      display: () => Effect.void
    })
  )

const portsOf = (
  world: World,
  files: MemoryFiles,
  typed: Parameters<typeof typing>[0],
  screen = fakeScreen(true, 400)
) =>
  Layer.mergeAll(
    Layer.mergeAll(MemorySubscriber.layerOf("dlq"), MemoryAdmin.layer, MemoryPublisher.layer).pipe(
      Layer.provide(Layer.succeed(MemoryBroker, world.broker))
    ),
    Layer.succeed(FactStore, world.table.store),
    Layer.succeed(Screen, screen.screen),
    files.layer,
    // Its lines would be among those that the command prints.
    Logger.layer([]),
    typing(typed)
  )

type Ports = Layer.Success<ReturnType<typeof portsOf>>

/** Runs a command to its end, and answers what it printed and how it ended. */
const ran = Effect.fnUntraced(function* <A, E>(
  world: World,
  files: MemoryFiles,
  command: Effect.Effect<A, E, Ports>,
  typed?: Parameters<typeof typing>[0]
) {
  const screen = fakeScreen(true, 400)
  const before = (yield* TestConsole.logLines).length
  const fiber = yield* Effect.forkScoped(Effect.provide(command, portsOf(world, files, typed, screen)))
  yield* eventually(
    "the end of the command",
    Effect.sync(() => fiber.pollUnsafe() !== undefined)
  )
  const exit = yield* Fiber.await(fiber)
  const error = Exit.isFailure(exit) ? Option.getOrUndefined(Cause.findErrorOption(exit.cause)) : undefined
  const printed = (yield* TestConsole.logLines).slice(before)
  return {
    printed: printed.join("\n"),
    error: error instanceof Error ? error.message : error,
    told: screen.written()
  }
})

const filter = { ...everyDeadLetter, reasons: new Set(["undecodable"]) }
const discard: DlqDiscardOptions = {
  ...{ pubSub, filter, file: "taken.ndjson", includesForeign: false, asks: true },
  ...{ note: Option.none(), json: false }
}
const exports = { pubSub, filter: everyDeadLetter, file: "all.ndjson", overwrites: false, json: false }

const undecodable = { "dlq-reason": "undecodable" }

describe("dlq, with files", () => {
  it.effect("export says how many, how much, and what was not meant; what is there is not replaced", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const files = memoryFiles()
      yield* publishLetters(world, letterOf(1n, undecodable), letterOf(2n))
      const all = yield* ran(world, files, exportDeadLetters({ ...exports, filter }))
      expect(all.printed).toMatch(
        /^1 dead letter of dlq_payments_data-sub exported to all\.ndjson, \d+ bytes · 1 not meant by the filter · \d+ bytes read$/
      )
      expect((yield* remaining(world)).length).toBe(2)
      const again = yield* ran(world, files, exportDeadLetters(exports))
      expect(again.error).toBe("all.ndjson: it is there already")
      const { printed } = yield* ran(
        world,
        files,
        exportDeadLetters({ ...exports, overwrites: true, json: true })
      )
      expect(JSON.parse(printed)).toMatchObject({
        exported: 2,
        file: "all.ndjson",
        read: 2,
        isPartial: false
      })
    })
  )

  it.effect("export to - prints the lines and nothing else, and says the rest where people read", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* publishLetters(world, letterOf(1n), letterOf(2n))
      const { printed, told } = yield* ran(world, memoryFiles(), exportDeadLetters({ ...exports, file: "-" }))
      expect(printed.split("\n").map((line) => JSON.parse(line).format)).toEqual([1, 1])
      expect(told).toMatch(/2 dead letters of dlq_payments_data-sub exported, 1\.\d KiB/)
    })
  )

  it.effect("export to - prints no more at once than a file is written by", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const data = Buffer.alloc(100 * 1024, "x")
      yield* publishLetters(world, ...ids(30).map((id) => ({ ...letterOf(id), data })))
      yield* ran(world, memoryFiles(), exportDeadLetters({ ...exports, file: "-" }))
      const texts = (yield* TestConsole.logLines).map(String)
      expect(texts.join("\n").split("\n").length).toBe(30)
      // One line more than the chunk at most.
      for (const text of texts) expect(text.length).toBeLessThan(1024 * 1024 + 3 * data.length)
    })
  )

  it.effect("[G1] discard asks for the number, exports, acknowledges, and says how it is undone", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const files = memoryFiles()
      yield* publishLetters(world, ...ids(12).map((id) => letterOf(id, undecodable)), letterOf(13n))
      const { error, printed, told } = yield* ran(world, files, discardDeadLetters(discard), " 12 ")
      expect(error).toBeUndefined()
      expect(told).toContain(
        "12 dead letters for --reason undecodable. They are exported to taken.ndjson first. Type 12 to acknowledge them:"
      )
      expect(printed).toMatch(
        /^ +12 {2}acknowledged\n +1 {2}not meant by the filter: left\n +13 {2}read, .*\nexported to taken\.ndjson: `counterfoil dlq restore taken\.ndjson` undoes it$/
      )
      expect((yield* remaining(world)).length).toBe(1)
      const back = yield* ran(world, files, restoreDeadLetters({ pubSub, file: "taken.ndjson", json: false }))
      expect(back.printed).toMatch(/^ +12 {2}restored\n +12 {2}in taken\.ndjson\n1 dead letter read, /)
      expect((yield* remaining(world)).length).toBe(13)
    })
  )

  it.effect.each([
    ["12,", '"12," is not 12'],
    ["yes", '"yes" is not 12'],
    [undefined, "nothing was typed"]
  ] as const)("[G1] discard acknowledges nothing where %s is typed", ([typed, why]) =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const files = memoryFiles()
      yield* publishLetters(world, ...ids(12).map((id) => letterOf(id, undecodable)))
      const { error } = yield* ran(world, files, discardDeadLetters(discard), typed)
      expect(error).toBe(`${why}: no dead letter was acknowledged, and no file written`)
      expect((yield* remaining(world)).length).toBe(12)
      expect(files.names()).toEqual([])
    })
  )

  it.effect("what is typed stands below the question, and nothing is drawn over it", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* publishLetters(world, letterOf(1n, undecodable))
      const slowly = Effect.delay(Effect.succeed("1"), "10 seconds")
      const { printed, told } = yield* ran(world, memoryFiles(), discardDeadLetters(discard), slowly)
      expect(printed).toMatch(/^ +1 {2}acknowledged$/m)
      const [, after = ""] = told.split("to acknowledge them:\n")
      expect(after.replaceAll("\r\u001b[2K", "")).not.toMatch(/counting/)
    })
  )

  it.effect("discard without an export says that nothing brings them back", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* publishLetters(world, letterOf(1n, undecodable))
      const options = { ...discard, file: undefined, json: true }
      const { printed, told } = yield* ran(world, memoryFiles(), discardDeadLetters(options), "1")
      expect(told).toContain("They are not exported: nothing brings them back.")
      expect(JSON.parse(printed)).toMatchObject({ acknowledged: 1, file: null, isExported: false })
    })
  )

  it.effect("redrive --from shows each correction before and after, and what is not there any more", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const files = memoryFiles()
      yield* store(world, [1n])
      yield* publishLetters(world, broken(1n), broken(2n))
      yield* giveUp(world, [3n])
      yield* ran(world, files, exportDeadLetters(exports))
      const [one = "", two = "", three = ""] = replacing(
        '"payment_id":"none"',
        '"payment_id":"77"'
      )(files.read("all.ndjson")).split("\n")
      const gone = one.replace(/"id":"[^"]+"/, '"id":"gone"')
      files.write("all.ndjson", [one, two, three.replace(/"data":"[^"]+"/, '"data":"e30="'), gone].join("\n"))
      const redrive = (json: boolean, dryRun: boolean) =>
        Effect.flatMap(corrections(files, "all.ndjson"), ({ index }) =>
          ran(
            world,
            files,
            redriveDeadLetters({
              ...{ pubSub, processing, filter: everyDeadLetter, pace: {}, includesForeign: false },
              ...{ note: Option.none(), json, dryRun, from: index }
            })
          )
        )
      const [first = "", second = "", tally = ""] = (yield* redrive(true, true)).printed.split("\n")
      expect(JSON.parse(first)).toMatchObject({
        ...{ type: "correction", line: 1, orderId: "1" },
        ...{ before: "stays(schema-violation)", after: "payment-matched", verdict: "payment-matched" }
      })
      expect(JSON.parse(second)).toMatchObject({ line: 2, after: "stays(unmatched-payment)" })
      expect(JSON.parse(tally)).toMatchObject({ dryRun: true, tried: 2, differing: 1, notFound: 1 })
      const { error, printed } = yield* redrive(false, false)
      expect(printed).toMatch(
        /^line 1 {2}\S+ {2}order 1 {2}before: still violates the schema {2}after: would match\nline 2 {2}/
      )
      expect(printed).toContain(
        "1  stay: the file has other data or attributes under their ids; correct `text` only"
      )
      expect(printed).toMatch(
        /1 of the 4 in the file are not in the subscription, and were not applied\ncorrected among them: line 4$/
      )
      expect(error).toBe("2 dead letters stay: `counterfoil dlq list` says why")
    })
  )
})
