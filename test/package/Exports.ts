/** What `exports` of the manifest lets others import, and what that loads. */
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { importsOf } from "../style/Code.ts"
import { filesIn, manifest, root } from "./Tarball.ts"

/** The folders of the library. Only their declarations are published. */
export const isOfLibrary = (source: string): boolean =>
  /^(time|pubsub|cassandra|deadletters|pipeline|testing)\//.test(source)

/** A module that others may import. */
export interface PublicModule {
  /** **Shape**: `counterfoil/pubsub/Publisher`. */
  readonly name: string
  /** **Shape**: within `src`, `pubsub/Publisher.ts`. */
  readonly source: string
}

/** All modules that others may import; one that has two names is there under both. */
export const publicModules: ReadonlyArray<PublicModule> = filesIn(join(root, "src"))
  .filter(isOfLibrary)
  .flatMap((source) => {
    const target = `./dist/${source.replace(/\.ts$/, ".js")}`
    const names = [
      `./${source.replace(/\.ts$/, "")}`,
      ...Object.keys(manifest.exports).filter((entry) => !entry.includes("*"))
    ]
    return [...new Set(names)]
      .filter((name) => resolved(name) === target)
      .map((name) => ({ name: name.replace(/^\./, "counterfoil"), source }))
  })

/** What Node makes of a name, by the rules of `exports`: an exact one first, then the longest pattern. */
export function resolved(name: string): string | null | undefined {
  const { exports } = manifest
  if (name in exports && !name.includes("*")) return exports[name]
  const pattern = Object.keys(exports)
    .filter((entry) => entry.endsWith("*") && name.startsWith(entry.slice(0, -1)))
    .toSorted((one, other) => other.length - one.length)
    .at(0)
  if (pattern === undefined) return undefined
  return exports[pattern]?.replace("*", name.slice(pattern.length - 1)) ?? null
}

/** The bytes of JavaScript of ours that an import of a file loads at once. */
export const bytesLoaded = (entry: string): number => {
  const seen = new Map<string, number>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    const text = readFileSync(file, "utf8")
    seen.set(file, text.length)
    for (const { atLoad, specifier } of importsOf(text))
      if (atLoad && specifier.startsWith(".")) visit(join(dirname(file), specifier))
  }
  visit(entry)
  return [...seen.values()].reduce((sum, bytes) => sum + bytes, 0)
}
