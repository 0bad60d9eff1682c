/** The dead letters of a demo: kept in a file at its end, and in a subscription again while a command works on them. */
import { Effect, type FileSystem, Layer, Stream } from "effect"
import type { DeadLetterFileError } from "../../deadletters/DeadLetterFileError.ts"
import { readDeadLetterFile } from "../../deadletters/DeadLetterFileReader.ts"
import { writeDeadLetterFile } from "../../deadletters/DeadLetterFileWriter.ts"
import { FactStoreSqlite } from "../../facts/FactStoreSqlite.ts"
import type { Delivery } from "../../pubsub/Message.ts"
import { MemoryBroker } from "../../pubsub/memory/MemoryBroker.ts"
import { MemoryPubSub } from "../../pubsub/memory/MemoryPubSub.ts"
import { demoFolder, takenDemoFiles } from "./DemoFile.ts"
import { demoSettings } from "./DemoSettings.ts"
import { createDemoTopics } from "./DemoTopics.ts"

/**
 * Writes what is in the dead-letter subscription to a file, and answers how many there are.
 *
 * **Guarantee**: the file is there once it is whole; a process that is killed leaves what was there before.
 */
export const keepDeadLetters = (
  file: string
): Effect.Effect<number, DeadLetterFileError, MemoryBroker | FileSystem.FileSystem> =>
  Effect.scoped(
    Effect.gen(function* () {
      const letters = yield* deadLetters
      const writer = yield* writeDeadLetterFile(file, { overwrites: true })
      yield* writer.append(letters)
      yield* writer.commit
      return letters.length
    })
  )

/**
 * Runs a body on what a demo has left, with the ports on which it works on Pub/Sub and Cassandra otherwise. What it
 * acknowledges is gone from the file at its end, and what it publishes is there.
 *
 * **Errors**: `DemoMissing`, `DemoInUse`, `DeadLetterFileError`, exit 1.
 */
export const withDemo = <A, E, R>(body: Effect.Effect<A, E, R>, folder = demoFolder()) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { deadLetters: file, table } = yield* takenDemoFiles(folder)
      const loaded = Effect.gen(function* () {
        yield* createDemoTopics
        const { acceptAgain } = yield* MemoryBroker
        yield* Stream.runForEach(readDeadLetterFile(file), (letters) =>
          acceptAgain(
            demoSettings.dlqTopic,
            letters.map(({ delivery }) => delivery)
          )
        )
      })
      return yield* Effect.andThen(loaded, keepingChanges(file)(body)).pipe(
        Effect.provide(Layer.merge(MemoryPubSub.layer, FactStoreSqlite.layer({ file: table })))
      )
    })
  )

/** Writes the file anew where the body has changed what is in the subscription, also where it failed or was interrupted. */
const keepingChanges =
  (file: string) =>
  <A, E, R>(body: Effect.Effect<A, E, R>) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const before = yield* idsLeft
        const exit = yield* Effect.exit(restore(body))
        if ((yield* idsLeft) !== before) yield* keepDeadLetters(file)
        return yield* exit
      })
    )

const deadLetters = Effect.gen(function* () {
  const { unacknowledged } = yield* (yield* MemoryBroker).backlog(demoSettings.dlqSubscription)
  return unacknowledged.map((published): Delivery => ({ ...published, ackId: "", deliveryAttempt: 0 }))
})

const idsLeft = Effect.map(deadLetters, (letters) => letters.map(({ messageId }) => messageId).join(" "))
