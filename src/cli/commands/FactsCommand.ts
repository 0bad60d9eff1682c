/** `facts`: reads the fact table. */
import { Effect, Option } from "effect"
import { Argument, Command } from "effect/cli"
import { cassandraSection } from "../../config/CassandraSection.ts"
import { int64Text } from "../../config/parsers/Int64Text.ts"
import { withPreset } from "../../config/Section.ts"
import { int64Max } from "../../domain/Int64.ts"
import { configured } from "../Configured.ts"
import { jsonFlag, settingFlags } from "../Flags.ts"
import { demoTable } from "./DemoSettings.ts"

const table = withPreset(cassandraSection, demoTable)
const flags = settingFlags(table)

// The values of `OrderId`.
const orderIdAllowed = `a whole number from 1 to ${int64Max}`
const orderIdOf = (text: string) => Option.filter(int64Text.parse(text), (id) => id >= 1n)

const get = Command.make(
  "get",
  {
    orderId: Argument.String("ORDER_ID").pipe(
      Argument.filterMap(orderIdOf, () => orderIdAllowed),
      Argument.withDescription(`The order's id: ${orderIdAllowed}`)
    ),
    json: jsonFlag,
    flags
  },
  ({ orderId, json, flags }) =>
    configured({ cassandra: table }, flags, ({ settings }) =>
      Effect.gen(function* () {
        const { connectedFacts, showFact } = yield* Effect.promise(() => import("./Facts.ts"))
        yield* showFact(orderId, json).pipe(connectedFacts(settings.cassandra))
      })
    )
).pipe(Command.withDescription("Print the row of an order; exit 1 where there is none"))

const count = Command.make("count", { json: jsonFlag, flags }, ({ json, flags }) =>
  configured({ cassandra: table }, flags, ({ settings }) =>
    Effect.gen(function* () {
      const { connectedFacts, showCount } = yield* Effect.promise(() => import("./Facts.ts"))
      yield* showCount(json).pipe(connectedFacts(settings.cassandra))
    })
  )
).pipe(Command.withDescription("Count the rows, by reading the whole table"))

/** `facts get ORDER_ID` and `facts count`. */
export const factsCommand = Command.make("facts").pipe(
  Command.withDescription("Read the fact table"),
  Command.withSubcommands([get, count])
)
