/** `doctor`: checks a deployment, or the manifests that one is made from. */
import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { sections } from "../../config/Sections.ts"
import { configured } from "../Configured.ts"
import { jsonFlag, settingFlags } from "../Flags.ts"

const { pubSub, cassandra, processing, http, telemetry } = sections

/** `doctor [FILE…]`. */
export const doctorCommand = Command.make(
  "doctor",
  {
    files: Argument.String("FILE").pipe(
      Argument.withDescription(
        "Kubernetes manifests (YAML; - is standard input) to check before they are applied; nothing else is checked then"
      ),
      Argument.variadic()
    ),
    only: Flag.optional(
      Flag.String("only").pipe(
        Flag.withDescription(
          "Only these checks: codes (CF-206) or groups (configuration, pubsub, cassandra, limits, manifests), separated by commas [default: all]"
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
  ({ files, flags, json, only, strict }) =>
    configured({}, flags, () =>
      Effect.gen(function* () {
        const { doctor, doctorOfFiles } = yield* Effect.promise(() => import("./Doctor.ts"))
        const options = { only, strict, json }
        yield* files.length === 0 ? doctor(options, flags) : doctorOfFiles(options, files)
      })
    )
).pipe(
  Command.withDescription(
    "Check settings, connections, rights, Pub/Sub, Cassandra and limits; say what to do about each finding"
  )
)
