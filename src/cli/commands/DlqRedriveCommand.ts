/** `dlq redrive`: processes dead letters again. */
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { integer } from "../../config/parsers/Integer.ts"
import { rate } from "../../config/parsers/Rate.ts"
import { configured } from "../Configured.ts"
import { jsonFlag } from "../Flags.ts"
import { parsedFlag, switchFlag } from "../OwnFlags.ts"
import { dlqSections, dlqSettingFlags, failuresText, filterFlags, filterOf, rampText } from "./DlqFlags.ts"

/** `dlq redrive`. */
export const dlqRedriveCommand = Command.make(
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
    from: Flag.optional(Flag.String("from")).pipe(
      Flag.withDescription(
        "Only those of this file of `dlq export`; where its `text` was corrected, that in place of the original"
      )
    ),
    others: switchFlag("others", "Also those of other deployments, read as what they are"),
    note: Flag.optional(Flag.String("note")).pipe(
      Flag.withDescription("Why it is done; goes into the log with who did what, and what came of it")
    ),
    json: jsonFlag,
    flags: dlqSettingFlags
  },
  ({ dryRun, flags, from, json, note, others, ...options }) =>
    configured(
      dlqSections,
      flags,
      ({ own, settings }) =>
        Effect.gen(function* () {
          const { redriveDeadLetters } = yield* Effect.promise(() => import("./DlqRedrive.ts"))
          const { connectedToBoth } = yield* Effect.promise(() => import("./DlqConnected.ts"))
          const { readCorrections } = yield* Effect.promise(() => import("./DlqCorrections.ts"))
          const filter = yield* filterOf(own)
          const index = Option.isSome(from) ? yield* readCorrections(from.value) : undefined
          const pace = {
            limit: Option.getOrUndefined(own.limit),
            rate: Option.getOrUndefined(own.rate),
            ramp: Option.getOrUndefined(own.ramp),
            failuresAllowed: Option.getOrUndefined(own.failures)
          }
          yield* redriveDeadLetters({
            ...settings,
            ...{ filter, pace, dryRun, note, json },
            includesForeign: others,
            from: index
          }).pipe(connectedToBoth(settings))
        }),
      options
    )
).pipe(Command.withDescription("Process dead letters again as `run` would; what fails stays where it is"))
