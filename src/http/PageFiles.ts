/** The files that the page is made of: they are served as they are, and an incident file holds them. */
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Context, Data, Effect } from "effect"

/** Where the files are: `page/`, beside `src` in a clone, beside `dist` in an installed package. */
export const PageFolder = Context.Reference<string>("counterfoil/http/PageFolder", {
  defaultValue: () => fileURLToPath(new URL("../../page/", import.meta.url))
})

/** A file of the page could not be read. The next one that asks for it has it read anew. */
export class PageFileUnreadable extends Data.TaggedError("PageFileUnreadable")<{
  readonly name: string
  readonly cause: unknown
}> {
  /** Whether there is no such file, so that another try is of no use. */
  get isMissing(): boolean {
    const { cause } = this
    return cause instanceof Error && "code" in cause && /^(ENOENT|MODULE_NOT_FOUND)$/.test(String(cause.code))
  }

  override get message(): string {
    return `the page's file ${this.name} ${this.isMissing ? "is not there: install Counterfoil anew" : "could not be read; try again"}`
  }
}

const types = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml"
} as const

/** The modules of the page in an order in which each comes after those that it imports. */
export const pageModules = [
  "Words.js",
  "Recording.js",
  "Way.js",
  "View.js",
  "Plots.js",
  "Drawing.js",
  "Sheet.js",
  "Live.js",
  "ChecksText.js",
  "LookUpText.js",
  "LookUpForm.js",
  "Main.js"
] as const

/** The plots' library, as it is published. */
export const plotFiles = { script: "uPlot.iife.min.js", style: "uPlot.min.css" } as const

const served: ReadonlySet<string> = new Set([
  ...pageModules,
  plotFiles.script,
  plotFiles.style,
  "page.css",
  "icon.svg"
])

/** A file, and what it is. */
export interface PageFile {
  readonly text: string
  readonly contentType: string
}

/** Whether a browser may ask for a file of this name. */
export const isPageFile = (name: string): boolean => served.has(name)

/** The file `index.html`, or one of the others; read once. **Errors**: `PageFileUnreadable`. */
export const readPageFile = Effect.fnUntraced(function* (name: string) {
  const folder = yield* PageFolder
  const known = files.get(`${folder}${name}`)
  if (known !== undefined) return known
  const text = yield* Effect.tryPromise({
    try: async () => readFile(pathOf(folder, name), "utf8"),
    catch: (cause) => new PageFileUnreadable({ name, cause })
  })
  const file: PageFile = { text, contentType: typeOf(name) }
  files.set(`${folder}${name}`, file)
  return file
})

/** Only what was read: one that failed is read anew. */
const files = new Map<string, PageFile>()

const pathOf = (folder: string, name: string): string =>
  name.startsWith("uPlot.")
    ? createRequire(import.meta.url).resolve(`uplot/dist/${name}`)
    : join(folder, name)

const typeOf = (name: string): string => {
  const ending = name.slice(name.lastIndexOf(".") + 1)
  return ending in types ? types[ending as keyof typeof types] : "application/octet-stream"
}
