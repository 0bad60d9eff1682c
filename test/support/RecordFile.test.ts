import { appendFileSync, mkdtempSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { RecordFile } from "./RecordFile.ts"

interface Round {
  readonly stream: string
  readonly round: number
}

const newPath = (): string => join(mkdtempSync(join(tmpdir(), "records-")), "below", "rounds.jsonl")

const written = (path: string, ...rounds: ReadonlyArray<Round>): void => {
  const file = RecordFile.open<Round>(path, false)
  for (const round of rounds) file.append(round)
}

const read = (path: string): ReadonlyArray<Round> => RecordFile.open<Round>(path, false).records

describe("RecordFile", () => {
  const first = { stream: "orders", round: 0 }
  const second = { stream: "payments", round: 1 }

  it("a run that was cut off finds what it had done", () => {
    const path = newPath()
    written(path, first, second)
    assert.deepStrictEqual(read(path), [first, second])
  })

  it("a record that was only half written is done again, and the next one has a line of its own", () => {
    const path = newPath()
    written(path, first)
    appendFileSync(path, JSON.stringify(second).slice(0, 10))
    assert.deepStrictEqual(read(path), [first])
    written(path, second)
    assert.deepStrictEqual(read(path), [first, second])
  })

  it("a file that begins in the middle of a line has no record", () => {
    const path = newPath()
    written(path)
    appendFileSync(path, `{"stream":"or`)
    assert.deepStrictEqual(read(path), [])
    assert.strictEqual(readFileSync(path, "utf8"), "")
  })

  it("--fresh forgets what was done", () => {
    const path = newPath()
    written(path, first)
    assert.deepStrictEqual(RecordFile.open(path, true).records, [])
    assert.deepStrictEqual(read(path), [])
  })

  it("a line that is no JSON is reported with its number, and not skipped", () => {
    const path = newPath()
    written(path, first)
    appendFileSync(path, "nonsense\n")
    assert.throws(() => read(path), /line 2 of .*rounds\.jsonl/)
  })
})
