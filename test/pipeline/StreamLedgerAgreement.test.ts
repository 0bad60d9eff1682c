/** The ledger of a pipeline beside what its subscription says, through whatever goes wrong, by seed. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Random } from "effect"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { SeededRandom } from "../support/SeededRandom.ts"
import type { NoteFailure } from "./Note.ts"
import { makeNotes, type Notes, noteOf } from "./NotePipeline.ts"

const seeds = 60
const steps = 40

/** Whether the ledger says what the subscription says, and keeps its equation. */
const agrees = Effect.fnUntraced(function* ({ accountable, ledger, running }: Notes, when: string) {
  const { fates, inFlight, received, released, retrying, waiting } = ledger.totals()
  const exit = running.pollUnsafe()
  if (exit !== undefined && Exit.isFailure(exit))
    return assert.fail(`${when}: the pipeline failed: ${exit.cause}`)
  assert.strictEqual(ledger.held(), yield* accountable, `${when}: held`)
  assert.strictEqual(
    received - fates.filed - fates.refused - released,
    inFlight + retrying + waiting,
    `${when}: the equation`
  )
})

const failures = ["away", "too long", "too early", "not ours"] as const

const drawNote = (random: SeededRandom) =>
  random.oneOf([
    noteOf("text", "hello"),
    noteOf("text", "hello"),
    noteOf("count", `${random.between(0, 9)}`),
    noteOf("count", "seven"),
    noteOf("picture", "?")
  ])

/** Makes something go wrong, or right again. */
const meddle = Effect.fnUntraced(function* (notes: Notes, random: SeededRandom) {
  switch (random.between(0, 9)) {
    case 0:
      notes.publisherFaults.isAway = random.chance(0.5)
      return
    case 1:
      return yield* notes.broker.makeUnavailable(Duration.millis(random.between(10, 70_000)))
    case 2:
      notes.faults.latency = () => random.oneOf([0, 0, 30, 2_000])
      return
    case 3:
      notes.publisherFaults.latency = () => random.oneOf([0, 300, 6_000])
      return
    case 4:
      return yield* notes.broker.setFaults({
        settleRequestsLost: random.oneOf([0, 0.3]),
        settleAnswersLost: random.oneOf([0, 0.3]),
        duplicates: random.oneOf([0, 0.3])
      })
    case 5:
    case 6:
      return yield* notes.lookUp
    default:
      return
  }
})

const livesThrough = (seed: number) =>
  Effect.gen(function* () {
    const random = new SeededRandom(seed)
    const scope = yield* Effect.scope
    const share = random.oneOf([0.1, 0.4, 0.9])
    const handle = (): NoteFailure | undefined =>
      random.chance(share) ? failures[random.between(0, failures.length - 1)] : undefined
    const notes = yield* makeNotes({
      broker: { batchSize: random.oneOf([1, 7, 100]), seed },
      maxRetrying: random.oneOf([1, 5, 200]),
      ...(random.chance(0.2) ? {} : { places: random.oneOf([1, 20, 500]) }),
      maxOutstandingMessages: random.oneOf([5, 1_000]),
      handle
    })
    for (let step = 0; step < steps; step++) {
      const some = Array.from({ length: random.between(0, 12) }, () => drawNote(random))
      // In the background: they wait while the server is away.
      if (some.length > 0) yield* Effect.forkIn(notes.publish(...some), scope)
      yield* Effect.forkIn(meddle(notes, random), scope)
      yield* pass(random.oneOf([0, 20, 400, 3_000, 70_000]))
      yield* agrees(notes, `seed ${seed}, step ${step}`)
    }
    yield* pass("80 seconds")
    yield* notes.broker.heal
    notes.publisherFaults.isAway = false
    notes.publisherFaults.latency = () => 0
    notes.faults.latency = () => 0
    if (random.chance(0.5)) {
      const stopping = yield* Effect.forkChild(notes.stop)
      yield* eventually(
        `seed ${seed}: it has stopped`,
        Effect.andThen(
          notes.releaseWaiting,
          Effect.sync(() => stopping.pollUnsafe() !== undefined)
        )
      )
    } else {
      notes.faults.handle = () => undefined
      yield* eventually(
        `seed ${seed}: everything has its fate`,
        Effect.andThen(
          notes.lookUp,
          Effect.map(notes.backlog, ({ unacknowledged }) => unacknowledged.length + notes.ledger.held() === 0)
        )
      )
    }
    yield* notes.releaseWaiting
    yield* agrees(notes, `seed ${seed}, at the end`)
    assert.strictEqual(notes.ledger.held(), 0, `seed ${seed}`)
    assert.isUndefined(notes.ledger.oldestMicros(), `seed ${seed}`)
  }).pipe(Effect.scoped, Random.withSeed(seed))

describe("the ledger of a pipeline, and its subscription", () => {
  for (let first = 1; first <= seeds; first += 10) {
    it.effect(`[G7] agree about what is held at every moment, seeds ${first} to ${first + 9}`, () =>
      Effect.forEach(
        Array.from({ length: 10 }, (_, index) => first + index),
        livesThrough,
        { discard: true }
      )
    )
  }
})
