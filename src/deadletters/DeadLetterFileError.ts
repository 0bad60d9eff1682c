/** Why a file of dead letters could not be read or written. */
import { Data, type PlatformError } from "effect"

/** There is no such file. */
export class FileMissing extends Data.TaggedError("FileMissing") {
  override get message(): string {
    return "no such file"
  }
}

/** A file of that name is there already, and was not to be replaced. */
export class FileExists extends Data.TaggedError("FileExists") {
  override get message(): string {
    return "it is there already"
  }
}

/** A line is not what this format has. **Guarantee**: quotes nothing of the message in it. */
export class LineInvalid extends Data.TaggedError("LineInvalid")<{
  /** From 1. */
  readonly line: number
  /** Its path; undefined where the line as a whole is wrong. */
  readonly field?: string | undefined
  readonly detail: string
}> {
  override get message(): string {
    const field = this.field === undefined ? "" : `, field ${this.field}`
    return `line ${this.line}${field}: ${this.detail}`
  }
}

/** More dead letters, or more bytes of corrections, than are remembered at once. */
export class FileTooLarge extends Data.TaggedError("FileTooLarge")<{ readonly detail: string }> {
  override get message(): string {
    return this.detail
  }
}

/** The file system does not take or give it: no space, no permission. */
export class FileUnusable extends Data.TaggedError("FileUnusable")<{
  readonly detail: string
  readonly cause?: unknown
}> {
  override get message(): string {
    return this.detail
  }
}

/** Why a file of dead letters could not be read or written. */
export type DeadLetterFileReason = FileMissing | FileExists | LineInvalid | FileTooLarge | FileUnusable

/** A file of dead letters could not be read or written. */
export class DeadLetterFileError extends Data.TaggedError("DeadLetterFileError")<{
  readonly file: string
  readonly reason: DeadLetterFileReason
}> {
  override get message(): string {
    return `${this.file}: ${this.reason.message}`
  }

  /** Whether the same may succeed later, with the same file. */
  get isRetryable(): boolean {
    return this.reason._tag === "FileUnusable"
  }
}

/** What the file system said, as an error of this file. */
export const fileErrorOf =
  (file: string) =>
  (error: PlatformError.PlatformError): DeadLetterFileError => {
    if (error.reason._tag === "NotFound") return new DeadLetterFileError({ file, reason: new FileMissing() })
    if (error.reason._tag === "AlreadyExists")
      return new DeadLetterFileError({ file, reason: new FileExists() })
    const { cause } = error
    const detail = cause instanceof Error ? cause.message : error.message
    return new DeadLetterFileError({ file, reason: new FileUnusable({ detail, cause: error }) })
  }
