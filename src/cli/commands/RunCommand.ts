/** `run`: the processor, on Pub/Sub and Cassandra. */
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { appVersion } from "../../config/AppVersion.ts"
import { sections } from "../../config/Sections.ts"
import { configured } from "../Configured.ts"
import { jsonFlag, settingFlags } from "../Flags.ts"
import { stopsInOrder } from "../ProcessExit.ts"

const { pubSub, cassandra, processing, http, telemetry } = sections
const wanted = { pubSub, cassandra, processing, http, telemetry }

/** `run [--drain]`. */
export const runCommand = Command.make(
  "run",
  {
    drain: Flag.Boolean("drain").pipe(
      Flag.withDefault(false),
      Flag.withDescription("End when everything that was waiting has its fate")
    ),
    json: jsonFlag,
    flags: settingFlags(...Object.values(wanted))
  },
  ({ drain, json, flags }) =>
    configured(wanted, flags, ({ settings, sources }) =>
      Effect.gen(function* () {
        const { run } = yield* Effect.promise(() => import("./Run.ts"))
        const projectSource = Option.fromNullishOr(sources.get("PUBSUB_PROJECT_ID"))
        yield* run({ ...settings, projectSource, drain, json, appVersion })
      })
    ).pipe(stopsInOrder)
).pipe(Command.withDescription("Process orders and payments until stopped"))
