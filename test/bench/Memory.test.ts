import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { containers } from "../../bench/scenarios/Memory.ts"

const document = readFileSync(join(import.meta.dirname, "..", "..", "docs", "containers.md"), "utf8")

describe("The settings for a container's memory that are measured", () => {
  it.each(containers)("$limit MiB: are those of the document", ({ limit, nodeOptions, settings }) => {
    const name = limit < 1024 ? `${limit} MiB` : `${limit / 1024} GiB`
    const others = Object.entries(settings).map(([key, value]) => `\`${key}=${value}\``)
    expect(document).toContain(`| ${name} | \`${nodeOptions.join(" ")}\` | ${others.join(", ") || "–"} |`)
  })
})
