#!/usr/bin/env node
// Plain JavaScript that an old Node can parse: Node strips no types under node_modules, where this is once installed.
import { existsSync } from "node:fs"
import nodeModule from "node:module"

const [major, minor] = process.versions.node.split(".").map(Number)

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `counterfoil: Node ${process.versions.node} is too old, it needs 22.19 or later. ` +
      "In a clone, `npm ci` brings one along, which npx uses: npx counterfoil …\n"
  )
  process.exitCode = 2
} else {
  nodeModule.enableCompileCache()
  const built = new URL("../dist/main.js", import.meta.url)
  await import(existsSync(built) ? built.href : new URL("../src/main.ts", import.meta.url).href)
}
