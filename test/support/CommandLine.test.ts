import { parseArgs } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { amountIn, namesIn, readCommandLine } from "./CommandLine.ts"

const usage = "npm run it -- [--lanes N]\n"

const read = (args: ReadonlyArray<string>) =>
  amountIn(
    "--lanes",
    parseArgs({ args: [...args], options: { lanes: { type: "string", default: "2" } } }).values.lanes
  )

describe("the command line of a program for tests", () => {
  it("gives its options", () => {
    assert.deepStrictEqual(readCommandLine(usage, ["--lanes", "3"], read), { _tag: "Options", options: 3 })
  })

  it("gives the usage when it is asked for, whatever else there is", () => {
    assert.deepStrictEqual(readCommandLine(usage, ["--lanes", "x", "--help"], read), {
      _tag: "Help",
      text: usage
    })
  })

  it.each([
    [["--lane", "3"], "Unknown option '--lane'"],
    [["--lanes", "0"], '--lanes is "0"; it must be a whole number of at least 1'],
    [["--lanes", ""], '--lanes is ""; it must be a whole number of at least 1'],
    [["--lanes", "1.5"], '--lanes is "1.5"; it must be a whole number of at least 1']
  ])("says what is wrong, then the usage: %j", (args, wrong) => {
    const line = readCommandLine(usage, args, read)
    assert.strictEqual(line._tag, "Wrong")
    if (line._tag !== "Wrong") return
    assert.isTrue(line.text.startsWith(wrong), line.text)
    assert.isTrue(line.text.endsWith(`\n\n${usage}`), line.text)
  })

  it("takes names in the order in which they are known, each once, and none that is unknown", () => {
    assert.deepStrictEqual(namesIn("--only", "c, a,c", ["a", "b", "c"]), ["a", "c"])
    assert.throws(() => namesIn("--only", "a,d", ["a", "b"]), '--only names "d"; it must be of a, b')
  })
})
