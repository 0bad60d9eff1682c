/** `doctor`: checks a deployment, or the manifests that one is made from. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { ConfigurationError } from "../../config/Configuration.ts"
import type { Parser } from "../../config/Parser.ts"
import { keyspaceName } from "../../config/parsers/CassandraName.ts"
import { sections } from "../../config/Sections.ts"
import { configured } from "../Configured.ts"
import { jsonFlag, settingFlags } from "../Flags.ts"
import { parsedFlag, switchFlag } from "../OwnFlags.ts"

const { pubSub, cassandra, processing, http, telemetry } = sections

/** What names of topics and subscriptions begin with. **Shape**: short, with room for what is put behind it. */
const preparedName: Parser<string> = {
  parse: (text) => (/^(?!goog)[a-z][a-z0-9._~+%-]{2,239}$/i.test(text) ? Option.some(text) : Option.none()),
  allowed: "3 to 240 letters, digits and -_.~+%, a letter first and not goog",
  example: "doctor-check"
}

const wrong = (problem: string) => new ConfigurationError({ problems: [problem] })
const needsLive = wrong("--live-topics and --live-keyspace are for --live")
const notOfFiles = wrong("--live is for a deployment: leave out FILE")

/** `doctor [--live|FILE…]`. */
export const doctorCommand = Command.make(
  "doctor",
  {
    files: Argument.String("FILE").pipe(
      Argument.withDescription(
        "Kubernetes manifests (YAML; - is standard input) to check before they are applied; nothing else is checked then"
      ),
      Argument.variadic()
    ),
    only: Flag.optional(
      Flag.String("only").pipe(
        Flag.withDescription(
          "Only these checks: codes (CF-206) or groups (configuration, pubsub, cassandra, limits, manifests), separated by commas [default: all]"
        )
      )
    ),
    strict: Flag.Boolean("strict").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Fail on warnings too")
    ),
    live: switchFlag(
      "live",
      "Send orders and payments through scratch topics and a scratch keyspace too, which are removed at the end, and say what that proves"
    ),
    liveTopics: Flag.optional(
      parsedFlag(
        "live-topics",
        preparedName,
        "With --live: what the names of prepared topics begin with, NAME-orders, NAME-payments and NAME-dlq; their subscriptions end in -sub",
        "scratch ones are made"
      )
    ),
    liveKeyspace: Flag.optional(
      parsedFlag(
        "live-keyspace",
        keyspaceName,
        "With --live: a prepared keyspace, with the tables that `setup cassandra` makes",
        "a scratch one is made"
      )
    ),
    json: jsonFlag,
    flags: settingFlags(pubSub, cassandra, processing, http, telemetry)
  },
  ({ files, flags, json, live, liveKeyspace, liveTopics, only, strict }) =>
    configured(
      {},
      flags,
      ({ own }) =>
        Effect.gen(function* () {
          const { doctor, doctorOfFiles } = yield* Effect.promise(() => import("./Doctor.ts"))
          const options = { only, strict, json }
          const prepared = {
            topics: Option.getOrUndefined(own.liveTopics),
            keyspace: Option.getOrUndefined(own.liveKeyspace)
          }
          if (!live && (prepared.topics ?? prepared.keyspace) !== undefined) return yield* needsLive
          if (files.length === 0) return yield* doctor(options, flags, live ? prepared : undefined)
          if (live) return yield* notOfFiles
          yield* doctorOfFiles(options, files)
        }),
      { liveTopics, liveKeyspace }
    )
).pipe(
  Command.withDescription(
    "Check settings, connections, rights, Pub/Sub, Cassandra and limits; say what to do about each finding"
  )
)
