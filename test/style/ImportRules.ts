/** Which part of the program may know which. */
import { posix } from "node:path"
import { importsOf } from "./Code.ts"
import type { Finding, Rule, Source } from "./Rule.ts"

/** The folders of `src/`, and which of them each may import besides itself; from the inside out. */
const mayImport: Readonly<Record<string, ReadonlyArray<string>>> = (() => {
  const library = ["time", "pubsub", "cassandra", "deadletters", "pipeline", "testing"]
  return {
    time: [],
    pubsub: ["time"],
    cassandra: ["time"],
    deadletters: ["time", "pubsub"],
    pipeline: ["time", "pubsub", "deadletters"],
    testing: ["time", "pubsub", "cassandra", "deadletters", "pipeline"],
    domain: [],
    facts: ["domain", "time", "cassandra"],
    telemetry: ["domain", "time", "pubsub", "cassandra", "deadletters", "pipeline"],
    ingest: [...library, "domain", "facts", "telemetry"],
    checks: [...library, "domain", "facts", "telemetry", "ingest", "sample", "http", "config"],
    sample: [...library, "domain"],
    http: ["telemetry", "domain"],
    config: [...library, "domain", "facts", "telemetry", "ingest", "sample", "http"],
    app: [...library, "domain", "facts", "telemetry", "ingest", "sample", "http", "config"],
    cli: [...library, "domain", "facts", "checks", "telemetry", "ingest", "sample", "http", "config", "app"],
    main: ["cli"]
  }
})()

const areaOf = (path: string): string | undefined => {
  if (path === "src/main.ts") return "main"
  if (path === "src/App.ts") return "app"
  const folder = /^src\/([a-z]+)\//.exec(path)?.[1]
  return folder !== undefined && folder in mayImport ? folder : undefined
}

const inSrc = (path: string): boolean => path.startsWith("src/") && path.endsWith(".ts")

const wrongWay = ({ path, text }: Source): ReadonlyArray<Finding> => {
  const from = areaOf(path)
  if (from === undefined) return [{ line: 1, what: "belongs to no area of DESIGN's layout" }]
  return importsOf(text).flatMap(({ specifier, line }) => {
    if (!specifier.startsWith(".")) return []
    const to = areaOf(posix.join(posix.dirname(path), specifier))
    const allowed = to === from || (to !== undefined && mayImport[from]?.includes(to))
    return allowed ? [] : [{ line, what: `${from} imports ${to ?? "what is outside of src"}: ${specifier}` }]
  })
}

/** The one place of each vendor's client. */
const vendors: ReadonlyArray<{ readonly client: RegExp; readonly home: string }> = [
  { client: /^(@google-cloud\/|google-gax|@grpc\/)/, home: "src/pubsub/google/" },
  { client: /^cassandra-driver/, home: "src/cassandra/" },
  { client: /^node:sqlite/, home: "src/facts/FactStoreSqlite" }
]

const straysFromHome = ({ path, text }: Source): ReadonlyArray<Finding> =>
  importsOf(text).flatMap(({ specifier, line }) =>
    vendors
      .filter(({ client, home }) => client.test(specifier) && !path.startsWith(home))
      .map(({ home }) => ({ line, what: `${specifier} belongs to ${home}` }))
  )

const loadsEagerly = ({ text }: Source): ReadonlyArray<Finding> =>
  importsOf(text)
    .filter(({ specifier, atLoad }) => atLoad && vendors.some(({ client }) => client.test(specifier)))
    .map(({ specifier, line }) => ({ line, what: `${specifier} is loaded before it is needed` }))

const at = (path: string, text: string): Source => ({ path, text })

/** The rules on imports. */
export const importRules: ReadonlyArray<Rule> = [
  {
    name: "dependencies point one way: the library ← domain ← facts, telemetry ← ingest, sample, http ← config ← App ← cli ← main",
    covers: inSrc,
    find: wrongWay,
    bad: [
      at("src/domain/Fact.ts", `import type { FactStore } from "../facts/FactStore.ts"`),
      at("src/pubsub/Subscriber.ts", `import {\n  a\n} from "../cassandra/Cassandra.ts"`),
      at("src/pipeline/Pipeline.ts", `const x = import("../facts/FactStoreSqlite.ts")`),
      at("src/deadletters/DeadLetters.ts", `export { b } from "../pipeline/Pipeline.ts"`),
      at("src/cassandra/Cassandra.ts", `import { Fact } from "../domain/Fact.ts"`),
      at("src/App.ts", `import { run } from "./cli/Run.ts"`),
      at("src/cli/Cli.ts", `import "../main.ts"`),
      at("src/cli/Cli.ts", `import { World } from "../../test/support/World.ts"`),
      at("src/elsewhere/Thing.ts", "")
    ],
    good: [
      at("src/facts/FactStoreCassandra.ts", `import { Cassandra } from "../cassandra/Cassandra.ts"`),
      at("src/config/HttpSection.ts", `import type { HttpSettings } from "../http/HttpSettings.ts"`),
      at("src/ingest/Redrive.ts", `import { makePipeline } from "../pipeline/Pipeline.ts"`),
      at("src/main.ts", `import { command } from "./cli/Command.ts"`)
    ]
  },
  {
    name: "each vendor's client is imported in one folder only",
    covers: inSrc,
    find: straysFromHome,
    bad: [
      at("src/pipeline/Pipeline.ts", `import type { Message } from "@google-cloud/pubsub"`),
      at("src/facts/FactStoreCassandra.ts", `import type { types } from "cassandra-driver"`),
      at("src/cli/commands/DemoCommand.ts", `const sqlite = await import("node:sqlite")`)
    ],
    good: [at("src/cassandra/internal/Driver.ts", `export type Driver = typeof import("cassandra-driver")`)]
  },
  {
    name: "vendors' clients are loaded only when they are needed, so that --help is quick",
    covers: inSrc,
    find: loadsEagerly,
    bad: [
      at("src/cassandra/internal/Driver.ts", `import { Client } from "cassandra-driver"`),
      at("src/pubsub/google/Client.ts", `import {\n  PubSub\n} from "@google-cloud/pubsub"`),
      at("src/facts/FactStoreSqlite.ts", `import "node:sqlite"`)
    ],
    good: [
      at("src/cassandra/internal/Driver.ts", `import type { Client } from "cassandra-driver"`),
      at("src/cassandra/internal/Driver.ts", `const load = () => import("cassandra-driver")`)
    ]
  }
]
