import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { CassandraError, TableMissing } from "../../src/cassandra/CassandraError.ts"
import { counterfoil } from "../../src/cli/Cli.ts"
import { remedies, remedyOf } from "../../src/cli/Remedies.ts"
import { sections } from "../../src/config/Sections.ts"
import { StoreUnavailable } from "../../src/domain/Fate.ts"
import { FactStoreError, FactStoreUnavailable } from "../../src/facts/FactStore.ts"
import { PubSubError, ResourceMissing } from "../../src/pubsub/PubSubError.ts"

const variables = Object.values(sections).flatMap((section) => Object.values(section.variables))
const names = variables.flatMap(({ doc }) => [doc.name, ...(doc.aliases ?? [])])
const flags = [...variables.map(({ flag }) => flag), "dry-run"]

/** Variables that Google's library reads. */
const foreign = ["GOOGLE_APPLICATION_CREDENTIALS"]

/** `setup pubsub`, and so on: each command, and each choice of its first argument. */
const commands = new Set([
  ...counterfoil.subcommands.flatMap(({ commands }) => commands.map(({ name }) => name)),
  "setup pubsub",
  "setup cassandra"
])

/** The tags of the errors that one file declares. */
const declared = (file: string): ReadonlyArray<string> =>
  [...readFileSync(join(import.meta.dirname, "../../src", file), "utf8").matchAll(/TaggedError\("(\w+)"\)/g)]
    .map(([, tag]) => tag ?? "")
    .filter((tag) => !/^((PubSub|Cassandra)Error|MigrationRefused)$/.test(tag))

describe("remedies", () => {
  it.each(["cassandra/CassandraError.ts", "cassandra/MigrationRefused.ts", "pubsub/PubSubError.ts"])(
    "there is one for every reason that %s declares",
    (file) => {
      expect(declared(file).length).toBeGreaterThan(3)
      expect(declared(file).filter((tag) => !Object.hasOwn(remedies, tag))).toEqual([])
    }
  )

  it.each(Object.entries(remedies))("of %s names only what there is: %s", (_, remedy) => {
    expect(remedy).toMatch(/^\S.*[^.\s]$/)
    for (const [, command = "", flag] of remedy.matchAll(/`counterfoil ([a-z ]*[a-z])(?: --([a-z-]+))?`/g)) {
      expect(commands).toContain(command)
      if (flag !== undefined) expect(flags).toContain(flag)
    }
    for (const [name] of remedy.matchAll(/\b[A-Z]+(_[A-Z]+)+\b/g))
      expect([...names, ...foreign]).toContain(name)
    for (const [, flag] of remedy.matchAll(/--([a-z-]+)/g)) expect(flags).toContain(flag)
  })
})

describe("remedyOf", () => {
  const tableMissing = new CassandraError({
    operation: "execute",
    reason: new TableMissing({ detail: "table t does not exist", cause: undefined })
  })
  const wrapped = new StoreUnavailable({
    message: "away",
    cause: new FactStoreError({
      operation: "store orders",
      reason: new FactStoreUnavailable({ detail: "away", cause: tableMissing })
    })
  })

  it("finds the reason of an error, however it is wrapped", () => {
    expect(remedyOf(tableMissing)).toBe("`counterfoil setup cassandra` creates it")
    expect(remedyOf(wrapped)).toBe("`counterfoil setup cassandra` creates it")
    const reason = new ResourceMissing({ cause: undefined })
    expect(remedyOf(new PubSubError({ operation: "publish", resource: "t", reason }))).toBe(
      "`counterfoil setup pubsub` creates what is missing"
    )
  })

  it("knows none for what nobody described, and ends on a circle", () => {
    const circle: { cause?: unknown } = {}
    circle.cause = circle
    for (const error of [undefined, null, "a text", new TypeError("x"), { _tag: "toString" }, circle]) {
      expect(remedyOf(error)).toBeUndefined()
    }
  })
})
