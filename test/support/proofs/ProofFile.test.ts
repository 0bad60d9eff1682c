import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { ProofFile } from "./ProofFile.ts"
import { proofReport } from "./ProofReport.ts"
import { testedTree } from "./TestedTree.ts"

const newFolder = (): string => mkdtempSync(join(tmpdir(), "proofs-"))

const result = (holds: boolean, said = "seen") => ({ holds, said, seconds: 2 })

describe("ProofFile", () => {
  it("a run that was cut off goes on with what is missing, and with what failed", () => {
    const folder = newFolder()
    const first = ProofFile.open("trial", false, folder)
    first.add("a", result(true))
    first.add("b", result(false))
    const second = ProofFile.open("trial", false, folder)
    assert.deepStrictEqual(second.missing(["a", "b", "c"]), ["b", "c"])
    second.add("b", result(true))
    assert.deepStrictEqual(ProofFile.open("trial", false, folder).missing(["a", "b", "c"]), ["c"])
  })

  it("a part that held and then failed does not hold", () => {
    const file = ProofFile.open("trial", false, newFolder())
    file.add("a", result(true))
    file.add("a", result(false))
    assert.deepStrictEqual(file.missing(["a"]), ["a"])
    assert.deepStrictEqual(
      file.resultsOf(["a"]).map(({ holds }) => holds),
      [false]
    )
  })

  it("--fresh tries everything anew, and other programs have files of their own", () => {
    const folder = newFolder()
    ProofFile.open("trial", false, folder).add("a", result(true))
    assert.deepStrictEqual(ProofFile.open("other", false, folder).missing(["a"]), ["a"])
    assert.deepStrictEqual(ProofFile.open("trial", true, folder).missing(["a"]), ["a"])
  })
})

describe("testedTree", () => {
  const repository = (): string => {
    const folder = newFolder()
    for (const name of ["src", "test", "bin", "cql", "docs"]) {
      mkdirSync(join(folder, name))
      writeFileSync(join(folder, name, "a.txt"), name)
    }
    for (const name of ["package.json", "package-lock.json", "README.md"])
      writeFileSync(join(folder, name), "{}")
    const git = (...args: ReadonlyArray<string>) =>
      execFileSync("git", args, { cwd: folder, stdio: "ignore" })
    git("init")
    git("add", ".")
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-m", "a")
    return folder
  }

  it("is another after a change of the program or of its tests, committed or not, and of nothing else", () => {
    const folder = repository()
    const before = testedTree(folder)
    assert.match(before.commit, /^[0-9a-f]+$/)
    writeFileSync(join(folder, "README.md"), "changed")
    writeFileSync(join(folder, "docs", "a.txt"), "changed")
    assert.deepStrictEqual(testedTree(folder), before)
    writeFileSync(join(folder, "test", "new.txt"), "new")
    const after = testedTree(folder)
    assert.notStrictEqual(after.hash, before.hash)
    assert.strictEqual(after.commit, `${before.commit} with changes`)
  })
})

describe("proofReport", () => {
  const tree = { hash: "abc", commit: "def" }
  const common = { title: "T", command: "npm run t", claim: "All is well.", tree }
  const at = "2024-01-21T01:02:03.000Z"

  it("says what failed first, and what was not tried", () => {
    const text = proofReport({
      ...common,
      parts: 3,
      results: [
        { part: "a", ...result(true), at },
        { part: "b", ...result(false, "1 | lost"), at }
      ]
    })
    assert.include(text, "1 of 3 hold, 1 FAILED, 1 not tried")
    assert.include(
      text,
      "## Failed\n\n| part | holds | what was seen | took |\n|---|---|---|---|\n| b | **NO**"
    )
    assert.include(text, "1 \\| lost")
    assert.include(text, "from 2024-01-21 01:02 to 2024-01-21 01:02 UTC")
  })

  it("counts every part, also where its table lists several as one", () => {
    const text = proofReport({
      ...common,
      parts: 2,
      results: [
        { part: "seeds 1 to 50", ...result(true), at },
        { part: "seeds 51 to 100", ...result(true), at }
      ],
      rows: [{ part: "seeds 1 to 100", ...result(true), at }]
    })
    assert.include(text, "2 of 2 hold")
    assert.include(text, "| seeds 1 to 100 | yes |")
    assert.notInclude(text, "| seeds 1 to 50 |")
  })
})
