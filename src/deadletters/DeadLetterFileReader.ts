/** Reads a file of dead letters, a part at a time. */
import { Effect, FileSystem, Result, Stream } from "effect"
import { type FiledDeadLetter, readDeadLetterLine } from "./DeadLetterFile.ts"
import { DeadLetterFileError, fileErrorOf, LineInvalid } from "./DeadLetterFileError.ts"
import { fileChunkBytes, fileLineBytes } from "./Limits.ts"

/**
 * The dead letters of a file in its order, in batches. Empty lines, a byte-order mark and the line ends of Windows are
 * no fault.
 *
 * **Errors**: `DeadLetterFileError`: there is no such file, it cannot be read, or a line of it is no dead letter, which
 * ends the reading.
 */
export const readDeadLetterFile = (
  file: string
): Stream.Stream<ReadonlyArray<FiledDeadLetter>, DeadLetterFileError, FileSystem.FileSystem> =>
  Stream.unwrap(
    Effect.map(FileSystem.FileSystem, (files) => {
      const lines = makeLines()
      const failed = (reason: LineInvalid) => new DeadLetterFileError({ file, reason })
      return files.stream(file, { chunkSize: fileChunkBytes }).pipe(
        Stream.mapError(fileErrorOf(file)),
        Stream.map((chunk) => lines.take(chunk)),
        Stream.concat(Stream.suspend(() => Stream.succeed(lines.rest()))),
        Stream.mapEffect((read) => Effect.mapError(Effect.fromResult(Result.all(read)), failed)),
        Stream.filter((letters) => letters.length > 0)
      )
    })
  )

type ReadLine = Result.Result<FiledDeadLetter, LineInvalid>

/** Cuts bytes into lines, and reads them. */
interface Lines {
  /** Those that end with these bytes. */
  readonly take: (chunk: Uint8Array) => ReadonlyArray<ReadLine>
  /** The last one, where no line end follows it. */
  readonly rest: () => ReadonlyArray<ReadLine>
}

const makeLines = (): Lines => {
  let begun: Array<Uint8Array> = []
  let begunBytes = 0
  let line = 0
  const begin = (part: Uint8Array): void => {
    begun.push(part)
    begunBytes += part.length
  }
  const end = (): ReadonlyArray<ReadLine> => {
    const bytes = begun.length === 1 ? begun[0] : Buffer.concat(begun)
    begun = []
    begunBytes = 0
    line++
    return readLine(bytes ?? new Uint8Array(0), line)
  }
  return {
    take: (chunk) => {
      const read: Array<ReadLine> = []
      let start = 0
      for (;;) {
        const at = chunk.indexOf(lineFeed, start)
        if (at < 0) break
        begin(chunk.subarray(start, at))
        read.push(...end())
        start = at + 1
      }
      if (start < chunk.length) begin(chunk.slice(start))
      if (begunBytes > fileLineBytes) {
        const detail = `more than ${fileLineBytes} bytes, which no dead letter takes`
        read.push(Result.fail(new LineInvalid({ line: line + 1, detail })))
      }
      return read
    },
    rest: () => (begun.length === 0 ? [] : end())
  }
}

const lineFeed = 0x0a

const readLine = (bytes: Uint8Array, line: number): ReadonlyArray<ReadLine> => {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return [Result.fail(new LineInvalid({ line, detail: "expected UTF-8 text" }))]
  }
  return text.trim() === "" ? [] : [readDeadLetterLine(text, line)]
}

// It drops a byte-order mark, which some editors write.
const utf8 = new TextDecoder("utf-8", { fatal: true })
