/** `dlq show`: prints one dead letter whole. */
import { Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { configured } from "../Configured.ts"
import { jsonFlag } from "../Flags.ts"
import { dlqSections, dlqSettingFlags } from "./DlqFlags.ts"

/** `dlq show ID`. */
export const dlqShowCommand = Command.make(
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
