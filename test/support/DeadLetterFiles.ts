/** Files of dead letters in a world: export, correction, restore and discard under a test clock. */
import { Effect, Fiber, type FileSystem, Layer, type Scope } from "effect"
import { indexDeadLetterFile } from "../../src/deadletters/DeadLetterFileIndex.ts"
import { writeDeadLetterFile } from "../../src/deadletters/DeadLetterFileWriter.ts"
import { openDeadLetters } from "../../src/deadletters/DeadLetterReader.ts"
import { makeRestore } from "../../src/deadletters/DeadLetterRestore.ts"
import type { TriedCorrection } from "../../src/ingest/CorrectedAttempt.ts"
import { type DiscardOptions, type DiscardTally, makeDiscard } from "../../src/ingest/DeadLetterDiscard.ts"
import { makeDeadLetterExport } from "../../src/ingest/DeadLetterExport.ts"
import { type DeadLetterFilter, everyDeadLetter } from "../../src/ingest/DeadLetterFilter.ts"
import { verdictName } from "../../src/ingest/DeadLetterSurvey.ts"
import type { RedriveFile } from "../../src/ingest/Redrive.ts"
import { Publisher } from "../../src/pubsub/Publisher.ts"
import type { Subscriber } from "../../src/pubsub/Subscriber.ts"
import { eventually } from "../../src/testing/VirtualTime.ts"
import { rfc3339 } from "../../src/time/Rfc3339.ts"
import { faultyPublisher } from "./FaultyPublisher.ts"
import { type MemoryFiles, memoryFiles } from "./MemoryFiles.ts"
import { deadLetterSubscription, letterOf, portsOf, worldSources } from "./Redriving.ts"
import { paymentOf } from "./Samples.ts"
import { deadLetterTopic, type World } from "./World.ts"

/** Exports the dead letters that are meant to a file. */
export const exported = (
  world: World,
  files: MemoryFiles,
  file: string,
  filter: DeadLetterFilter = everyDeadLetter
) =>
  toItsEnd(
    { world, files, process: "export" },
    Effect.gen(function* () {
      const writer = yield* writeDeadLetterFile(file, { overwrites: true })
      const reader = yield* openDeadLetters(deadLetterSubscription)
      const { tally, visit } = makeDeadLetterExport({ filter, append: writer.append })
      yield* reader.look(visit)
      yield* writer.commit
      return tally()
    })
  )

/** A file to redrive, and what was told of its corrections. */
export const corrections = (
  files: MemoryFiles,
  file: string
): Effect.Effect<RedriveFile & { readonly told: ReadonlyArray<TriedCorrection> }> =>
  Effect.map(Effect.orDie(Effect.provide(indexDeadLetterFile(file), files.layer)), (index) => {
    const told: Array<TriedCorrection> = []
    return { index, told, onTried: (tried) => Effect.sync(() => told.push(tried)) }
  })

/** Restores a file. */
export const restored = (world: World, files: MemoryFiles, file: string) =>
  toItsEnd(
    { world, files, process: "restore" },
    Effect.gen(function* () {
      const restore = yield* makeRestore({
        file,
        subscription: deadLetterSubscription,
        topic: deadLetterTopic
      })
      yield* restore.run
      return restore.tally()
    })
  )

/** Discards what is meant, exported to a file where there is one. */
export const discarding = Effect.fnUntraced(function* (
  world: World,
  files: MemoryFiles,
  file: string | undefined,
  options: Partial<DiscardOptions<never>> = {}
) {
  let tally: () => DiscardTally | undefined = () => undefined
  const { fiber, run } = yield* begun(
    { world, files, process: "discard" },
    Effect.gen(function* () {
      const writer = file === undefined ? undefined : yield* writeDeadLetterFile(file, { overwrites: false })
      const discard = yield* makeDiscard({
        ...{ subscription: deadLetterSubscription, sources: worldSources, filter: everyDeadLetter },
        ...{ includesForeign: false, writer, confirm: () => Effect.succeed(true) },
        ...options
      })
      tally = discard.tally
      yield* discard.run
      return discard.tally()
    })
  )
  return { end: run, interrupt: Fiber.interrupt(fiber), tally: () => tally() }
})

const toItsEnd = <A, E>(place: Place, command: Command<A, E>) =>
  Effect.flatMap(begun(place, command), ({ run }) => run)

/** Where a command runs. */
interface Place {
  readonly world: World
  readonly files: MemoryFiles
  readonly process: string
}

type Command<A, E> = Effect.Effect<A, E, Subscriber | Publisher | FileSystem.FileSystem | Scope.Scope>

/** Begins a command in a process of its own, while time passes. */
const begun = Effect.fnUntraced(function* <A, E>({ files, process, world }: Place, command: Command<A, E>) {
  const ports = yield* portsOf(world, process)
  const publisher = faultyPublisher(
    { publish: (topic, messages) => world.publishRaw(topic, ...messages) },
    world.publisherFaults
  )
  const fiber = yield* Effect.forkScoped(
    Effect.scoped(command).pipe(
      Effect.provide(Layer.merge(files.layer, Layer.succeed(Publisher, publisher))),
      Effect.provideContext(ports)
    )
  )
  return {
    fiber,
    run: Effect.andThen(
      eventually(
        `the end of ${process}`,
        Effect.sync(() => fiber.pollUnsafe() !== undefined)
      ),
      Fiber.join(fiber)
    )
  }
})

/** Exports what is there, has somebody edit it, and reads it again. */
export const edited = Effect.fnUntraced(function* (world: World, edit: (text: string) => string) {
  const files = memoryFiles()
  yield* exported(world, files, "letters")
  files.write("letters", edit(files.read("letters")))
  return yield* corrections(files, "letters")
})

/** Replaces a text in the `text` of the lines that have it, as an editor does. */
export const replacing = (from: string, to: string) => (text: string) =>
  text.replaceAll(escapedIn(from), escapedIn(to))

/** A text as it stands within a text of JSON. */
export const escapedIn = (text: string): string => text.replaceAll('"', '\\"')

/** The verdicts before and after each correction, and what came of it. */
export const toldOf = (told: ReadonlyArray<TriedCorrection>) =>
  told.map(({ after, before, verdict }) => [
    verdictName(before),
    verdictName(after),
    verdict._tag === "Refused" ? "refused" : verdictName(verdict)
  ])

/** When the originals of broken dead letters were published. **Units**: µs since the epoch. */
export const brokenAt = 1_690_000_000_000_000

/** A dead letter that cannot be matched for its payment id. */
export const broken = (id: bigint) =>
  letterOf(id, { "dlq-reason": "schema-violation", "dlq-publish-time": rfc3339(brokenAt) }, {
    ...paymentOf(id),
    payment_id: "none"
  } as never)
