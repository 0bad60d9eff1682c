import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { codeOnly } from "./style/Code.ts"
import { codeRules } from "./style/CodeRules.ts"
import { importRules } from "./style/ImportRules.ts"
import { libraryRules } from "./style/LibraryRules.ts"
import { repositoryRules } from "./style/RepositoryRules.ts"
import { applied, type Source } from "./style/Rule.ts"
import { treeRules } from "./style/TreeRules.ts"

const root = join(import.meta.dirname, "..")

// New files too, before they are committed; not what git ignores.
const listing = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8"
})

const sources: ReadonlyArray<Source> = listing
  .split("\0")
  .filter((path) => path !== "" && existsSync(join(root, path)))
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }))

const rules = [...importRules, ...libraryRules, ...codeRules, ...repositoryRules]

describe("the style of the project", () => {
  it("has sources to look at", () => {
    expect(sources.map(({ path }) => path)).toContain("src/domain/Fact.ts")
  })

  it.each(rules)("$name", (rule) => {
    expect(sources.flatMap((source) => applied(rule, source))).toEqual([])
  })

  it.each(treeRules)("$name", (rule) => {
    expect(rule.find(sources)).toEqual([])
  })
})

describe("the rules of style", () => {
  it.each(rules)("sees what breaks it: $name", (rule) => {
    const missed = rule.bad.filter((source) => applied(rule, source).length === 0)
    expect(missed).toEqual([])
  })

  it.each(rules)("lets pass what is only near: $name", (rule) => {
    expect(rule.good.flatMap((source) => applied(rule, source))).toEqual([])
  })

  it.each(treeRules)("sees what breaks it: $name", ({ bad, find }) => {
    expect(bad.filter((sources) => find(sources).length === 0)).toEqual([])
  })

  it.each(treeRules)("lets pass what is only near: $name", ({ find, good }) => {
    expect(good.flatMap(find)).toEqual([])
  })

  it("comments, strings and regular expressions are not code", () => {
    const text = "a /* b */ + \"c\" + 'd' + `e` + f(/g/) // h"
    expect(codeOnly(text).replaceAll(/\s+/g, " ").trim()).toBe("a + + + + f( )")
    expect(codeOnly(text)).toHaveLength(text.length)
    expect(codeOnly("a / b / c")).toBe("a / b / c")
    expect(codeOnly(`const s = ${"`$"}{any}${"`"}`)).toContain("any")
  })
})
