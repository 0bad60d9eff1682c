/** `where`: finds an order or a payment. */
import { Effect, Option, Result } from "effect"
import { Command, Flag } from "effect/cli"
import { cassandraSection } from "../../config/CassandraSection.ts"
import { ConfigurationError } from "../../config/Configuration.ts"
import type { Parser } from "../../config/Parser.ts"
import { processingSection } from "../../config/ProcessingSection.ts"
import { pubSubSection } from "../../config/PubSubSection.ts"
import { httpUrl } from "../../config/parsers/AnyText.ts"
import { int64Text } from "../../config/parsers/Int64Text.ts"
import { httpSection } from "../../config/ServingSection.ts"
import { int64Max } from "../../domain/Int64.ts"
import type { LookUpKey } from "../../telemetry/LookUp.ts"
import { configured } from "../Configured.ts"
import { jsonFlag, settingFlags } from "../Flags.ts"
import { type FlagValue, parsedFlag } from "../OwnFlags.ts"

const sections = {
  pubSub: pubSubSection,
  cassandra: cassandraSection,
  processing: processingSection,
  http: httpSection
}

const id: Parser<bigint> = {
  parse: (text) => Option.filter(int64Text.parse(text), (value) => value >= 1n),
  allowed: `a whole number from 1 to ${int64Max}`,
  example: "4711"
}

const processUrl = httpUrl("http://counterfoil-1:8080")

// Its text may hold a password, and is not shown.
const urlProblem =
  `--url must be ${processUrl.allowed}, and hold no user, password or question mark. ` +
  `Example: --url ${processUrl.example}`

const urlOf = (text: string): FlagValue<string> =>
  Option.match(processUrl.parse(text.trim()), {
    onNone: () => Result.fail(urlProblem),
    onSome: (valid) => {
      const { hash, origin, password, pathname, search, username } = new URL(valid)
      return username + password + search + hash === ""
        ? Result.succeed(`${origin}${pathname.replace(/\/+$/, "")}`)
        : Result.fail(urlProblem)
    }
  })

const urls: Flag.Flag<FlagValue<ReadonlyArray<string>>> = Flag.String("url").pipe(
  Flag.atLeast(0),
  Flag.map((texts) => Result.all(texts.map(urlOf))),
  Flag.withDescription(
    "Where a process serves HTTP, to be asked what it holds; may be given for each process [default: http://127.0.0.1:HTTP_PORT, where one answers]"
  )
)

const needsOne = new ConfigurationError({
  problems: ["where needs one of --order ID and --payment ID, and not both. Example: where --payment 4711"]
})

/** `where --order ID` and `where --payment ID`. */
export const whereCommand = Command.make(
  "where",
  {
    order: Flag.optional(parsedFlag("order", id, "The id of the order to find", "none")),
    payment: Flag.optional(parsedFlag("payment", id, "The id of the payment to find", "none")),
    urls,
    json: jsonFlag,
    flags: settingFlags(pubSubSection, cassandraSection, httpSection)
  },
  ({ flags, json, ...asked }) =>
    configured(
      sections,
      flags,
      ({ own, settings }) =>
        Effect.gen(function* () {
          const keys: ReadonlyArray<LookUpKey> = [
            ...Option.toArray(own.order).map((value) => ({ kind: "order" as const, id: value })),
            ...Option.toArray(own.payment).map((value) => ({ kind: "payment" as const, id: value }))
          ]
          const [key, other] = keys
          if (key === undefined || other !== undefined) return yield* needsOne
          const { findMessage } = yield* Effect.promise(() => import("./Where.ts"))
          yield* findMessage({ ...settings, key, urls: own.urls, json })
        }),
      asked
    )
).pipe(
  Command.withDescription(
    "Find an order or a payment: in the table, in a running process, or among the dead letters; exit 1 where it is in none"
  )
)
