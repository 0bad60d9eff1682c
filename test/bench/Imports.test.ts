import { readdirSync, readFileSync } from "node:fs"
import { join, posix } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { importsOf } from "../style/Code.ts"

const root = join(import.meta.dirname, "..", "..")

/** Each file of bench, with the files of the repository that it imports, types included. */
const imports: ReadonlyMap<string, ReadonlyArray<string>> = new Map(
  readdirSync(join(root, "bench"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => {
      const path = posix.join("bench", name)
      const local = importsOf(readFileSync(join(root, path), "utf8"))
        .filter(({ specifier }) => specifier.startsWith("."))
        .map(({ specifier }) => posix.join(posix.dirname(path), specifier))
      return [path, local]
    })
)

/** Everything that the file imports, itself or through others. */
const reachedFrom = (path: string): ReadonlySet<string> => {
  const reached = new Set<string>()
  const pending = [...(imports.get(path) ?? [])]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (reached.has(next)) continue
    reached.add(next)
    pending.push(...(imports.get(next) ?? []))
  }
  return reached
}

describe("the imports of bench", () => {
  it("are those of its files", () => {
    assert.include(imports.get("bench/main.ts") ?? [], "bench/Options.ts")
    assert.include([...reachedFrom("bench/main.ts")], "bench/Traffic.ts")
  })

  it("have no circle", () => {
    assert.deepStrictEqual(
      [...imports.keys()].filter((path) => reachedFrom(path).has(path)),
      []
    )
  })

  it("reach src from one file only, so that any commit can be compared by its command alone", () => {
    const importers = [...imports].filter(([, local]) => local.some((path) => path.startsWith("src/")))
    assert.deepStrictEqual(
      importers.map(([path]) => path),
      ["bench/cluster/InBatches.ts"]
    )
  })
})
