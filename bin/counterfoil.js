#!/usr/bin/env node
// Plain JavaScript that an old Node can parse: Node strips no types under node_modules, where this is once installed.
import { existsSync } from "node:fs"
import nodeModule from "node:module"
import v8 from "node:v8"

const [major, minor] = process.versions.node.split(".").map(Number)

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
  const built = new URL("../dist/main.js", import.meta.url)
  await import(existsSync(built) ? built.href : new URL("../src/main.ts", import.meta.url).href)
}
