/** `setup`: creates what is missing in Pub/Sub and Cassandra. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { cassandraSection } from "../../config/CassandraSection.ts"
import { ConfigurationError } from "../../config/Configuration.ts"
import { pubSubSection } from "../../config/PubSubSection.ts"
import { configured } from "../Configured.ts"
import { settingFlags } from "../Flags.ts"

const parts = ["pubsub", "cassandra"] as const

const needsCassandra = new ConfigurationError({
  problems: [
    "--index-payments is for Cassandra: leave out `pubsub`, or say `setup cassandra --index-payments`"
  ]
})

/** `setup [pubsub|cassandra]`. */
export const setupCommand = Command.make(
  "setup",
  {
    part: Argument.Literals("part", parts).pipe(
      Argument.withDescription("Only this part, pubsub or cassandra; both where none is given"),
      Argument.optional
    ),
    dryRun: Flag.Boolean("dry-run").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Print the plan as gcloud commands and CQL, and change nothing")
    ),
    indexPayments: Flag.Boolean("index-payments").pipe(
      Flag.withDefault(false),
      Flag.withDescription(
        "Create an index on the payments of the fact table too, which `where --payment` uses; each payment then costs one write more"
      )
    ),
    flags: settingFlags(pubSubSection, cassandraSection)
  },
  ({ part, dryRun, indexPayments, flags }) =>
    Effect.gen(function* () {
      if (indexPayments && Option.contains(part, "pubsub")) return yield* needsCassandra
      const program = yield* Effect.promise(() => import("./Setup.ts"))
      const pubSub = dryRun ? program.printPubSub : program.setUpPubSub
      const cassandra = dryRun ? program.printCassandra : program.setUpCassandra
      const asked = (sources: ReadonlyMap<string, string>) => ({
        replication: sources.has("CASSANDRA_REPLICATION"),
        indexPayments
      })
      if (Option.isNone(part)) {
        const both = { pubSub: pubSubSection, cassandra: cassandraSection }
        return yield* configured(both, flags, ({ settings, sources }) =>
          Effect.andThen(pubSub(settings.pubSub), cassandra(settings.cassandra, asked(sources)))
        )
      }
      return part.value === "pubsub"
        ? yield* configured({ pubSub: pubSubSection }, flags, ({ settings }) => pubSub(settings.pubSub))
        : yield* configured({ cassandra: cassandraSection }, flags, ({ settings, sources }) =>
            cassandra(settings.cassandra, asked(sources))
          )
    })
).pipe(
  Command.withDescription(
    "Create the topics, subscriptions, keyspace and tables that are missing; as often as wanted"
  )
)
