import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"

const root = join(import.meta.dirname, "..")
const read = (path: string): string => readFileSync(join(root, path), "utf8")

const documents = ["README.md", "AGENTS.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]

/** What a failure table's row cites: a test file and the title of a test in it. */
const citations = [...read("ARCHITECTURE.md").matchAll(/`(test\/[\w/.]+\.test\.ts)`: "([^"]+)"/g)].map(
  ([, file = "", title = ""]) => ({ file, title })
)

describe("the documents", () => {
  it("the failure table cites tests, each of which is there under that title", () => {
    expect(citations.length).toBeGreaterThan(15)
    expect(
      citations.filter(({ file, title }) => !existsSync(join(root, file)) || !read(file).includes(title))
    ).toEqual([])
  })

  it.each(documents)("%s links only to files that are there", (document) => {
    const links = [...read(document).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, path = ""]) => path)
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it.each(documents)("%s names only npm scripts that there are", (document) => {
    const { scripts } = JSON.parse(read("package.json")) as {
      readonly scripts: Readonly<Record<string, string>>
    }
    const named = [...read(document).matchAll(/npm run ([\w:-]+)/g)].map(([, name = ""]) => name)
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([])
  })
})
