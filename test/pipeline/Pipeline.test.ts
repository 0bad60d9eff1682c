import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { publishingMax } from "../../src/pipeline/Limits.ts"
import { pass } from "../../src/testing/VirtualTime.ts"
import { attributeOf } from "../support/World.ts"
import type { Note } from "./Note.ts"
import { makeNotes, type Notes, noteOf } from "./NotePipeline.ts"

const texts = (count: number, text = "hello") =>
  Array.from({ length: count }, (_, index) => noteOf("text", `${text} ${index}`))

const saying = (part: string) => (item: { readonly value: Note }) =>
  item.value.kind === "text" && item.value.text.includes(part)

const reasonsOf = (notes: Notes) =>
  Effect.map(notes.deadLetters, (letters) => letters.map((letter) => attributeOf(letter, "dlq-reason")))

const isEmpty = (notes: Notes) =>
  Effect.map(notes.backlog, ({ unacknowledged }) => unacknowledged.length === 0)

/** Nothing is held, and no publish time is held up. */
const isAtRest = Effect.fnUntraced(function* ({ ledger, accountable }: Notes) {
  assert.strictEqual(ledger.held(), 0)
  assert.strictEqual(yield* accountable, 0)
  assert.isUndefined(ledger.oldestMicros())
})

describe("a pipeline of messages that are no orders", () => {
  it.effect("[G7] decodes by attribute, gives its own fates, and dead-letters for its own reasons", () =>
    Effect.gen(function* () {
      const notes = yield* makeNotes()
      notes.faults.handle = (item) => (saying("too long")(item) ? "too long" : undefined)
      yield* notes.publish(
        noteOf("text", "hello"),
        noteOf("count", "7"),
        noteOf("count", "seven"),
        noteOf("picture", "?"),
        noteOf("text", "much too long")
      )
      yield* pass("100 millis")
      assert.deepStrictEqual(
        notes.handled.map(({ value }) => value),
        [
          { kind: "text", text: "hello" },
          { kind: "count", count: 7 },
          { kind: "text", text: "much too long" }
        ]
      )
      assert.deepStrictEqual(yield* reasonsOf(notes), ["unreadable", "unreadable", "unwanted"])
      assert.deepStrictEqual(notes.ledger.totals().fates, { filed: 2, refused: 3 })
      assert.isTrue(yield* isEmpty(notes))
      yield* isAtRest(notes)
    })
  )

  it.effect("[G7] what is left to somebody else is released, and comes again", () =>
    Effect.gen(function* () {
      const notes = yield* makeNotes()
      const left = new Set<number>()
      notes.faults.handle = (item) => {
        if (!saying("other")(item) || left.size > 0) return undefined
        left.add(item.publishTimeMicros)
        return "not ours"
      }
      yield* notes.publish(noteOf("text", "ours"), noteOf("text", "another's"))
      yield* pass("10 millis")
      const { fates, received, released } = notes.ledger.totals()
      assert.deepStrictEqual(
        { ...fates, received, released },
        { filed: 2, refused: 0, received: 3, released: 1 }
      )
      yield* isAtRest(notes)
    })
  )

  it.effect("[G7] what is left to somebody else after a retry is released as well", () =>
    Effect.gen(function* () {
      const notes = yield* makeNotes()
      const answers = ["away", "not ours"] as const
      let tries = 0
      notes.faults.handle = () => answers[tries++]
      yield* notes.publish(noteOf("text", "another's"))
      yield* pass("1 second")
      const { fates, received, released, retries } = notes.ledger.totals()
      assert.deepStrictEqual(
        { ...fates, received, released, retries },
        { filed: 1, refused: 0, received: 2, released: 1, retries: 1 }
      )
      yield* isAtRest(notes)
    })
  )

  it.effect("[G2] a message has the publish time that the pipeline is told to give it, as in a redrive", () =>
    Effect.gen(function* () {
      const notes = yield* makeNotes({
        publishTimeMicros: ({ attributes }) => Number(attributes["first-published"])
      })
      const note = noteOf("text", "hello")
      yield* notes.publish({ ...note, attributes: { ...note.attributes, "first-published": "1234" } })
      yield* pass("10 millis")
      assert.deepStrictEqual(
        notes.handled.map(({ publishTimeMicros }) => publishTimeMicros),
        [1_234]
      )
    })
  )

  it.effect(
    "[G5] what stands before a full backoff holds up its own publish time, not that of its neighbours",
    () =>
      Effect.gen(function* () {
        const handle = (item: { readonly value: Note }) => (saying("0")(item) ? undefined : "away")
        const notes = yield* makeNotes({ maxRetrying: 1, backlog: texts(3), handle })
        yield* pass("10 millis")
        assert.strictEqual(notes.pipeline.blockedBy(), "retries")
        assert.strictEqual(notes.ledger.oldestMicros(), notes.handled[1]?.publishTimeMicros)
        notes.faults.handle = () => undefined
        yield* pass("1 second")
        assert.isUndefined(notes.pipeline.blockedBy())
        yield* isAtRest(notes)
      })
  )

  it.effect("[G5] what was stored of a group in backoff does not hold up the publish time of the rest", () =>
    Effect.gen(function* () {
      const notes = yield* makeNotes({ backlog: texts(3), handle: () => "away" })
      yield* pass("10 millis")
      assert.strictEqual(notes.ledger.oldestMicros(), notes.handled[0]?.publishTimeMicros)
      notes.faults.handle = (item) => (saying("2")(item) ? "away" : undefined)
      yield* pass("200 millis")
      assert.strictEqual(notes.ledger.totals().fates.filed, 2)
      assert.strictEqual(notes.ledger.oldestMicros(), notes.handled[2]?.publishTimeMicros)
      notes.faults.handle = () => undefined
      yield* pass("1 second")
      yield* isAtRest(notes)
    })
  )

  it.effect("[G5] what is given back early leaves the others to be tried again", () =>
    Effect.gen(function* () {
      const notes = yield* makeNotes({
        backlog: texts(3),
        handle: () => "away",
        mustGiveBack: ({ messageId }) => messageId === "1"
      })
      yield* pass("10 millis")
      const first = notes.ledger.oldestMicros() ?? 0
      // The two that stay are tried for long; the one that was given back comes again, and is filed.
      let batches = 0
      notes.faults.latency = () => (batches++ === 1 ? 60_000 : 0)
      notes.faults.handle = () => undefined
      yield* pass("200 millis")
      // While the others are tried: the one that was given back holds no publish time.
      assert.strictEqual(notes.ledger.totals().released, 1)
      assert.strictEqual(notes.ledger.totals().retrying, 2)
      assert.isAbove(notes.ledger.oldestMicros() ?? 0, first)
    })
  )

  it.effect("[G5] what waits after a retry holds up no publish time and takes no place of the backoff", () =>
    Effect.gen(function* () {
      const notes = yield* makeNotes({ maxRetrying: 1, places: 1 })
      let answer: "away" | "too early" | undefined = "away"
      notes.faults.handle = () => answer
      yield* notes.publish(...texts(1))
      yield* pass("10 millis")
      answer = "too early"
      yield* pass("200 millis")
      assert.strictEqual(notes.ledger.totals().waiting, 1)
      assert.isUndefined(notes.ledger.oldestMicros())
      // The only place in the waiting room is taken, the only one of the backoff is not.
      answer = "away"
      yield* notes.publish(...texts(1))
      yield* pass("10 millis")
      answer = "too early"
      yield* pass("200 millis")
      assert.strictEqual(notes.ledger.totals().inFlight, 1)
      answer = "away"
      yield* notes.publish(...texts(1))
      yield* pass("10 millis")
      assert.strictEqual(notes.ledger.totals().retrying, 1)
      assert.isUndefined(notes.pipeline.blockedBy())
      answer = undefined
      yield* pass("200 millis")
      yield* notes.lookUp
      yield* pass("10 millis")
      yield* notes.lookUp
      assert.strictEqual(notes.ledger.totals().fates.filed, 3)
      yield* isAtRest(notes)
    })
  )

  it.effect(
    "[G4] one note that is retried for minutes keeps no batch as large as the backoff from its retry",
    () =>
      Effect.gen(function* () {
        const notes = yield* makeNotes({ maxRetrying: 20 })
        notes.faults.handle = (item) => (saying("stuck")(item) ? "away" : undefined)
        yield* notes.publish(noteOf("text", "stuck"))
        yield* pass("10 seconds")
        notes.faults.handle = () => "away"
        yield* notes.publish(...texts(20))
        yield* pass("10 millis")
        notes.faults.handle = (item) => (saying("stuck")(item) ? "away" : undefined)
        yield* pass("2 seconds")
        assert.strictEqual(notes.ledger.totals().fates.filed, 20)
        assert.strictEqual(notes.ledger.totals().retrying, 1)
        assert.isUndefined(notes.pipeline.blockedBy())
      })
  )

  it.effect("[G3] batches whose dead letters publish slowly leave their slots to others", () =>
    Effect.gen(function* () {
      const notes = yield* makeNotes({ broker: { batchSize: 1 } })
      notes.publisherFaults.latency = () => 5_000
      yield* notes.publish(...Array.from({ length: 100 }, () => noteOf("picture", "?")), ...texts(10))
      yield* pass("10 millis")
      assert.strictEqual(notes.ledger.totals().fates.filed, 10)
      assert.strictEqual(notes.ledger.totals().inFlight, 100)
      yield* pass("6 seconds")
      assert.lengthOf(yield* notes.deadLetters, 100)
      yield* isAtRest(notes)
    })
  )

  it.effect("[G6] no more dead letters are on their way than may be; then intake pauses", () =>
    Effect.gen(function* () {
      const notes = yield* makeNotes({ maxOutstandingMessages: 10_000 })
      notes.publisherFaults.latency = () => 5_000
      yield* notes.publish(...Array.from({ length: 4_000 }, () => noteOf("picture", "?")))
      yield* pass("1 second")
      assert.strictEqual(notes.pipeline.blockedBy(), "dead letters")
      // Those on their way, and sixteen batches of a hundred before them.
      assert.strictEqual(notes.ledger.totals().received, publishingMax + 1_600)
      yield* pass("30 seconds")
      assert.lengthOf(yield* notes.deadLetters, 4_000)
      assert.isUndefined(notes.pipeline.blockedBy())
      yield* isAtRest(notes)
    })
  )

  it.effect("[G4] the tries to publish a dead letter grow apart while its topic is away", () =>
    Effect.gen(function* () {
      const notes = yield* makeNotes()
      notes.publisherFaults.isAway = true
      yield* notes.publish(noteOf("picture", "?"))
      yield* pass("2 minutes")
      // 0.1 s doubled up to 5 s, give or take a fifth.
      assert.isBelow(notes.published.requests, 40)
      assert.isAbove(notes.published.requests, 15)
      assert.strictEqual(notes.ledger.totals().retries, notes.published.requests)
      notes.publisherFaults.isAway = false
      yield* pass("7 seconds")
      assert.deepStrictEqual(yield* reasonsOf(notes), ["unreadable"])
      yield* isAtRest(notes)
    })
  )
})
