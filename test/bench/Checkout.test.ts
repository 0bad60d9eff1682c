import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Checkouts } from "../../bench/comparison/Checkout.ts"

/** A repository with one commit, and folders for its checkouts. */
const repository = () => {
  const folder = mkdtempSync(join(tmpdir(), "bench-"))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const git = (...args: ReadonlyArray<string>) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...args], { cwd: folder })
  write("bin/counterfoil.js", "committed")
  write("package-lock.json", "{}")
  write("docs/a.md", "a document")
  write(".gitignore", "node_modules/\n")
  write("node_modules/effect/package.json", "{}")
  git("init", "--quiet")
  git("add", "--all")
  git("commit", "--quiet", "--message", "one")
  const checkouts = new Checkouts(folder, mkdtempSync(join(tmpdir(), "bench-")))
  return { folder, write, git, checkouts }
}

const commandIn = (folder: string): string => readFileSync(join(folder, "bin/counterfoil.js"), "utf8")

describe("Checkout", () => {
  it("the working tree counts with what is not committed, and with new files", () => {
    const { checkouts, write } = repository()
    write("bin/counterfoil.js", "changed")
    write("src/New.ts", "new")
    const before = checkouts.ofCommit("HEAD")
    const after = checkouts.ofWorkingTree()
    assert.deepStrictEqual([commandIn(before.folder), commandIn(after.folder)], ["committed", "changed"])
    assert.isTrue(existsSync(join(after.folder, "src/New.ts")))
    assert.match(after.name, /with changes/)
  })

  it("what changes after the checkout does not count", () => {
    const { checkouts, write } = repository()
    const { folder } = checkouts.ofWorkingTree()
    write("bin/counterfoil.js", "changed while it is measured")
    assert.strictEqual(commandIn(folder), "committed")
  })

  it("a changed document makes no other Counterfoil, so that measured rounds stay valid", () => {
    const { checkouts, write } = repository()
    write("docs/a.md", "another document")
    write("README.md", "new")
    write("bench/results/against-abc.md", "results")
    assert.strictEqual(checkouts.ofWorkingTree().tree, checkouts.ofCommit("HEAD").tree)
  })

  it("an older commit can be checked out, whatever changed since, committed or not", () => {
    const { checkouts, folder, write, git } = repository()
    write("bin/counterfoil.js", "second")
    write("docs/a.md", "second")
    git("commit", "--quiet", "--all", "--message", "two")
    write("docs/a.md", "third")
    write("test/New.ts", "new")
    const made = [checkouts.ofCommit("HEAD~1"), checkouts.ofCommit("HEAD"), checkouts.ofWorkingTree()]
    assert.deepStrictEqual(
      made.map((checkout) => commandIn(checkout.folder)),
      ["committed", "second", "second"]
    )
    assert.strictEqual(readFileSync(join(folder, "docs/a.md"), "utf8"), "third")
  })

  it("the index of the repository stays as it was", () => {
    const { checkouts, write, git } = repository()
    write("src/New.ts", "new")
    checkouts.ofWorkingTree()
    assert.strictEqual(String(git("status", "--porcelain")), "?? src/\n")
  })

  it("a checkout whose packages are gone is made anew", () => {
    const { checkouts } = repository()
    const { folder } = checkouts.ofCommit("HEAD")
    rmSync(join(folder, "node_modules"))
    checkouts.ofCommit("HEAD")
    assert.isTrue(existsSync(join(folder, "node_modules/effect/package.json")))
  })

  it("a commit that is not there is an error", () => {
    const { checkouts } = repository()
    assert.throws(() => checkouts.ofCommit("no-such-commit"), "git knows no commit no-such-commit")
  })
})
