import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, it } from "vitest"
import { documents, read, root } from "./docs/Documents.ts"

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
    expect(links.filter((path) => !existsSync(join(root, dirname(document), path)))).toEqual([])
  })
})
