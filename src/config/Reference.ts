/** Writes `docs/configuration.md` from the tables that the settings are read with. */
import type { Section } from "./Section.ts"
import { sections } from "./Sections.ts"
import type { Variable } from "./Variable.ts"

/** The reference of all variables, as Markdown. */
export const reference = (): string =>
  `${[intro, ...Object.values<Section<unknown>>(sections).map(chapter)].join("\n\n")}\n`

const intro = `# Configuration

<!-- Generated from src/config by \`npm run docs\`; a test compares them. -->

Each setting is an environment variable; each one except the proxies is also a flag. A flag takes precedence over its
variable. An empty variable counts as missing. A variable with an unknown name, for example a misspelled one, is ignored.
Blanks around a value are ignored, except in a password. All problems are reported together, one line each, and the
process exits 2. Only variables of OpenTelemetry, which platforms set by themselves, are a warning where they cannot be used
(their flags are not). Secrets are never shown.

- **Durations**: \`250ms\`, \`30s\`, \`5m\`, \`1h\`, \`30 seconds\`, or \`0\`.
- **Sizes**: \`64MiB\` or \`64Mi\` (1024 × 1024), \`64MB\` (1000 × 1000), or a count of bytes.
- **Words of a list**: in upper or lower case.

A command offers all flags of the sections that it reads, including those that it does not need; \`counterfoil COMMAND
--help\` lists them. \`demo\` also reads the variables of "Processing", and has no flags for them.`

const chapter = (section: Section<unknown>): string => {
  const variables = Object.values(section.variables)
  return [`## ${section.title}`, ...variables.map(entry)].join("\n\n")
}

const entry = (variable: Variable<unknown>): string => {
  const { doc } = variable
  const aliases = (doc.aliases ?? []).map((alias) => `\`${alias}\``)
  const lines = [
    `### \`${doc.name}\``,
    "",
    `${doc.meaning}.`,
    "",
    `- Flag: ${shownFlag(variable)}`,
    ...(aliases.length > 0 ? [`- When it is missing: ${aliases.join(", then ")}`] : []),
    `- Default: ${shownDefault(variable)}`,
    ...(doc.unit === undefined ? [] : [`- Unit: ${doc.unit}`]),
    `- Allowed: ${variable.allowed}`,
    `- Example: ${doc.secret === true ? "none; it is a secret" : `\`${variable.example}\``}`,
    `- Change it when: ${doc.change}.`,
    ...(doc.see === undefined ? [] : [`- See also: ${doc.see}.`])
  ]
  return lines.join("\n")
}

const shownFlag = ({ doc, flag }: Variable<unknown>): string => {
  if (doc.isEnvironmentOnly === true) return "none; only the environment sets it"
  return doc.isSwitch === true ? `\`--${flag}\`, \`--no-${flag}\`` : `\`--${flag}\``
}

/** A default that is a value is shown as code, any other as a phrase. */
const shownDefault = (variable: Variable<unknown>): string =>
  variable.isPhrase ? variable.defaultText : `\`${variable.defaultText}\``
