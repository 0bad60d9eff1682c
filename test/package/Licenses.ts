/** Writes `docs/licenses.md` from the lock file: what the program and the library bring along, and under which licences. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { manifest, root } from "./Tarball.ts"

/** A package that is installed with ours. */
export interface InstalledPackage {
  readonly name: string
  readonly version: string
  readonly license: string
  /** The file with the text that its licence asks to be kept; undefined where it has none. */
  readonly notice: string | undefined
}

/** What is installed with ours: what the lock file does not mark as for development, or optional. */
export const installedPackages = (): ReadonlyArray<InstalledPackage> =>
  Object.entries(lock.packages)
    .filter(([path, { dev, optional }]) => path !== "" && dev !== true && optional !== true)
    .map(([path, { license, version }]) => ({
      name: path.replace(/^node_modules\//, "").replace("/node_modules/", " › "),
      version: version ?? "",
      license: license ?? "unknown",
      notice: noticeIn(join(root, path))
    }))

/** The licences of all that is installed with ours, as Markdown. */
export const licenses = (): string => {
  const packages = installedPackages()
  const counts = [...Map.groupBy(packages, ({ license }) => license)]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([license, those]) => `${those.length} ${license}`)
  const lines = packages.map(
    ({ license, name, notice, version }) => `| ${name} | ${version} | ${license} | ${notice ?? ""} |`
  )
  const table = ["| package | version | licence | notice |", "|---|---|---|---|", ...lines].join("\n")
  return `${intro(packages.length, counts)}\n\n${table}\n`
}

const intro = (count: number, counts: ReadonlyArray<string>): string => `# Licences

<!-- Generated from package-lock.json by \`npm run docs\`; a test compares them. -->

Counterfoil is under Apache-2.0. An installation brings ${count} packages along: ${counts.join(", ")}.
They are not in our tarball, but for what the bundled program holds copies of; the licences of these are beside it, in
\`dist/program/licenses.txt\`. Whoever builds an image hands them on, and keeps the licence file of each, and the notice
where there is one; both stand in the package's folder. Direct dependencies: ${Object.keys({
  ...manifest.dependencies,
  effect: ""
})
  .toSorted()
  .map((name) => `\`${name}\``)
  .join(", ")} ([why each](decisions/0006-dependencies.md)).`

interface LockedPackage {
  readonly version?: string
  readonly license?: string
  readonly dev?: boolean
  readonly optional?: boolean
}

const lock: { readonly packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(
  readFileSync(join(root, "package-lock.json"), "utf8")
)

const noticeIn = (folder: string): string | undefined => {
  if (!existsSync(folder)) return undefined
  return readdirSync(folder).find((file) => /^notice(\.txt|\.md)?$/i.test(file))
}
