/** `run`: the processor, on Pub/Sub and Cassandra. */
import { Duration, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { appVersion } from "../../config/AppVersion.ts"
import { ConfigurationError } from "../../config/Configuration.ts"
import { durationText } from "../../config/parsers/DurationText.ts"
import { sections } from "../../config/Sections.ts"
import { configured } from "../Configured.ts"
import { jsonFlag, settingFlags } from "../Flags.ts"
import { drainTimeoutSeconds } from "../Limits.ts"
import { parsedFlag } from "../OwnFlags.ts"
import { stopsInOrder } from "../ProcessExit.ts"

const { pubSub, cassandra, processing, http, recorder, telemetry } = sections
const wanted = { pubSub, cassandra, processing, http, recorder, telemetry }

const needsDrain = new ConfigurationError({
  problems: ["--connect-timeout is for --drain: without it, run waits indefinitely for what does not answer"]
})

/** `run [--drain [--connect-timeout D]]`. */
export const runCommand = Command.make(
  "run",
  {
    drain: Flag.Boolean("drain").pipe(
      Flag.withDefault(false),
      Flag.withDescription("End when everything that was waiting has its fate")
    ),
    connectTimeout: Flag.optional(
      parsedFlag(
        "connect-timeout",
        durationText({ min: 1_000, max: 24 * 3_600_000 }, "2m"),
        "With --drain: fail when something it needs has not answered for this long",
        "2m; without --drain it waits indefinitely"
      )
    ),
    json: jsonFlag,
    flags: settingFlags(...Object.values(wanted))
  },
  ({ drain, json, connectTimeout, flags }) =>
    configured(
      wanted,
      flags,
      ({ own, settings, shown, sources }) =>
        Effect.gen(function* () {
          if (!drain && Option.isSome(own.connectTimeout)) return yield* needsDrain
          const { run } = yield* Effect.promise(() => import("./Run.ts"))
          const projectSource = Option.fromNullishOr(sources.get("PUBSUB_PROJECT_ID"))
          const giveUpAfter = drain
            ? Option.some(Option.getOrElse(own.connectTimeout, () => Duration.seconds(drainTimeoutSeconds)))
            : Option.none()
          yield* run({ ...settings, projectSource, giveUpAfter, json, appVersion, shown, flags })
        }),
      { connectTimeout }
    ).pipe(!drain ? stopsInOrder : (untilDrained) => untilDrained)
).pipe(Command.withDescription("Process orders and payments until stopped"))
