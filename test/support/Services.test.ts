import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { describe, expect, it } from "vitest"

describe("npm run services", () => {
  it("--help describes each flag, and offers nothing it has no use for", () => {
    const text = execFileSync(process.execPath, [join(import.meta.dirname, "services.ts"), "--help"], {
      encoding: "utf8"
    })
    for (const name of ["exports", "cassandra-port", "cassandra-heap", "pubsub-port"])
      expect(text).toMatch(new RegExp(`^ +--${name} \\S+ +\\S+ \\S+`, "m"))
    expect(text).not.toContain("--wizard")
    expect(text).not.toContain("--log-level")
  })
})
