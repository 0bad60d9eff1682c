/** `dlq discard`: acknowledges dead letters without using them. */
import { randomBytes } from "node:crypto"
import { Clock, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { ConfigurationError } from "../../config/Configuration.ts"
import { rfc3339 } from "../../time/Rfc3339.ts"
import { configured } from "../Configured.ts"
import { jsonFlag } from "../Flags.ts"
import { Keyboard } from "../Keyboard.ts"
import { switchFlag } from "../OwnFlags.ts"
import { Screen } from "../Screen.ts"
import { dlqTopicFlags, dlqTopicSections, filterFlags, filterOf, filterText } from "./DlqFlags.ts"

const needsFilter =
  "dlq discard needs a filter, for instance --reason undecodable: it does not discard everything"
const needsYes = "dlq discard needs --yes where nobody can type the number of dead letters back"
const noFileIsNamed = "--out names a file, and --no-export asks for none"

/** `dlq discard`. */
export const dlqDiscardCommand = Command.make(
  "discard",
  {
    ...filterFlags,
    out: Flag.optional(Flag.String("out")).pipe(
      Flag.withDescription(
        "The file that they are exported to first [default: dead-letters-TIME-RANDOM.ndjson]"
      )
    ),
    exports: Flag.Boolean("export").pipe(
      Flag.withDefault(true),
      Flag.withDescription("Export them first; without, nothing brings them back")
    ),
    yes: switchFlag("yes", "Do not ask for the number of dead letters"),
    others: switchFlag("others", "Also those of other deployments"),
    note: Flag.optional(Flag.String("note")).pipe(
      Flag.withDescription("Why it is done; goes into the log with who did what, and what came of it")
    ),
    json: jsonFlag,
    flags: dlqTopicFlags
  },
  ({ exports, flags, json, note, others, out, yes, ...options }) =>
    configured(
      dlqTopicSections,
      flags,
      ({ own, settings }) =>
        Effect.gen(function* () {
          const filter = yield* filterOf(own)
          const canAsk = (yield* Keyboard).isTerminal && (yield* Screen).isTerminal
          const problems = [
            ...(filterText(filter) === "" ? [needsFilter] : []),
            ...(yes || canAsk ? [] : [needsYes]),
            ...(Option.isSome(out) && !exports ? [noFileIsNamed] : [])
          ]
          if (problems.length > 0) return yield* new ConfigurationError({ problems })
          const { discardDeadLetters } = yield* Effect.promise(() => import("./DlqDiscard.ts"))
          const { connectedToPubSub } = yield* Effect.promise(() => import("./DlqConnected.ts"))
          const now = yield* Clock.currentTimeMillis
          const file = Option.getOrElse(out, () => discardFile(now))
          yield* discardDeadLetters({
            ...settings,
            ...{ filter, json, note, file: exports ? file : undefined },
            includesForeign: others,
            asks: !yes
          }).pipe(connectedToPubSub(settings))
        }),
      options
    )
).pipe(
  Command.withDescription(
    "Acknowledge dead letters that a filter means, once they are exported; `dlq restore` undoes it"
  )
)

/**
 * The name of a file that nobody has named: it sorts by time, every file system takes it, and two discards in the same
 * second have different ones. **Units**: milliseconds since the epoch.
 */
export const discardFile = (now: number): string => {
  const time = rfc3339(now * 1000)
    .slice(0, 19)
    .replaceAll(/[-:]/g, "")
  return `dead-letters-${time}Z-${randomBytes(4).toString("hex")}.ndjson`
}
