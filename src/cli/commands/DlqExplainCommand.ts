/** `dlq explain`: its flags. */
import { Effect } from "effect"
import { Command } from "effect/cli"
import { configured } from "../Configured.ts"
import { jsonFlag } from "../Flags.ts"
import { dlqSections, dlqSettingFlags, filterFlags, filterOf } from "./DlqFlags.ts"

/** `dlq explain`. */
export const dlqExplainCommand = Command.make(
  "explain",
  { ...filterFlags, json: jsonFlag, flags: dlqSettingFlags },
  ({ flags, json, ...options }) =>
    configured(
      dlqSections,
      flags,
      ({ own, settings }) =>
        Effect.gen(function* () {
          const { explainDeadLetters } = yield* Effect.promise(() => import("./DlqExplain.ts"))
          const { connectedWhereFactsMayBeSilent } = yield* Effect.promise(() => import("./DlqConnected.ts"))
          const filter = yield* filterOf(own)
          yield* explainDeadLetters({ ...settings, filter, json }).pipe(
            connectedWhereFactsMayBeSilent(settings)
          )
        }),
      options
    )
).pipe(
  Command.withDescription(
    "Say how late the orders of unmatched payments were, which PAYMENT_GRACE would have matched them, and since when other dead letters come"
  )
)
