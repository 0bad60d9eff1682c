import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { settingOf, variables } from "./Acceptance.ts"

const root = join(import.meta.dirname, "..", "..")

const documents = [
  "deploy/README.md",
  "docs/managed-services.md",
  "docs/access.md",
  "docs/cloud-run.md",
  "docs/containers.md"
]

/** Words of others that look like our variables: they hold an underscore. */
const foreign = ["NODE_OPTIONS", "LOCAL_QUORUM", "LOCAL_ONE"]

/** `NODE_OPTIONS` by the memory limit of a container, as docs/containers.md advises. **Units**: MiB. */
const advised = new Map(
  [
    ...readFileSync(join(root, "docs/containers.md"), "utf8").matchAll(/^\| (\d+) (MiB|GiB) \| `([^`]*)`/gm)
  ].map(([, count, unit, options]) => [Number(count) * (unit === "GiB" ? 1024 : 1), options] as const)
)

describe("docs/containers.md", () => {
  it("advises heaps that leave a quarter of the container for what is outside of them", () => {
    expect([...advised.keys()]).toEqual([256, 512, 1024, 2048])
    for (const [limit, options = ""] of advised) {
      const [, old, young] = /^--max-old-space-size=(\d+) --max-semi-space-size=(\d+)$/.exec(options) ?? []
      expect(limit - Number(old) - 3 * Number(young)).toBeGreaterThanOrEqual(limit / 4)
    }
  })

  it.each([
    ["deploy/kubernetes/base/deployment.yaml", 512],
    ["deploy/kubernetes/components/redrive/cronjob.yaml", 256],
    ["deploy/kubernetes/components/redrive/job.yaml", 256],
    ["deploy/compose/compose.yaml", 512]
  ])("advises what %s has", (path, limit) => {
    const text = readFileSync(join(root, path), "utf8")
    expect(text).toMatch(new RegExp(`(memory: |mem_limit: )${limit}(Mi|m)`))
    expect(text).toContain(String(advised.get(limit)))
  })
})

describe("docs/cloud-run.md", () => {
  const text = readFileSync(join(root, "docs/cloud-run.md"), "utf8")
  const pairsOf = (flag: string): ReadonlyArray<readonly [string, string]> =>
    [...text.matchAll(new RegExp(`^ *--${flag}=(\\S+)`, "gm"))]
      .flatMap(([, list = ""]) => list.split(","))
      .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)])
  const environment = Object.fromEntries(pairsOf("set-env-vars"))

  it("sets only what is allowed", () => {
    for (const name of Object.keys(environment))
      expect({ name, value: settingOf(name, environment) }).toMatchObject({ name })
  })

  it("mounts the password where the process reads it, for a user", () => {
    const mounted = pairsOf("set-secrets").map(([path]) => path)
    expect(mounted).toEqual([environment["CASSANDRA_PASSWORD_FILE"]])
    expect(environment["CASSANDRA_USERNAME"]).toMatch(/\w/)
  })
})

describe.each(documents)("%s", (path) => {
  const text = readFileSync(join(root, path), "utf8")

  it("names only settings that there are", () => {
    const named = text.match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? []
    expect(named.filter((name) => !variables.has(name) && !foreign.includes(name))).toEqual([])
  })
})
