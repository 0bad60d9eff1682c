import { readdirSync, readFileSync } from "node:fs"
import { join, posix } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { importGraph, inCircles, reachedFrom } from "../style/ImportGraph.ts"

const root = join(import.meta.dirname, "..", "..")

const imports = importGraph(
  readdirSync(join(root, "bench"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => posix.join("bench", name))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }))
)

describe("the imports of bench", () => {
  it("are those of its files", () => {
    assert.include(imports.get("bench/main.ts") ?? [], "bench/Options.ts")
    assert.include([...reachedFrom("bench/main.ts", imports)], "bench/Traffic.ts")
  })

  it("have no circle", () => {
    assert.deepStrictEqual(inCircles(imports), [])
  })

  it("reach src from one file only, traces apart, so that any commit can be compared by its command alone", () => {
    // What traces cost is a command of its own, which compares no commits.
    const importers = [...imports].filter(
      ([path, local]) => !path.startsWith("bench/traces/") && local.some((other) => other.startsWith("src/"))
    )
    assert.deepStrictEqual(
      importers.map(([path]) => path),
      ["bench/cluster/InBatches.ts"]
    )
  })
})
