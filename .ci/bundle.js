// Bundles the program of the command line into a folder (left out: dist/program), so that it starts sooner: node .ci/bundle.js FOLDER
// See docs/decisions/0029-bundled-program.md.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { basename, dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { rolldown } from "rolldown"

const root = fileURLToPath(new URL("..", import.meta.url))
const folder = process.argv[2] ?? join(root, "dist", "program")

/** Effect and what it runs on; every other package stays one of its own, which is loaded when it is needed. */
const bundled = /^(effect|@effect\/platform-node|@effect\/platform-node-shared|ws)(\/|$)/

const isOfAnotherPackage = (id) => /^[@a-z]/.test(id) && !bundled.test(id)

const packageOf = (path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]

/** The licence of a package, as its text asks for where a copy is handed on. */
const licenceOf = (name) => {
  const place = join(root, "node_modules", name)
  const file = readdirSync(place).find((each) => /^licen[cs]e/i.test(each))
  if (file === undefined) throw new Error(`${name} is bundled and has no licence file`)
  const { version } = JSON.parse(readFileSync(join(place, "package.json"), "utf8"))
  return `${name} ${version}\n\n${readFileSync(join(place, file), "utf8").trim()}\n`
}

if (basename(folder) !== "program") throw new Error(`${folder} would be emptied: it is not named program`)
rmSync(folder, { recursive: true, force: true })
const bundle = await rolldown({
  cwd: root,
  input: { main: join(root, "src", "main.ts") },
  platform: "node",
  // The same bundle, whatever lies beside the sources.
  tsconfig: false,
  external: isOfAnotherPackage
})
// Not minified: names in a stack trace are those of the sources, even without a source map.
const { output } = await bundle.write({
  dir: folder,
  format: "esm",
  sourcemap: true,
  // As if the folder were in the repository, wherever it is.
  sourcemapPathTransform: (source, map) => join("..", "..", relative(root, resolve(dirname(map), source))),
  chunkFileNames: "[name].js"
})
await bundle.close()
const packages = new Set(
  output.flatMap(({ moduleIds = [] }) => moduleIds.flatMap((id) => packageOf(id) ?? []))
)
// What Rolldown adds of its own is a copy, too.
const notices = [...packages, "rolldown"].toSorted().map(licenceOf)
writeFileSync(
  join(folder, "licenses.txt"),
  `The files beside this one hold copies of these packages.\n\n${notices.join(`\n${"-".repeat(80)}\n\n`)}`
)
