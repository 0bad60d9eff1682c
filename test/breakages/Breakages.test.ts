/** Keeps the breakages alive: the lines they change, the tests that notice them, and the page that lists them. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { scenarios } from "../faults/Scenarios.ts"
import { broken, misfitOf } from "./Breakage.ts"
import { breakages } from "./Breakages.ts"
import { root } from "./Tree.ts"

const read = (path: string): string => readFileSync(join(root, path), "utf8")

/** Titles of contracts stand here, and not in the files that run them. */
const suites = readdirSync(join(root, "test/suites")).map((name) => read(`test/suites/${name}`))

const document = read("docs/decisions/0010-breakages.md")

const catchers = breakages.flatMap(({ name, caughtBy }) => caughtBy.map((catcher) => ({ name, catcher })))

/** Those of the kind "Scenario", by the scenario's name. */
const played = Map.groupBy(
  catchers.flatMap(({ catcher }) => (catcher._tag === "Scenario" ? [catcher] : [])),
  ({ name }) => name
)

describe("the breakages", () => {
  it.each(breakages)("$name: what it changes stands exactly once in $file", (breakage) => {
    const source = read(breakage.file)
    expect(misfitOf(breakage, source)).toBeUndefined()
    expect(broken(breakage, source)).not.toBe(source)
  })

  it("have names of their own, and change the program alone", () => {
    expect(new Set(breakages.map(({ name }) => name)).size).toBe(breakages.length)
    expect(breakages.filter(({ name }) => !/^[a-z0-9-]+$/.test(name))).toEqual([])
    expect(breakages.filter(({ file }) => !file.startsWith("src/"))).toEqual([])
  })

  it("are noticed by tests that are there under their titles", () => {
    const missing = catchers.filter(({ catcher }) => {
      if (catcher._tag !== "Unit" && catcher._tag !== "Integration") return false
      if (!existsSync(join(root, catcher.file))) return true
      return ![read(catcher.file), ...suites].some((text) => text.includes(catcher.title ?? ""))
    })
    expect(missing).toEqual([])
  })

  it("leave no scenario out: each fails when the mechanism it is there for is broken", () => {
    expect(scenarios.map(({ name }) => name).filter((name) => !played.has(name))).toEqual([])
    expect([...played.keys()].filter((name) => !scenarios.some((one) => one.name === name))).toEqual([])
  })

  it("are all on the page, and nothing else is", () => {
    const listed = [...document.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, name]) => name)
    expect(listed.toSorted()).toEqual(breakages.map(({ name }) => name).toSorted())
  })
})
