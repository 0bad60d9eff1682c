#!/usr/bin/env node
// Plain JavaScript that an old Node can parse: Node strips no types under node_modules, where this is once installed.
import { existsSync, readdirSync, statSync } from "node:fs"
import nodeModule from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import v8 from "node:v8"

const [major, minor] = process.versions.node.split(".").map(Number)

/** When a folder, or anything in it, was last changed. */
const changedAt = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).reduce(
    (latest, { name, parentPath }) => Math.max(latest, statSync(join(parentPath, name)).mtimeMs),
    statSync(folder).mtimeMs
  )

/** What was built, unless the sources, or the packages copied into it, have changed since. An installed package has no sources. */
const entry = () => {
  const built = new URL("../dist/program/main.js", import.meta.url)
  const source = new URL("../src/main.ts", import.meta.url)
  if (!existsSync(built)) return source
  if (!existsSync(source)) return built
  const changed = Math.max(
    changedAt(fileURLToPath(new URL(".", source))),
    statSync(new URL("../package-lock.json", import.meta.url)).mtimeMs
  )
  return changed > statSync(built).mtimeMs ? source : built
}

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `counterfoil: Node ${process.versions.node} is too old, it needs 22.19 or later. ` +
      "In a clone, `npm ci` brings one along, which npx uses: npx counterfoil …\n"
  )
  process.exitCode = 2
} else {
  nodeModule.enableCompileCache()
  // V8 begins with room for 1 MiB of young objects and doubles it step by step; until it is large, objects that a
  // batch needs for a moment are copied again and again. See docs/decisions/0008-cost-of-a-row.md.
  v8.setFlagsFromString("--semi-space-growth-factor=16")
  await import(entry().href)
}
