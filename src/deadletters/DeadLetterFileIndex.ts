/** Finds the dead letters of a file again among those of a subscription. */
import { hash } from "node:crypto"
import { Effect, type FileSystem, Stream } from "effect"
import type { Delivery } from "../pubsub/Message.ts"
import type { FiledDeadLetter } from "./DeadLetterFile.ts"
import { DeadLetterFileError, FileTooLarge, LineInvalid } from "./DeadLetterFileError.ts"
import { readDeadLetterFile } from "./DeadLetterFileReader.ts"
import { fileCorrectionsBytes, fileLettersMax } from "./Limits.ts"
import { receivedDeadLetter } from "./ReceivedDeadLetter.ts"
import { firstIdOf, restoredMessage } from "./RestoredMessage.ts"

/** What a file has of a dead letter. */
export type FiledMatch =
  | { readonly _tag: "NotInFile" }
  /** The file has another message under its id: its data or attributes were changed, or the id was given twice. */
  | { readonly _tag: "Differs"; readonly line: number }
  /** `corrected`: the bytes that replace its data; undefined where nobody has changed them. */
  | { readonly _tag: "InFile"; readonly line: number; readonly corrected: Uint8Array | undefined }

/** A file of dead letters, without their data. */
export interface DeadLetterFileIndex {
  readonly file: string
  /** How many dead letters it has. */
  readonly size: number
  /** How many of them have a corrected text. */
  readonly corrected: number
  /** Looks up a dead letter, restored or not, and remembers that it was found. */
  readonly find: (delivery: Delivery) => FiledMatch
  /** Those of whose ids `find` has seen nothing so far. */
  readonly notFound: () => ReadonlyArray<{ readonly line: number; readonly isCorrected: boolean }>
  /** The one line that stands for a dead letter of the file, however often it has it. */
  readonly lineOf: (delivery: Delivery) => number | undefined
  /** Whether `find` has found this dead letter of the file. */
  readonly isFound: (delivery: Delivery) => boolean
}

/**
 * Reads a file to its end. The same dead letter twice is one, also where one of the two is the other one, restored.
 *
 * A correction holds for its message: also for a dead letter that is the same message once more, since a crash can
 * repeat one. So the original of a correction is not tried beside it.
 *
 * **Errors**: `DeadLetterFileError`, also where a message is corrected in two ways, and beyond 200,000 dead letters or
 * 64 MiB of corrections.
 */
export const indexDeadLetterFile = (
  file: string,
  /** Is shown each line with a correction. */
  onCorrection: (letter: FiledDeadLetter) => void = () => {}
): Effect.Effect<DeadLetterFileIndex, DeadLetterFileError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const entries = makeEntries()
    yield* Stream.runForEach(readDeadLetterFile(file), (letters) =>
      Effect.forEach(
        letters,
        (letter) => {
          const reason = entries.add(letter)
          if (letter.corrected !== undefined) onCorrection(letter)
          return reason === undefined ? Effect.void : new DeadLetterFileError({ file, reason })
        },
        { discard: true }
      )
    )
    return entries.index(file)
  })

interface Entry {
  line: number
  corrected: Uint8Array | undefined
  found: "no" | "differing" | "same"
}

