/** The least that notes can wait in. */
import { Effect, Semaphore } from "effect"
import type { BatchAttempt, makeBatchAttempt } from "../../src/pipeline/BatchAttempt.ts"
import type { DecodedDelivery } from "../../src/pipeline/DecodedDelivery.ts"
import type { LedgerEntry } from "../../src/pipeline/LedgerEntry.ts"
import { releaseFrom } from "../../src/pipeline/Release.ts"
import type { makeStreamLedger } from "../../src/pipeline/StreamLedger.ts"
import type { Note, NoteFailure, NoteFate, NoteReason } from "./Note.ts"

type Decoded = DecodedDelivery<Note, NoteFailure>

/** What waiting notes need of their pipeline. */
export interface WaitingParts {
  readonly attempt: BatchAttempt<Note, NoteFailure, NoteFate, NoteReason>
  readonly ledger: ReturnType<typeof makeStreamLedger<NoteFate>>
  readonly subscription: Parameters<typeof makeBatchAttempt>[0]["subscription"] &
    Parameters<typeof releaseFrom>[0]
}

/** The least that notes can wait in: so many places, and a lookup when a test says so. */
export const makeWaiting = Effect.fnUntraced(function* (
  most: number,
  { attempt, ledger, subscription }: WaitingParts
) {
  const places = yield* Semaphore.make(most)
  const entry = ledger.open("waiting")
  const turn = yield* Semaphore.make(1)
  let inside: ReadonlyArray<Decoded> = []
  const leave = (gone: ReadonlyArray<Decoded>) =>
    Effect.suspend(() => {
      inside = inside.filter((each) => !gone.includes(each))
      return places.release(gone.length)
    })
  return {
    admit: Effect.fnUntraced(function* (note: Decoded, from: LedgerEntry<NoteFate>) {
      yield* places.take(1)
      inside = [...inside, note]
      from.moveTo(entry, [note])
      return true
    }),
    /** Looks at all that wait; those that are still too early wait on. */
    lookUp: Effect.gen(function* () {
      const deliveries = inside
      const onDurable = () => {}
      const batch = { deliveries, entry, mayWait: () => true, isFirstTry: false, onDurable }
      const { retry, wait, leave: left, deadLetters } = yield* attempt.settle(batch)
      yield* releaseFrom(subscription, left, entry)
      const again =
        deadLetters.length === 0 ? [] : yield* attempt.deadLetter(deadLetters, { entry, onDurable })
      const staying = new Set([...retry, ...wait, ...again])
      yield* leave(deliveries.filter((each) => !staying.has(each)))
    }).pipe(turn.withPermits(1)),
    releaseAll: Effect.suspend(() => {
      const gone = inside
      return Effect.andThen(releaseFrom(subscription, gone, entry), leave(gone))
    }).pipe(turn.withPermits(1))
  }
})
