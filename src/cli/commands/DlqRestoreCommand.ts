/** `dlq restore`: puts dead letters back into their topic. */
import { Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { configured } from "../Configured.ts"
import { jsonFlag } from "../Flags.ts"
import { dlqTopicFlags, dlqTopicSections } from "./DlqFlags.ts"

/** `dlq restore FILE`. */
export const dlqRestoreCommand = Command.make(
  "restore",
  {
    file: Argument.String("FILE").pipe(Argument.withDescription("A file of `dlq export` or `dlq discard`")),
    json: jsonFlag,
    flags: dlqTopicFlags
  },
  ({ file, flags, json }) =>
    configured(dlqTopicSections, flags, ({ settings }) =>
      Effect.gen(function* () {
        const { restoreDeadLetters } = yield* Effect.promise(() => import("./DlqRestore.ts"))
        const { connectedToPubSub } = yield* Effect.promise(() => import("./DlqConnected.ts"))
        yield* restoreDeadLetters({ ...settings, file, json }).pipe(connectedToPubSub(settings))
      })
    )
).pipe(
  Command.withDescription(
    "Publish the dead letters of a file to the dead-letter topic again, at their old versions; those that are there are left"
  )
)
