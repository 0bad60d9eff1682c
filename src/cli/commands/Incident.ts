/** What `incident` does. */
import { join } from "node:path"
import { Clock, Console, Effect, Option } from "effect"
import type { HttpSettings } from "../../http/HttpSettings.ts"
import { incidentName } from "../../http/IncidentHtml.ts"
import { escaped, escapedJson } from "../Escaped.ts"
import { incidentBytes, incidentSeconds } from "../Limits.ts"
import { writeIncident } from "./IncidentFiles.ts"
import { askRunning, ProcessSilent, processUrl } from "./RunningProcess.ts"

/** Of which process, and where to. */
export interface IncidentOptions {
  /** None: the process of these settings. */
  readonly given: Option.Option<string>
  readonly http: Pick<HttpSettings, "host" | "port" | "token">
  /** None: a file in `incidentDir` that is named after the time. */
  readonly out: Option.Option<string>
  readonly incidentDir: string
  readonly json: boolean
}

/** Gets the file and writes it, for its owner alone. **Errors**: `ProcessSilent`, `IncidentNotSaved`: exit 1. */
export const saveIncident = Effect.fn("incident")(function* (options: IncidentOptions) {
  const url = yield* processUrl(options.given, options.http)
  const { token } = options.http
  const { status, text } = yield* askRunning(
    url,
    { path: "/incident", token },
    { seconds: incidentSeconds, bytes: incidentBytes }
  )
  if (status !== 200) {
    const why =
      status === 403 || status === 503 ? text.trim() : "what answers there is no Counterfoil of this version"
    return yield* new ProcessSilent({ url, why })
  }
  const millis = yield* Clock.currentTimeMillis
  const file = Option.getOrElse(options.out, () => join(options.incidentDir, incidentName(millis)))
  yield* writeIncident(file, text)
  // Within a text of the file the quotes would have a backslash.
  if (text.includes('"deadLetters":null')) yield* Effect.logWarning(maskedWarning(token !== undefined))
  yield* Console.log(options.json ? escapedJson({ file }) : escaped(file))
})

const maskedWarning = (hasToken: boolean): string => {
  const why = hasToken
    ? "HTTP_TOKEN is not that of the process, or it has none: give both the same, and save anew"
    : "the process wants HTTP_TOKEN for them: set it to that of the process, and save anew"
  return `the file has no dead letters and no settings: ${why}`
}
