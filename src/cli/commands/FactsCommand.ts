/** `facts`: reads the fact table. */
import { Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { cassandraSection } from "../../config/CassandraSection.ts"
import { int64Text } from "../../config/parsers/Int64Text.ts"
import { configured } from "../Configured.ts"
import { jsonFlag, settingFlags } from "../Flags.ts"

const flags = settingFlags(cassandraSection)

const get = Command.make(
  "get",
  {
    orderId: Argument.String("ORDER_ID").pipe(
      Argument.filterMap(int64Text.parse, () => int64Text.allowed),
      Argument.withDescription("The order's id")
    ),
    json: jsonFlag,
    flags
  },
  ({ orderId, json, flags }) =>
    configured({ cassandra: cassandraSection }, flags, ({ settings }) =>
      Effect.gen(function* () {
        const { connectedFacts, showFact } = yield* Effect.promise(() => import("./Facts.ts"))
        yield* showFact(orderId, json).pipe(connectedFacts(settings.cassandra))
      })
    )
).pipe(Command.withDescription("Print the row of an order; exit 1 where there is none"))

const count = Command.make("count", { json: jsonFlag, flags }, ({ json, flags }) =>
  configured({ cassandra: cassandraSection }, flags, ({ settings }) =>
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
