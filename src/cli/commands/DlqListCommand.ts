/** `dlq list`: says what is in the dead-letter subscription. */
import { Effect } from "effect"
import { Command } from "effect/cli"
import { integer } from "../../config/parsers/Integer.ts"
import { configured } from "../Configured.ts"
import { jsonFlag } from "../Flags.ts"
import { newestShown, newestShownMax } from "../Limits.ts"
import { numberFlag, switchFlag } from "../OwnFlags.ts"
import { stopsInOrder } from "../ProcessExit.ts"
import { dlqSections, dlqSettingFlags, filterFlags, filterOf } from "./DlqFlags.ts"

/** `dlq list`. */
export const dlqListCommand = Command.make(
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
