/** Where what a process remembers of its last hour is saved. */
import { folderPath } from "./parsers/AnyText.ts"
import { section } from "./Section.ts"
import { withDefault } from "./Variable.ts"

/** Where incident files are saved. */
export interface RecorderSettings {
  readonly incidentDir: string
}

/** The variables behind {@link RecorderSettings}. */
export const recorderSection = section({
  title: "Incident files",
  variables: {
    incidentDir: withDefault(
      {
        name: "INCIDENT_DIR",
        meaning:
          "The folder in which `run` saves what it remembers of the last hour, when it ends by a bug and at SIGUSR2. Where it cannot be written, nothing is saved",
        change: "The working folder is read-only, or goes with the container",
        see: "`HTTP_PORT`"
      },
      folderPath("/var/lib/counterfoil"),
      "."
    )
  },
  relations: [],
  settings: (values): RecorderSettings => values
})
