/** `health`: asks a running process how it is, for containers without a shell and for people. */
import { Effect, type Option } from "effect"
import { Command, Flag } from "effect/cli"
import { ConfigurationError } from "../../config/Configuration.ts"
import { httpSection } from "../../config/ServingSection.ts"
import { configured } from "../Configured.ts"
import { jsonFlag, settingFlags } from "../Flags.ts"
import { urlFlag } from "./RunningProcess.ts"

const both = new ConfigurationError({
  problems: ["--live and --ready are two questions: give one of them, or none for the whole health"]
})

/** `health [--live | --ready] [--url URL]`. */
export const healthCommand = Command.make(
  "health",
  {
    live: Flag.Boolean("live").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Whether it has to be restarted: exit 0 while its loops turn")
    ),
    ready: Flag.Boolean("ready").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Whether every part works: exit 0 while it is ready")
    ),
    url: urlFlag,
    json: jsonFlag,
    flags: settingFlags(httpSection)
  },
  ({ live, ready, json, url, flags }) =>
    configured(
      { http: httpSection },
      flags,
      ({ own, settings }) =>
        Effect.gen(function* () {
          if (live && ready) return yield* both
          const { showHealth } = yield* Effect.promise(() => import("./Health.ts"))
          yield* showHealth({
            question: live ? "live" : ready ? "ready" : "health",
            given: own.url as Option.Option<string>,
            http: settings.http,
            json
          })
        }),
      { url }
    )
).pipe(
  Command.withDescription("Ask a running process how it is; exit 1 where it is not well, or does not answer")
)
