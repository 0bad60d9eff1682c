import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Layer, Option } from "effect"
import { correctionsLeft, readCorrections } from "../../../src/cli/commands/DlqCorrections.ts"
import { redriveDeadLetters } from "../../../src/cli/commands/DlqRedrive.ts"
import { exitCodeOf } from "../../../src/cli/Failure.ts"
import { begun, commandOptions } from "../../support/CommandsInWorld.ts"
import { broken, edited, exported, replacing } from "../../support/DeadLetterFiles.ts"
import { collectedIn, type LogLine } from "../../support/LogLines.ts"
import { memoryFiles } from "../../support/MemoryFiles.ts"
import { giveUp, ids, publishLetters, redriven, store } from "../../support/Redriving.ts"
import { makeWorld, type World } from "../../support/World.ts"

const correcting = replacing('"payment_id":"none"', '"payment_id":"77"')

/** Two dead letters that would match with their corrections, in a file. */
const correctable = Effect.fnUntraced(function* (world: World) {
  yield* store(world, [1n, 2n])
  yield* publishLetters(world, broken(1n), broken(2n))
  return yield* edited(world, correcting)
})

const redrive = (from: Effect.Success<ReturnType<typeof correctable>>) =>
  redriveDeadLetters({
    ...{ ...commandOptions, pace: {}, includesForeign: false, note: Option.none(), dryRun: false },
    from: from.index
  })

describe("what is left of the corrections in a file", () => {
  it.effect("is nothing where all were applied; a rerun says that they are not there, and exits 1", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const from = yield* correctable(world)
      const again = yield* edited(world, correcting)
      assert.strictEqual((yield* (yield* begun(world, redrive(from))).end)._tag, "Success")
      const exit = yield* (yield* begun(world, redrive(again))).end
      assert.strictEqual(exit._tag, "Failure")
      const cause = exit._tag === "Failure" ? exit.cause : Cause.empty
      assert.strictEqual(exitCodeOf(cause), 1)
      assert.include(
        String(Option.getOrUndefined(Cause.findErrorOption(cause))),
        "letters: 2 corrected lines were not applied, as the subscription has no such dead letter"
      )
    })
  )

  it.effect("is what lost its lease, also where the subscription was not read to its end", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const from = yield* correctable(world)
      const tally = yield* redriven(world, { from })
      assert.isUndefined(correctionsLeft(from.index, tally))
      const left = correctionsLeft(from.index, { ...tally, endedBy: "limit", lost: 1 })
      assert.include(
        left?.message,
        "letters: 1 dead letter lost its lease before it was tried, and comes again"
      )
    })
  )
})

describe("the reading of a file to redrive", () => {
  it.effect("[G2] warns where an unmatched payment gets another order, and names DLQ_REDRIVE_INTERVAL", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* giveUp(world, ids(3))
      yield* publishLetters(world, broken(4n))
      const files = memoryFiles()
      yield* exported(world, files, "letters")
      const warned = (edit: (text: string) => string) =>
        Effect.gen(function* () {
          const lines: Array<LogLine> = []
          files.write("edited", edit(files.read("letters")))
          const index = yield* readCorrections("edited").pipe(
            Effect.provide(Layer.merge(files.layer, collectedIn(lines)))
          )
          return { corrected: index.corrected, warnings: lines.map(({ level, text }) => `${level} ${text}`) }
        })
      const moved = yield* warned(replacing('"order_id":"2"', '"order_id":"7"'))
      assert.strictEqual(moved.corrected, 1)
      assert.match(
        moved.warnings.join(),
        /^Warn edited corrects the order_id .*\(line 2\).* DLQ_REDRIVE_INTERVAL off first$/
      )
      // Another payment of the same order, and one that no redrive could have applied as it was.
      for (const edit of [
        (text: string) => text,
        replacing('"payment_id":"1002"', '"payment_id":"77"'),
        replacing('"order_id":"4"', '"order_id":"7"')
      ])
        assert.deepStrictEqual((yield* warned(edit)).warnings, [])
    })
  )
})
