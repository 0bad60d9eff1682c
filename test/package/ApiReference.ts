/** Writes `docs/api.md` from the sources of what others may import. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { type PublicModule, publicModules } from "./Exports.ts"
import { root } from "./Tarball.ts"

/** All names that the package exports, each with the first sentence of its documentation, as Markdown. */
export const apiReference = (): string => `${[intro, ...modulesBySource().map(chapter)].join("\n\n")}\n`

const intro = `# What the package exports

<!-- Generated from the sources by \`npm run docs\`; a test compares them. -->

Each module is an entry of its own. What is not here cannot be imported. The whole documentation of a name, with units, errors
and guarantees, is in its declaration, which editors show. How the modules are used: [AGENTS.md](../AGENTS.md).`

interface Module {
  readonly names: ReadonlyArray<string>
  readonly source: string
}

const modulesBySource = (): ReadonlyArray<Module> =>
  [...Map.groupBy(publicModules, ({ source }: PublicModule) => source)].map(([source, modules]) => ({
    source,
    names: modules.map(({ name }) => name).toSorted((one, other) => one.length - other.length)
  }))

const chapter = ({ names, source }: Module): string => {
  const text = readFileSync(join(root, "src", source), "utf8")
  const about = /^\/\*\*([\s\S]*?)\*\/\n(?=import |\n)/.exec(text)?.[1]
  const lines = exportsOf(text).map(({ doc, kind, name }) => `| \`${name}\` | ${kind} | ${doc} |`)
  return [
    `## ${names.map((name) => `\`${name}\``).join(", ")}`,
    ...(about === undefined ? [] : [firstSentence(about)]),
    ["| name | is a | |", "|---|---|---|", ...lines].join("\n")
  ].join("\n\n")
}

interface Export {
  readonly name: string
  readonly kind: string
  readonly doc: string
}

/** What a source exports itself, in the order of the text; what it hands on of another module is there. */
export const exportsOf = (text: string): ReadonlyArray<Export> =>
  [...text.matchAll(documented)].map(([, doc = "", keyword = "", name = "", rest = ""]) => ({
    name,
    kind: kindOf(keyword, rest),
    doc: firstSentence(doc)
  }))

// A doc comment holds no end of a comment, and stands right above what it documents.
const documented =
  /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport (abstract class|class|const|function|interface|type) (\w+)([^\n]*)/g

const kindOf = (keyword: string, rest: string): string => {
  if (keyword === "class") {
    if (rest.includes("Context.Service")) return "service"
    return /TaggedError/.test(rest) ? "error" : "class"
  }
  if (keyword === "interface" || keyword === "type") return "type"
  return keyword === "function" || /^ = (Effect\.fn|<|\()|=>/.test(rest) ? "function" : "value"
}

const firstSentence = (doc: string): string => {
  const [paragraph = ""] = doc
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trim())
    .join("\n")
    .trim()
    .split(/\n\n|\n(?=\*\*)/)
  const text = paragraph
    .replaceAll("\n", " ")
    .replaceAll(/\{@link ([\w.]+)\}/g, "`$1`")
    .replaceAll("|", "\\|")
  return /^.*?[.?!](?=\s|$)/.exec(text)?.[0] ?? text
}
