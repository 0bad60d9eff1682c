/** Writes a file of dead letters, which is there once it is whole. */
import { randomBytes } from "node:crypto"
import { dirname } from "node:path"
import { Effect, FileSystem, type PlatformError, type Scope } from "effect"
import type { Delivery } from "../pubsub/Message.ts"
import { deadLetterParts } from "./DeadLetterFile.ts"
import { DeadLetterFileError, FileExists, FileUnusable, fileErrorOf } from "./DeadLetterFileError.ts"

/** A file that is being written. */
export interface DeadLetterFileWriter {
  readonly append: (deliveries: ReadonlyArray<Delivery>) => Effect.Effect<void, DeadLetterFileError>
  /**
   * Gives the file its name.
   *
   * **Guarantee**: what was appended is on the disk then, and so is its name; it survives the loss of power. Where no
   * file is to be replaced, none is, also if two processes write the same name at once.
   */
  readonly commit: Effect.Effect<void, DeadLetterFileError>
  /** What was appended so far. **Units**: bytes of the file. */
  readonly written: () => { readonly letters: number; readonly bytes: number }
}

/** How a file is written. */
export interface FileWriteOptions {
  /** Whether a file of that name is replaced. */
  readonly overwrites: boolean
}

/**
 * Begins a file of dead letters under a temporary name beside its own, which only its owner may read (0600). Without
 * `commit` it is removed when the scope closes; a process that is killed leaves `FILE.….part`.
 *
 * **Errors**: `DeadLetterFileError`: a file of that name is there, or it cannot be written.
 */
export const writeDeadLetterFile = (
  file: string,
  options: FileWriteOptions
): Effect.Effect<DeadLetterFileWriter, DeadLetterFileError, FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const failed = fileErrorOf(file)
    const checked = checkName(files, file, options)
    yield* checked
    const part = `${file}.${randomBytes(4).toString("hex")}.part`
    let isCommitted = false
    yield* Effect.addFinalizer(() => (isCommitted ? Effect.void : Effect.ignore(files.remove(part))))
    const opened = yield* files.open(part, { flag: "wx", mode: 0o600 }).pipe(Effect.mapError(failed))
    const totals = { letters: 0, bytes: 0 }

    const write = (text: string) => {
      const bytes = Buffer.from(text, "utf8")
      totals.bytes += bytes.length
      return Effect.mapError(opened.writeAll(bytes), failed)
    }
    return {
      append: Effect.fnUntraced(function* (deliveries) {
        for (const part of deadLetterParts(deliveries)) yield* write(part)
        totals.letters += deliveries.length
      }),
      commit: Effect.gen(function* () {
        yield* Effect.mapError(opened.sync, failed)
        yield* checked
        yield* Effect.mapError(giveName(files, part, file, options), failed)
        isCommitted = true
        yield* syncFolder(files, dirname(file))
      }).pipe(Effect.uninterruptible),
      written: () => ({ ...totals })
    }
  })

/** Whether the name is free, or may be taken. Only a file is replaced: a device or a pipe is none. */
const checkName = (
  files: FileSystem.FileSystem,
  file: string,
  { overwrites }: FileWriteOptions
): Effect.Effect<void, DeadLetterFileError> =>
  Effect.gen(function* () {
    const failed = fileErrorOf(file)
    if (!(yield* Effect.mapError(files.exists(file), failed))) return
    if (!overwrites) return yield* new DeadLetterFileError({ file, reason: new FileExists() })
    const { type } = yield* Effect.mapError(files.stat(file), failed)
    if (type === "File") return
    const reason = new FileUnusable({ detail: "it is no regular file, and is not replaced by one" })
    return yield* new DeadLetterFileError({ file, reason })
  })

/**
 * Gives the temporary file its name. A rename would replace a file that has come since the name was looked at, such as
 * the export of another discard; a link fails there.
 */
const giveName = (
  files: FileSystem.FileSystem,
  part: string,
  file: string,
  { overwrites }: FileWriteOptions
): Effect.Effect<void, PlatformError.PlatformError> =>
  overwrites
    ? files.rename(part, file)
    : Effect.andThen(files.link(part, file), Effect.ignore(files.remove(part)))

/** A name is durable once its folder is; where folders cannot be synchronised, as on Windows, it is so by itself. */
const syncFolder = (files: FileSystem.FileSystem, folder: string): Effect.Effect<void> =>
  Effect.ignore(Effect.scoped(Effect.flatMap(files.open(folder, { flag: "r" }), (opened) => opened.sync)))
