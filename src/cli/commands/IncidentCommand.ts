/** `incident`: saves what a running process remembers of its last hour. */
import { Effect, type Option } from "effect"
import { Command, Flag } from "effect/cli"
import { recorderSection } from "../../config/RecorderSection.ts"
import { httpSection } from "../../config/ServingSection.ts"
import { configured } from "../Configured.ts"
import { jsonFlag, settingFlags } from "../Flags.ts"
import { urlFlag } from "./RunningProcess.ts"

/** `incident [--out FILE] [--url URL]`. */
export const incidentCommand = Command.make(
  "incident",
  {
    out: Flag.optional(Flag.String("out")).pipe(
      Flag.withDescription("The file [default: counterfoil-incident-TIME.html in INCIDENT_DIR]")
    ),
    url: urlFlag,
    json: jsonFlag,
    flags: settingFlags(httpSection, recorderSection)
  },
  ({ out, json, url, flags }) =>
    configured(
      { http: httpSection, recorder: recorderSection },
      flags,
      ({ own, settings }) =>
        Effect.gen(function* () {
          const { saveIncident } = yield* Effect.promise(() => import("./Incident.ts"))
          const given = own.url as Option.Option<string>
          yield* saveIncident({ ...settings, ...settings.recorder, given, out, json })
        }),
      { url }
    )
).pipe(
  Command.withDescription("Save the last hour of a running process as one HTML file that replays offline")
)
