import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { pass } from "../../src/testing/VirtualTime.ts"
import type { Note } from "./Note.ts"
import { makeNotes, type Notes, noteOf } from "./NotePipeline.ts"

const texts = (count: number, text = "hello") =>
  Array.from({ length: count }, (_, index) => noteOf("text", `${text} ${index}`))

const saying = (part: string) => (item: { readonly value: Note }) =>
  item.value.kind === "text" && item.value.text.includes(part)

/** Nothing is held, and no publish time is held up. */
const isAtRest = Effect.fnUntraced(function* ({ ledger, accountable }: Notes) {
  assert.strictEqual(ledger.held(), 0)
  assert.strictEqual(yield* accountable, 0)
  assert.isUndefined(ledger.oldestMicros())
})

describe("the end of a pipeline", () => {
  it.effect("[G8] a stop ends when what is in flight has its fate; what is in backoff is released", () =>
    Effect.gen(function* () {
      const notes = yield* makeNotes()
      notes.faults.handle = (item) => (saying("away")(item) ? "away" : undefined)
      yield* notes.publish(...texts(3, "away"))
      yield* pass("5 seconds")
      notes.faults.latency = () => 3_000
      yield* notes.publish(...texts(2))
      yield* pass("1 second")
      const stopping = yield* Effect.forkChild(notes.stop)
      yield* pass("1 second")
      assert.isUndefined(stopping.pollUnsafe())
      yield* pass("8 seconds")
      const exit = stopping.pollUnsafe()
      assert.isTrue(exit !== undefined && Exit.isSuccess(exit))
      const { fates, released } = notes.ledger.totals()
      assert.deepStrictEqual({ filed: fates.filed, released }, { filed: 2, released: 3 })
      yield* isAtRest(notes)
    })
  )

  it.effect("[G8] all of a batch that may not wait any more is released at once, not one after another", () =>
    Effect.gen(function* () {
      const notes = yield* makeNotes({ turnsAway: true, releaseMillis: 100 })
      const seen = new Set<string>()
      notes.faults.handle = ({ value }) => {
        const text = JSON.stringify(value)
        if (seen.has(text)) return undefined
        seen.add(text)
        return "too early"
      }
      yield* notes.publish(...texts(100))
      yield* pass("150 millis")
      const { fates, released } = notes.ledger.totals()
      assert.deepStrictEqual({ filed: fates.filed, released }, { filed: 100, released: 100 })
      yield* isAtRest(notes)
    })
  )

  it.effect("[G7] a handler that leaves out an outcome ends the pipeline with a defect", () =>
    Effect.gen(function* () {
      const notes = yield* makeNotes({ dropsOutcomes: true })
      yield* notes.publish(...texts(2))
      yield* pass("10 millis")
      const exit = notes.running.pollUnsafe()
      assert.isTrue(exit !== undefined && Exit.hasDies(exit))
    })
  )
})
