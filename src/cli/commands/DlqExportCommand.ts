/** `dlq export`: writes dead letters to a file. */
import { Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { configured } from "../Configured.ts"
import { jsonFlag } from "../Flags.ts"
import { switchFlag } from "../OwnFlags.ts"
import { dlqTopicFlags, dlqTopicSections, filterFlags, filterOf } from "./DlqFlags.ts"

/** `dlq export FILE`. */
export const dlqExportCommand = Command.make(
  "export",
  {
    file: Argument.String("FILE").pipe(
      Argument.withDescription("Where they are written; - is standard output")
    ),
    ...filterFlags,
    overwrite: switchFlag("overwrite", "Replace FILE where it is there already"),
    json: jsonFlag,
    flags: dlqTopicFlags
  },
  ({ file, flags, json, overwrite, ...options }) =>
    configured(
      dlqTopicSections,
      flags,
      ({ own, settings }) =>
        Effect.gen(function* () {
          const { exportDeadLetters } = yield* Effect.promise(() => import("./DlqExport.ts"))
          const { connectedToPubSub } = yield* Effect.promise(() => import("./DlqConnected.ts"))
          const filter = yield* filterOf(own)
          yield* exportDeadLetters({ ...settings, file, filter, json, overwrites: overwrite }).pipe(
            connectedToPubSub(settings)
          )
        }),
      options
    )
).pipe(Command.withDescription("Write dead letters to a file, one a line, whole; they stay where they are"))
