/** Keeps the mutants alive: the lines they change, the tests that notice them, and the page that lists them. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { scenarios } from "../faults/Scenarios.ts"
import { broken, misfitOf } from "./Mutant.ts"
import { mutants } from "./Mutants.ts"
import { root } from "./Tree.ts"

const read = (path: string): string => readFileSync(join(root, path), "utf8")

/** Titles of contracts stand here, and not in the files that run them. */
const suites = ["src/testing", "test/suites"].flatMap((folder) =>
  readdirSync(join(root, folder)).map((name) => read(`${folder}/${name}`))
)

const document = read("docs/decisions/0010-mutants.md")

const catchers = mutants.flatMap(({ name, caughtBy }) => caughtBy.map((catcher) => ({ name, catcher })))

/** Those of the kind "Scenario", by the scenario's name. */
const usedScenarios = Map.groupBy(
  catchers.flatMap(({ catcher }) => (catcher._tag === "Scenario" ? [catcher] : [])),
  ({ name }) => name
)

/**
 * No single line breaks these. An order that comes 25 s after its payment is awaited by the grace that a payment is held,
 * and by the grace counted from its publish time: without one of them, the other one suffices. A process that Pub/Sub does
 * not answer is no longer connected, and soon renews its row no more. A slow host has more in flight than others, and
 * answers later: either tells.
 */
const heldByTwoMechanisms: ReadonlySet<string> = new Set([
  "frozen-alone",
  "third-process-joins",
  "one-without-pubsub",
  "node-slow"
])

describe("the mutants", () => {
  it.each(mutants)("$name: what it changes stands exactly once in $file", (mutant) => {
    const source = read(mutant.file)
    expect(misfitOf(mutant, source)).toBeUndefined()
    expect(broken(mutant, source)).not.toBe(source)
  })

  it("have names of their own, and change the program alone", () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
    expect(mutants.filter(({ name }) => !/^[a-z0-9-]+$/.test(name))).toEqual([])
    expect(mutants.filter(({ file }) => !file.startsWith("src/"))).toEqual([])
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
    const names = scenarios.map(({ name }) => name)
    expect(names.filter((name) => !usedScenarios.has(name) && !heldByTwoMechanisms.has(name))).toEqual([])
    const known = [...usedScenarios.keys(), ...heldByTwoMechanisms]
    expect(known.filter((name) => !names.includes(name))).toEqual([])
    expect([...heldByTwoMechanisms].filter((name) => usedScenarios.has(name))).toEqual([])
  })

  it("[G7] leave out no call of a ledger in the pipeline and in what runs it", () => {
    const calls = ["src/pipeline", "src/ingest"].flatMap((folder) =>
      readdirSync(join(root, folder)).flatMap((name) => callsOfLedger(`${folder}/${name}`))
    )
    expect(calls.length).toBeGreaterThan(15)
    const left = calls.filter(
      ({ file, at }) =>
        !mutants.some((mutant) => {
          const start = read(mutant.file).indexOf(mutant.text)
          return mutant.file === file && start <= at && at < start + mutant.text.length
        })
    )
    expect(left).toEqual([])
  })

  it("are all on the page, and nothing else is", () => {
    const listed = [...document.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, name]) => name)
    expect(listed.toSorted()).toEqual(mutants.map(({ name }) => name).toSorted())
  })
})

const callsOfLedger = (file: string): ReadonlyArray<{ readonly file: string; readonly at: number }> =>
  // The ledger itself adds up its own entries.
  file.endsWith("StreamLedger.ts")
    ? []
    : [
        ...read(file).matchAll(
          /(?:entry|from|[lL]edger)\.(?:received|fated|released|moveTo|keepOnly|close|retried|unconfirmed|publishFailed|abandon)\(/g
        )
      ].map(({ index }) => ({ file, at: index }))
