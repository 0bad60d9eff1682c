/** Which file imports which. */
import { posix } from "node:path"
import { importsOf } from "./Code.ts"
import type { Source } from "./Rule.ts"

/** Files, each with those of the repository that it imports, types included. */
export type ImportGraph = ReadonlyMap<string, ReadonlyArray<string>>

/** The imports of these files. */
export const importGraph = (sources: ReadonlyArray<Source>): ImportGraph =>
  new Map(sources.map(({ path, text }) => [path, localImports(path, text)]))

/** Everything that a file imports, itself or through others. */
export const reachedFrom = (path: string, imports: ImportGraph): ReadonlySet<string> => {
  const reached = new Set<string>()
  const pending = [...(imports.get(path) ?? [])]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (reached.has(next)) continue
    reached.add(next)
    pending.push(...(imports.get(next) ?? []))
  }
  return reached
}

/** The files that import themselves by way of others. */
export const inCircles = (imports: ImportGraph): ReadonlyArray<string> =>
  [...imports.keys()].filter((path) => reachedFrom(path, imports).has(path))

const localImports = (path: string, text: string): ReadonlyArray<string> =>
  importsOf(text)
    .filter(({ specifier }) => specifier.startsWith("."))
    .map(({ specifier }) => posix.join(posix.dirname(path), specifier))
