import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { apiReference, exportsOf } from "./ApiReference.ts"
import { publicModules } from "./Exports.ts"
import { filesIn, root } from "./Tarball.ts"

describe("the reference of the library", () => {
  it("docs/api.md tells what is exported as it is (`npm run docs` writes it)", async () => {
    await expect(apiReference()).toMatchFileSnapshot("../../docs/api.md")
  })

  it("leaves out no name of a public module that has documentation", () => {
    const text =
      "/** One. Two. */\nexport const one = 1\n/**\n * Two.\n *\n * **Units**: s\n */\nexport class Two {}\n"
    expect(exportsOf(text)).toEqual([
      { name: "one", kind: "value", doc: "One." },
      { name: "Two", kind: "class", doc: "Two." }
    ])
    for (const { source } of publicModules) {
      const whole = readFileSync(join(root, "src", source), "utf8")
      const names = [...whole.matchAll(/^export (?:class|const|function|interface|type) (\w+)/gm)].map(
        ([, name]) => name
      )
      expect(new Set(exportsOf(whole).map(({ name }) => name))).toEqual(new Set(names))
    }
  })
})

describe("AGENTS.md", () => {
  const page = readFileSync(join(root, "AGENTS.md"), "utf8")

  it("shows code that stands in an example, and so is compiled and tested", () => {
    const code = filesIn(join(root, "examples"))
      .filter((file) => file.endsWith(".ts") && !file.includes("node_modules"))
      .map((file) => readFileSync(join(root, "examples", file), "utf8"))
    const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block = ""]) => block)
    expect(blocks.length).toBeGreaterThan(3)
    expect(blocks.filter((block) => !code.some((text) => text.includes(block)))).toEqual([])
  })

  it("names only modules that can be imported", () => {
    const named = [...page.matchAll(/`(?:counterfoil|…)(\/\w+(?:\/\w+)*)`/g)].map(
      ([, name]) => `counterfoil${name}`
    )
    expect(named.length).toBeGreaterThan(10)
    const there = publicModules.map(({ name }) => name)
    expect(named.filter((name) => !there.includes(name))).toEqual([])
  })
})
