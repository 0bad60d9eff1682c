import { appendFileSync, mkdtempSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { type MeasuredRound, missingRounds, RoundFile } from "../../bench/comparison/RoundFile.ts"
import { measuredRound } from "./MeasuredRounds.ts"

const newPath = (): string => join(mkdtempSync(join(tmpdir(), "bench-")), "against", "rounds.jsonl")

const written = (path: string, ...rounds: ReadonlyArray<MeasuredRound>): void => {
  const file = RoundFile.open(path, false)
  for (const round of rounds) file.append(round)
}

describe("RoundFile", () => {
  const first = measuredRound("orders", 0, 1.02)
  const second = measuredRound("payments", 0, 0.97)

  it("a run that was cut off finds the rounds that it had measured", () => {
    const path = newPath()
    written(path, first, second)
    assert.deepStrictEqual(RoundFile.open(path, false).rounds, [first, second])
  })

  it("a round that was only half written is measured again, and the next one has a line of its own", () => {
    const path = newPath()
    written(path, first)
    appendFileSync(path, JSON.stringify(second).slice(0, 40))
    assert.deepStrictEqual(RoundFile.open(path, false).rounds, [first])
    written(path, second)
    assert.deepStrictEqual(RoundFile.open(path, false).rounds, [first, second])
  })

  it("a file that begins in the middle of a line has no round", () => {
    const path = newPath()
    written(path)
    appendFileSync(path, `{"stream":"or`)
    assert.deepStrictEqual(RoundFile.open(path, false).rounds, [])
    assert.strictEqual(readFileSync(path, "utf8"), "")
  })

  it("--fresh forgets what was measured", () => {
    const path = newPath()
    written(path, first)
    assert.deepStrictEqual(RoundFile.open(path, true).rounds, [])
    assert.deepStrictEqual(RoundFile.open(path, false).rounds, [])
  })

  it("a line that is no JSON is reported with its number, and not skipped", () => {
    const path = newPath()
    written(path, first)
    appendFileSync(path, "nonsense\n")
    assert.throws(() => RoundFile.open(path, false), /line 2 of .*rounds\.jsonl/)
  })
})

describe("missingRounds", () => {
  it("goes round by round, and leaves out what is measured", () => {
    const measured = [measuredRound("orders", 0, 1), measuredRound("payments", 1, 1)]
    assert.deepStrictEqual(missingRounds(measured, ["orders", "payments"], 2), [
      { stream: "payments", round: 0 },
      { stream: "orders", round: 1 }
    ])
  })

  it("more rounds than before add to those that are there", () => {
    const measured = [measuredRound("orders", 0, 1), measuredRound("orders", 1, 1)]
    assert.deepStrictEqual(missingRounds(measured, ["orders"], 2), [])
    assert.deepStrictEqual(missingRounds(measured, ["orders"], 3), [{ stream: "orders", round: 2 }])
  })
})
