/** `doctor`: checks a deployment. */
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { sections } from "../../config/Sections.ts"
import { configured } from "../Configured.ts"
import { jsonFlag, settingFlags } from "../Flags.ts"

const { pubSub, cassandra, processing, http, telemetry } = sections

/** `doctor`. */
export const doctorCommand = Command.make(
  "doctor",
  {
    only: Flag.optional(
      Flag.String("only").pipe(
        Flag.withDescription(
          "Only these checks: codes (CF-206) or groups (configuration, pubsub, cassandra, limits), separated by commas [default: all]"
        )
      )
    ),
    strict: Flag.Boolean("strict").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Fail on warnings too")
    ),
    json: jsonFlag,
    flags: settingFlags(pubSub, cassandra, processing, http, telemetry)
  },
  ({ flags, json, only, strict }) =>
    configured({}, flags, () =>
      Effect.gen(function* () {
        const { doctor } = yield* Effect.promise(() => import("./Doctor.ts"))
        yield* doctor({ only, strict, json }, flags)
      })
    )
).pipe(
  Command.withDescription(
    "Check settings, connections, rights, Pub/Sub, Cassandra and limits; say what to do about each finding"
  )
)
