/** The files that the page is made of: they are served as they are, and an incident file holds them. */
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"

/** `page/`: beside `src` in a clone, beside `dist` in an installed package. */
const folder = fileURLToPath(new URL("../../page/", import.meta.url))

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

/** One of the files that a browser asks for by name; undefined where there is none of that name. */
export const pageFile = (name: string): Promise<PageFile> | undefined =>
  served.has(name) ? readPageFile(name) : undefined

/** The file `index.html`, or one of the others; read once. */
export const readPageFile = (name: string): Promise<PageFile> => {
  const known = files.get(name)
  if (known !== undefined) return known
  const path = name.startsWith("uPlot.")
    ? createRequire(import.meta.url).resolve(`uplot/dist/${name}`)
    : `${folder}${name}`
  const read = readFile(path, "utf8").then((text) => ({ text, contentType: typeOf(name) }))
  files.set(name, read)
  return read
}

const files = new Map<string, Promise<PageFile>>()

const typeOf = (name: string): string => {
  const ending = name.slice(name.lastIndexOf(".") + 1)
  return ending in types ? types[ending as keyof typeof types] : "application/octet-stream"
}
