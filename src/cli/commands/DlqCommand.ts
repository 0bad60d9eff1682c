/** `dlq`: works with dead letters. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { integer } from "../../config/parsers/Integer.ts"
import { rate } from "../../config/parsers/Rate.ts"
import { configured } from "../Configured.ts"
import { jsonFlag } from "../Flags.ts"
import { newestShown, newestShownMax } from "../Limits.ts"
import { numberFlag, parsedFlag } from "../OwnFlags.ts"
import { stopsInOrder } from "../ProcessExit.ts"
import { dlqExplain } from "./DlqExplainCommand.ts"
import { dlqSections, dlqSettingFlags, failuresText, filterFlags, filterOf, rampText } from "./DlqFlags.ts"

const switchFlag = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDefault(false), Flag.withDescription(description))

const list = Command.make(
  "list",
  {
    ...filterFlags,
    newest: numberFlag(
      "newest",
      integer({ min: 0, max: newestShownMax }, String(newestShown)),
      "How many of the newest are listed",
      newestShown
    ),
    follow: switchFlag("follow", "Go on, and tell each new dead letter once"),
    json: jsonFlag,
    flags: dlqSettingFlags
  },
  ({ flags, follow, json, ...options }) =>
    configured(
      dlqSections,
      flags,
      ({ own, settings }) =>
        Effect.gen(function* () {
          const { listDeadLetters } = yield* Effect.promise(() => import("./DlqList.ts"))
          const { connectedWhereFactsMayBeSilent } = yield* Effect.promise(() => import("./DlqConnected.ts"))
          const filter = yield* filterOf(own)
          yield* listDeadLetters({ ...settings, filter, follow, json, newest: own.newest }).pipe(
            connectedWhereFactsMayBeSilent(settings)
          )
        }),
      options
    ).pipe(follow ? stopsInOrder : (listing) => listing)
).pipe(
  Command.withDescription(
    "Say what is in the dead-letter subscription, why, and whether it could go through now"
  )
)

const show = Command.make(
  "show",
  {
    id: Argument.String("ID").pipe(
      Argument.withDescription("The id of the dead letter, or of the message that became one")
    ),
    json: jsonFlag,
    flags: dlqSettingFlags
  },
  ({ flags, id, json }) =>
    configured(dlqSections, flags, ({ settings }) =>
      Effect.gen(function* () {
        const { showDeadLetter } = yield* Effect.promise(() => import("./DlqShow.ts"))
        const { connectedWhereFactsMayBeSilent } = yield* Effect.promise(() => import("./DlqConnected.ts"))
        yield* showDeadLetter({ ...settings, id, json }).pipe(connectedWhereFactsMayBeSilent(settings))
      })
    )
).pipe(
  Command.withDescription(
    "Print one dead letter whole, why it is one, and what to do; exit 1 where there is none"
  )
)

const redrive = Command.make(
  "redrive",
  {
    ...filterFlags,
    dryRun: switchFlag("dry-run", "Say what would come of it, and change nothing"),
    limit: Flag.optional(
      parsedFlag(
        "limit",
        integer({ min: 1, max: 1_000_000_000 }, "1000"),
        "How many are tried at most",
        "all"
      )
    ),
    rate: Flag.optional(parsedFlag("rate", rate, "How many are tried a second", "as fast as it goes")),
    ramp: Flag.optional(
      parsedFlag(
        "ramp",
        rampText,
        "Try so many, look at the failures, then so many; the last is repeated",
        "none"
      )
    ),
    failures: Flag.optional(
      parsedFlag(
        "stop-after-failures",
        failuresText,
        "Stop when more than these fail; with --ramp, between its steps",
        "0 with --ramp, else no stop"
      )
    ),
    others: switchFlag("others", "Also those of other deployments, read as what they are"),
    note: Flag.optional(Flag.String("note")).pipe(
      Flag.withDescription("Why it is done; goes into the log with who did what, and what came of it")
    ),
    json: jsonFlag,
    flags: dlqSettingFlags
  },
  ({ dryRun, flags, json, note, others, ...options }) =>
    configured(
      dlqSections,
      flags,
      ({ own, settings }) =>
        Effect.gen(function* () {
          const { redriveDeadLetters } = yield* Effect.promise(() => import("./DlqRedrive.ts"))
          const { connectedToBoth } = yield* Effect.promise(() => import("./DlqConnected.ts"))
          const filter = yield* filterOf(own)
          const pace = {
            limit: Option.getOrUndefined(own.limit),
            rate: Option.getOrUndefined(own.rate),
            ramp: Option.getOrUndefined(own.ramp),
            failuresAllowed: Option.getOrUndefined(own.failures)
          }
          yield* redriveDeadLetters({
            ...settings,
            ...{ filter, pace, dryRun, note, json },
            includesForeign: others
          }).pipe(connectedToBoth(settings))
        }),
      options
    )
).pipe(Command.withDescription("Process dead letters again as `run` would; what fails stays where it is"))

/** `dlq list`, `dlq show ID`, `dlq explain` and `dlq redrive`. */
export const dlqCommand = Command.make("dlq").pipe(
  Command.withDescription("Work with dead letters"),
  Command.withSubcommands([list, show, dlqExplain, redrive])
)