const makeEntries = () => {
  /** By the letter itself: those that were restored are the one that they were. */
  const byLetter = new Map<string, Entry>()
  /** By the ids of the lines. */
  const byId = new Map<string, Entry>()
  /** Those with a correction, by the message that they are. */
  const corrections = new Map<string, Entry>()
  let correctionBytes = 0

  const addCorrection = (entry: Entry, bytes: Uint8Array, { delivery, line }: FiledDeadLetter) => {
    correctionBytes += bytes.length
    if (correctionBytes > fileCorrectionsBytes)
      return tooLarge(`more than ${fileCorrectionsBytes} bytes of corrections`)
    const message = messageKey(delivery)
    const other = message === undefined ? undefined : corrections.get(message)
    if (message !== undefined && other === undefined) corrections.set(message, entry)
    return isSame(other?.corrected ?? bytes, bytes) ? undefined : twice(line, other?.line ?? line)
  }

  const add = (letter: FiledDeadLetter): LineInvalid | FileTooLarge | undefined => {
    const { corrected, delivery, line } = letter
    const key = letterKey(delivery)
    const same = byLetter.get(key)
    const other = byId.get(delivery.messageId)
    if (other !== undefined)
      return other === same && isSame(other.corrected, corrected) ? undefined : twice(line, other.line)
    if (byId.size >= fileLettersMax) return tooLarge(`more than ${fileLettersMax} dead letters`)
    const entry: Entry = same ?? { line, corrected, found: "no" }
    byLetter.set(key, entry)
    byId.set(delivery.messageId, entry)
    if (corrected === undefined) return undefined
    // One that was restored while it was still there: a correction holds for both.
    if (entry.corrected === undefined) Object.assign(entry, { line, corrected })
    if (!isSame(entry.corrected, corrected)) return twice(line, entry.line)
    return addCorrection(entry, corrected, letter)
  }

  const find = (delivery: Delivery): FiledMatch => {
    const entry = byLetter.get(letterKey(delivery))
    const correction = corrections.get(messageKey(delivery) ?? "")
    if (entry !== undefined) {
      entry.found = "same"
      return inFile(entry.corrected === undefined ? (correction ?? entry) : entry)
    }
    const other = byId.get(delivery.messageId)
    if (other === undefined) return correction === undefined ? { _tag: "NotInFile" } : inFile(correction)
    if (other.found === "no") other.found = "differing"
    return { _tag: "Differs", line: other.line }
  }

  return {
    add,
    index: (file: string): DeadLetterFileIndex => {
      const all = [...byLetter.values()]
      return {
        file,
        size: all.length,
        corrected: all.filter(({ corrected }) => corrected !== undefined).length,
        find,
        lineOf: (delivery) => byLetter.get(letterKey(delivery))?.line,
        isFound: (delivery) => byLetter.get(letterKey(delivery))?.found === "same",
        notFound: () =>
          all
            .filter(({ found }) => found === "no")
            .map(({ corrected, line }) => ({ line, isCorrected: corrected !== undefined }))
      }
    }
  }
}

const inFile = ({ corrected, line }: Entry): FiledMatch => ({ _tag: "InFile", line, corrected })

const tooLarge = (what: string): FileTooLarge =>
  new FileTooLarge({ detail: `${what}, which are not remembered at once` })

const twice = (line: number, other: number): LineInvalid =>
  new LineInvalid({ line, detail: `the message of line ${other} again, with other data or another text` })

/**
 * Names a dead letter, also once it was restored: its first id, with what it has then. The id alone names none, since an
 * emulator gives ids again, and so `dlq-restored-id` may stand in two letters.
 */
const letterKey = (delivery: Delivery): string => {
  const attributes = Object.entries(restoredMessage(delivery).attributes).sort(([one], [other]) =>
    one < other ? -1 : 1
  )
  return hash("sha256", JSON.stringify([firstIdOf(delivery), digestOf(delivery), attributes]), "base64")
}

/** Names the message that became a dead letter; undefined where its attributes do not. */
const messageKey = (delivery: Delivery): string | undefined => {
  const { markedBy, messageId, subscription } = receivedDeadLetter(delivery)
  if (markedBy !== "counterfoil" || messageId === undefined || subscription === undefined) return undefined
  return JSON.stringify([subscription, messageId, digestOf(delivery)])
}

const digestOf = ({ data }: Delivery): string => hash("sha256", data, "base64")

const isSame = (one: Uint8Array | undefined, other: Uint8Array | undefined): boolean =>
  one === undefined || other === undefined ? one === other : Buffer.compare(one, other) === 0
