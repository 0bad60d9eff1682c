/** What the folders of the library do not know: the application that is built on them. */
import { counterfoil } from "../../src/cli/Cli.ts"
import { sections } from "../../src/config/Sections.ts"
import { codeOnly } from "./Code.ts"
import { type Finding, lineAt, matches, type Rule, type Source } from "./Rule.ts"

/** The folders that others import as `counterfoil/pubsub` and so on. */
const libraryFile = /^src\/(time|pubsub|cassandra|deadletters|pipeline|testing)\//

/** A variable that is Google's own convention, which all its clients read. */
const conventions = ["PUBSUB_EMULATOR_HOST"]

const variables = Object.values(sections)
  .flatMap((section) => Object.values(section.variables))
  .flatMap(({ doc }) => [doc.name, ...(doc.aliases ?? [])])
  .filter((name) => !conventions.includes(name))

const commands = counterfoil.subcommands.flatMap(({ commands }) => commands.map(({ name }) => name))

/**
 * Variables by their prefixes and by their names; commands; flags; and what the application is about, as a word of a
 * text or as a part of an identifier. The English word "order" stays, and so does "ordering".
 */
const speaksOfTheApplication: ReadonlyArray<RegExp> = [
  /\b(CASSANDRA|PUBSUB)_(?!EMULATOR_HOST\b)\w+/g,
  new RegExp(String.raw`\b(${variables.join("|")})\b`, "g"),
  new RegExp(String.raw`\bcounterfoil (${commands.join("|")})\b`, "g"),
  /(?<![\w-])--[a-z][a-z-]+/g,
  /\b(orders|payments?|facts?)\b/gi,
  /\border(_i|I)ds?\b/g,
  /(?<=[a-z])(Orders|Payments?|Facts?)(?![a-z])|\b(orders|payments?|facts?)(?=[A-Z_])|_(orders|payments?|facts?)(?![a-z])/g
]

/** What one program has once, and the library may not have a say in. */
const reachesBeyond = /\bprocess\.\w+|\bglobal(This)?\b(?!:)|\bsetFlagsFromString\b/g

const findings = ({ text }: Source): ReadonlyArray<Finding> => {
  const found = speaksOfTheApplication.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => ({ line: lineAt(text, match.index), what: match[0] }))
  )
  return found.toSorted((one, other) => one.line - other.line)
}

const at = (text: string, path = "src/cassandra/Cassandra.ts"): Source => ({ path, text })

/** The rules on the library. */
export const libraryRules: ReadonlyArray<Rule> = [
  {
    name: "nothing in the library's folders speaks of orders, payments, facts, variables, flags or commands of the application",
    covers: (path) => libraryFile.test(path),
    find: findings,
    bad: [
      at(`const detail = "set CASSANDRA_USERNAME"`),
      at("/** What slowness never takes of MAX_IN_FLIGHT_WRITES. */"),
      at(`import { Fact } from "../domain/Fact.ts"`),
      at("const create = `counterfoil setup pubsub`", "src/pubsub/PubSubError.ts"),
      at(`const fix = "pass --project"`, "src/pubsub/google/GoogleClient.ts"),
      at("// set PUBSUB_PROJECT_ID", "src/pubsub/google/GoogleClient.ts"),
      at("const ordersTopic = 1", "src/testing/AdminTests.ts"),
      at("const query = `SELECT order_id FROM t`"),
      at("const paymentWaits = true", "src/pipeline/Pipeline.ts"),
      at("interface StoredFact {}", "src/pipeline/Pipeline.ts"),
      at("// a payment without its order", "src/deadletters/DeadLetters.ts"),
      at("const table = 'orders_payments_facts'")
    ],
    good: [
      at("// PUBSUB_EMULATOR_HOST, as Google's own clients read it", "src/pubsub/google/GoogleSettings.ts"),
      at("// in the order of their names: the ordering key is kept"),
      at("const orderingKey = message.orderingKey", "src/pubsub/Message.ts"),
      at("const factor = manufacturer - 1"),
      at(`import { connect } from "./internal/Connection.ts"`),
      at("const table = `counterfoil_migrations`"),
      at(`text.replace(/--.*$/gm, "")`),
      at("for (let left = 3; left > 0; left--) retry()"),
      at("const ordersTopic = 1", "src/ingest/Processor.ts")
    ]
  },
  {
    name: "the library sets no signal handler, ends no process, reads no environment and changes nothing global",
    covers: (path) => libraryFile.test(path),
    find: ({ text }) => matches(codeOnly(text), reachesBeyond),
    bad: [
      at(`process.on("SIGTERM", stop)`),
      at("process.exitCode = 1"),
      at("process.exit(1)"),
      at("const host = process.env"),
      at("globalThis.counterfoil = 1"),
      at("Object.assign(global, { counterfoil })"),
      at("v8.setFlagsFromString(flag)")
    ],
    good: [
      at("// a process.on is the program's"),
      at("const process = Effect.fnUntraced(function* () {})"),
      at("yield* process(batch)"),
      at("process.exit(1)", "src/cli/ProcessExit.ts")
    ]
  }
]
