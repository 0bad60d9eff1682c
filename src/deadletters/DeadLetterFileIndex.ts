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
  /** Whether `find` has found this dead letter of the file. */
  readonly isFound: (delivery: Delivery) => boolean
}

/**
 * Reads a file to its end. The same dead letter twice is one.
 *
 * A correction holds for its message: also for a dead letter that is the same message once more, since a crash can
 * repeat one. So the original of a correction is not tried beside it.
 *
 * **Errors**: `DeadLetterFileError`, also where a message is corrected in two ways, and beyond 200,000 dead letters or
 * 64 MiB of corrections.
 */
export const indexDeadLetterFile = (
  file: string
): Effect.Effect<DeadLetterFileIndex, DeadLetterFileError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const entries = makeEntries()
    yield* Stream.runForEach(readDeadLetterFile(file), (letters) =>
      Effect.forEach(
        letters,
        (letter) => {
          const reason = entries.add(letter)
          return reason === undefined ? Effect.void : new DeadLetterFileError({ file, reason })
        },
        { discard: true }
      )
    )
    return entries.index(file)
  })

interface Entry {
  readonly line: number
  /** A digest of the data. */
  readonly data: string
  /** A digest of the attributes that it has once it is restored. */
  readonly attributes: string
  readonly corrected: Uint8Array | undefined
  found: "no" | "differing" | "same"
}

const makeEntries = () => {
  const byId = new Map<string, Entry>()
  /** Those with a correction, by the message that they are. */
  const corrections = new Map<string, Entry>()
  let correctionBytes = 0

  const addCorrection = (entry: Entry, bytes: Uint8Array, { delivery, line }: FiledDeadLetter) => {
    correctionBytes += bytes.length
    if (correctionBytes > fileCorrectionsBytes)
      return tooLarge(`more than ${fileCorrectionsBytes} bytes of corrections`)
    const message = messageKey(delivery, entry.data)
    const other = message === undefined ? undefined : corrections.get(message)
    if (message !== undefined && other === undefined) corrections.set(message, entry)
    return other?.corrected === undefined || isSame(other.corrected, bytes)
      ? undefined
      : twice(line, other.line)
  }

  const add = (letter: FiledDeadLetter): LineInvalid | FileTooLarge | undefined => {
    const { corrected, delivery, line } = letter
    const entry: Entry = { line, ...digestsOf(delivery), corrected, found: "no" }
    const id = firstIdOf(delivery)
    const other = byId.get(id)
    if (other !== undefined) {
      const isSameLetter = other.data === entry.data && other.attributes === entry.attributes
      const isSameCorrection =
        other.corrected === undefined
          ? corrected === undefined
          : corrected !== undefined && isSame(other.corrected, corrected)
      return isSameLetter && isSameCorrection ? undefined : twice(line, other.line)
    }
    if (byId.size >= fileLettersMax) return tooLarge(`more than ${fileLettersMax} dead letters`)
    byId.set(id, entry)
    return corrected === undefined ? undefined : addCorrection(entry, corrected, letter)
  }

  const find = (delivery: Delivery): FiledMatch => {
    const digests = digestsOf(delivery)
    const entry = byId.get(firstIdOf(delivery))
    const correction = corrections.get(messageKey(delivery, digests.data) ?? "")
    if (entry === undefined) return correction === undefined ? { _tag: "NotInFile" } : inFile(correction)
    if (entry.data !== digests.data || entry.attributes !== digests.attributes) {
      if (entry.found === "no") entry.found = "differing"
      return { _tag: "Differs", line: entry.line }
    }
    entry.found = "same"
    return inFile(entry.corrected === undefined ? (correction ?? entry) : entry)
  }

  return {
    add,
    index: (file: string): DeadLetterFileIndex => {
      const all = [...byId.values()]
      return {
        file,
        size: byId.size,
        corrected: all.filter(({ corrected }) => corrected !== undefined).length,
        find,
        isFound: (delivery) => byId.get(firstIdOf(delivery))?.found === "same",
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

/** What tells whether a delivery is the dead letter of a file, also once one of them was restored. */
const digestsOf = (delivery: Delivery): Pick<Entry, "data" | "attributes"> => {
  const attributes = Object.entries(restoredMessage(delivery).attributes).sort(([one], [other]) =>
    one < other ? -1 : 1
  )
  return {
    data: hash("sha256", delivery.data, "base64"),
    attributes: hash("sha256", JSON.stringify(attributes), "base64")
  }
}

/** Names the message that became a dead letter; undefined where its attributes do not. */
const messageKey = (delivery: Delivery, digest: string): string | undefined => {
  const { markedBy, messageId, subscription } = receivedDeadLetter(delivery)
  if (markedBy !== "counterfoil" || messageId === undefined || subscription === undefined) return undefined
  return JSON.stringify([subscription, messageId, digest])
}

const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0
