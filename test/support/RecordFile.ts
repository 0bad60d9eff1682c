/** Results that are kept as they come, so that a run that was cut off goes on with what is missing. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync } from "node:fs"
import { dirname } from "node:path"

/** A file with one line of JSON a record, appended to. */
export class RecordFile<A> {
  readonly path: string
  readonly #records: Array<A>

  private constructor(path: string, records: Array<A>) {
    this.path = path
    this.#records = records
  }

  /** Opens it, or begins it. **Errors**: throws where a line is no JSON. */
  static open<A>(path: string, isFresh: boolean): RecordFile<A> {
    mkdirSync(dirname(path), { recursive: true })
    if (isFresh) rmSync(path, { force: true })
    if (!existsSync(path)) return new RecordFile<A>(path, [])
    const bytes = readFileSync(path)
    // The process may have ended in the middle of a line.
    const complete = bytes.subarray(0, bytes.lastIndexOf("\n") + 1)
    if (complete.length < bytes.length) truncateSync(path, complete.length)
    return new RecordFile<A>(path, recordsIn<A>(complete.toString(), path))
  }

  /** In the order in which they were appended. */
  get records(): ReadonlyArray<A> {
    return this.#records
  }

  append(record: A): void {
    appendFileSync(this.path, `${JSON.stringify(record)}\n`)
    this.#records.push(record)
  }
}

const recordsIn = <A>(text: string, path: string): Array<A> =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line, index): A => {
      try {
        return JSON.parse(line)
      } catch {
        throw new Error(`line ${index + 1} of ${path} is no JSON; --fresh begins the file anew`)
      }
    })
