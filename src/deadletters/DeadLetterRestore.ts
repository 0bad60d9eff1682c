/** Puts the dead letters of a file back into their topic. */
import { Effect, type FileSystem, Result, type Scope, Stream } from "effect"
import type { Delivery } from "../pubsub/Message.ts"
import { Publisher } from "../pubsub/Publisher.ts"
import type { PubSubError } from "../pubsub/PubSubError.ts"
import type { Subscriber } from "../pubsub/Subscriber.ts"
import type { DeadLetterFileError } from "./DeadLetterFileError.ts"
import { type DeadLetterFileIndex, indexDeadLetterFile } from "./DeadLetterFileIndex.ts"
import { readDeadLetterFile } from "./DeadLetterFileReader.ts"
import { type LookTotals, openDeadLetters } from "./DeadLetterReader.ts"
import { restoredMessage } from "./RestoredMessage.ts"

/** What is restored, and where. */
export interface RestoreOptions {
  readonly file: string
  /** The dead-letter subscription, in short or in full. */
  readonly subscription: string
  /** Its topic, in short or in full. */
  readonly topic: string
}

/** A dead letter that cannot be published. */
export interface NotRestored {
  readonly line: number
  readonly error: PubSubError
}

/** What came of a restore, so far. */
export interface RestoreTally {
  /** Dead letters of the file; undefined until it is read. */
  readonly inFile: number | undefined
  /** Of these, how many have a corrected text, which is not restored. */
  readonly corrected: number
  readonly read: LookTotals
  /** Still in the subscription: left as they are. */
  readonly present: number
  /** Published, as confirmed by the server. */
  readonly restored: number
  /** Over a limit of Pub/Sub as they are in the file: they were not published. */
  readonly refused: ReadonlyArray<NotRestored>
}

/** A restore that can be run once. */
export interface Restore {
  /**
   * Reads the file, looks through the subscription, and publishes what is not there. Interrupting it ends it after the
   * request that it is at.
   *
   * **Errors**: `DeadLetterFileError`, before anything is published; `PubSubError`: Pub/Sub does not answer, or
   * access is denied.
   */
  readonly run: Effect.Effect<void, DeadLetterFileError | PubSubError>
  readonly tally: () => RestoreTally
}

/**
 * Makes a restore.
 *
 * **Guarantee**: a success is the server's confirmation. What is restored keeps its version (G2). To run it again
 * restores what is missing: a dead letter that is in the subscription, restored or never taken out, is not published;
 * what another process holds at the moment, or what is beyond 100,000, is not seen there, and is published again, which
 * changes nothing.
 */
export const makeRestore = (
  options: RestoreOptions
): Effect.Effect<Restore, never, Subscriber | Publisher | FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const publisher = yield* Publisher
    const context = yield* Effect.context<FileSystem.FileSystem>()
    const reader = yield* openDeadLetters(options.subscription)
    const counts = { present: 0, restored: 0 }
    const refused: Array<NotRestored> = []
    const done = new Set<number>()
    let index: DeadLetterFileIndex | undefined

    const publish = Effect.fnUntraced(function* (letters: ReadonlyArray<Filed>) {
      const answers = yield* publisher.publish(
        options.topic,
        letters.map(({ delivery }) => restoredMessage(delivery))
      )
      let outage: PubSubError | undefined
      letters.forEach(({ line }, position) => {
        const answer = answers[position]
        if (answer === undefined) return
        if (Result.isSuccess(answer)) counts.restored++
        else if (answer.failure.reason._tag === "RequestRejected")
          refused.push({ line, error: answer.failure })
        else outage = answer.failure
      })
      if (outage !== undefined) return yield* outage
    }, Effect.uninterruptible)

    return {
      run: Effect.gen(function* () {
        const found = yield* indexDeadLetterFile(options.file)
        index = found
        yield* reader.look((letters) =>
          Effect.sync(() => {
            for (const { delivery } of letters) found.find(delivery)
            return "go-on" as const
          })
        )
        yield* Stream.runForEach(readDeadLetterFile(options.file), (letters) => {
          const missing: Array<Filed> = []
          for (const letter of letters) {
            const { delivery } = letter
            // The same dead letter twice is one.
            const line = found.lineOf(delivery) ?? letter.line
            if (done.has(line)) continue
            done.add(line)
            if (found.isFound(delivery)) counts.present++
            else missing.push(letter)
          }
          return missing.length === 0 ? Effect.void : publish(missing)
        })
      }).pipe(Effect.provideContext(context)),
      tally: () => ({
        inFile: index?.size,
        corrected: index?.corrected ?? 0,
        read: reader.totals(),
        refused,
        ...counts
      })
    }
  })

interface Filed {
  readonly line: number
  readonly delivery: Delivery
}
