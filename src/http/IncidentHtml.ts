/** An incident file: the page and what a process has recorded, in one file that needs nothing else. */
import { createHash } from "node:crypto"
import { Clock, Context, Effect } from "effect"
import { framesMax } from "../telemetry/Limits.ts"
import { Recorder } from "../telemetry/Recorder.ts"
import { checksOfIncident } from "./IncidentChecks.ts"
import { pageModules, plotFiles, readPageFile } from "./PageFiles.ts"

/** A setting that somebody has set: its variable, its value where that is no secret, and where it came from. */
export type ShownSetting = readonly [variable: string, value: string, source: string]

/** The settings that an incident file shows. Whoever starts a process says which. */
export const ShownSettings = Context.Reference<ReadonlyArray<ShownSetting>>(
  "counterfoil/http/ShownSettings",
  {
    defaultValue: () => []
  }
)

/** What goes into a file besides frames. */
export interface IncidentOptions {
  /** Dead letters, with the ids of orders and payments masked, settings, and what the checks find. */
  readonly isWhole: boolean
}

/**
 * The file, as HTML: the page replays the last hour of this process, without any network.
 *
 * **Errors**: `PageFileUnreadable`.
 * **Guarantee**: nothing in it runs but its own two scripts, by a policy that names their hashes, whatever texts it holds.
 */
export const incidentHtml = Effect.fnUntraced(function* ({ isWhole }: IncidentOptions) {
  const { recording } = yield* Recorder
  const settings = isWhole ? yield* ShownSettings : []
  // Before the frames are taken: the last of them are then as new as the file.
  const checks = isWhole ? yield* checksOfIncident : []
  const savedAtMillis = yield* Clock.currentTimeMillis
  const recorded = recording({ since: 0, deadLetters: isWhole ? "masked" : "hidden", atMost: framesMax })
  const saved = `{"savedAtMillis":${savedAtMillis},"settings":${JSON.stringify(settings)},"checks":${JSON.stringify(checks)},"recording":${recorded}}`
  return yield* fileWith(saved)
})

/** **Shape**: `counterfoil-incident-2026-11-26T04-52-00Z.html`. */
export const incidentName = (millis: number): string =>
  `counterfoil-incident-${new Date(millis)
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "-")}.html`

/** The modules of the page as one script. Their names at the top level are all different, as a test asserts. */
export const bundledModules = Effect.map(Effect.forEach(pageModules, readPageFile), (files) =>
  files
    .map(({ text }) => text.replaceAll(/^import [^;]*? from "[^"]+"\n/gm, "").replaceAll(/^export /gm, ""))
    .join("\n")
)

const fileWith = Effect.fnUntraced(function* (saved: string) {
  const page = yield* readPageFile("index.html")
  const plots = yield* readPageFile(plotFiles.script)
  const plotStyle = yield* readPageFile(plotFiles.style)
  const style = yield* readPageFile("page.css")
  const script = yield* bundledModules
  const styles = `${plotStyle.text}\n${style.text}`
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(plots.text)} ${hashOf(script)}`,
    `style-src ${hashOf(styles)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'"
  ].join("; ")
  const head = [
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<link rel="icon" href="data:,">',
    `<style>${styles}</style>`,
    `<script>${plots.text}</script>`
  ].join("\n")
  const data = `<script type="application/json" id="saved">${saved.replaceAll("<", "\\u003c")}</script>`
  return page.text
    .replaceAll(/^.*<(?:link|script) .*\n/gm, "")
    .replace("</head>", () => `${head}\n</head>`)
    .replace("</body>", () => `${data}\n<script type="module">${script}</script>\n</body>`)
})

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`
