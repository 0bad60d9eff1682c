/** Writes `docs/doctor.md` from the descriptions of the checks. */
import { allChecks } from "./AllChecks.ts"
import { type CheckDescription, type CheckGroup, checkGroups } from "./Check.ts"

/** The reference of all checks, as Markdown. */
export const checksReference = (): string =>
  `${[intro, ...checkGroups.filter(hasChecks).map(chapter)].join("\n\n")}\n`

const intro = `# Doctor

<!-- Generated from src/checks by \`npm run docs\`; a test compares them. -->

\`counterfoil doctor\` checks a deployment: its settings, Pub/Sub, Cassandra, and limits. It changes nothing. Each check
has a code that never changes its meaning. \`run\` makes the checks CF-201 to CF-402 at its start, and those of a
connection; \`doctor\` makes all.

- **Exit codes**: 0 well, 1 something has to be fixed, 2 it could not run (wrong usage). Warnings do not fail, unless
  \`--strict\` says so.
- **\`--only CODE|GROUP,…\`**: only these. A server that none of them is about is not asked. A check that another one
  keeps from being made is shown with that one.
- **\`--json\`**: one object: \`well\`; \`checks\`, each with \`code\`, \`group\`, \`title\`, \`status\` (\`passed\`, \`warning\`,
  \`fatal\`, \`not-made\`, \`skipped\`), \`shows\`, \`findings\` (\`severity\`, \`where\`, \`found\`, \`expected\`, \`remedy\`), \`why\`
  (it was not made) and \`because\` (it was skipped); \`settings\`, each with \`value\` (null where it is a secret; an address is
  without its user and password), \`kind\` (\`flag\`, \`variable\`, \`alias\`, \`default\`) and \`from\`.
- A server gets 10 s to answer.

\`counterfoil doctor FILE…\` checks Kubernetes manifests before they are applied, and nothing else; \`-\` is standard input,
as in \`kubectl kustomize deploy | counterfoil doctor -\`. It finds the containers that run Counterfoil, reads their
settings as the process would (ConfigMaps among the files are read; what comes from a secret is taken for right), and
judges them with the limits of the code. A finding names file, line, document and field, and what to write there. Without
a container of Counterfoil in the files it exits 2.

*Fatal*: nothing can be stored so, or not what was meant. *Warning*: it works, at a risk. *Shows*: it finds nothing, and
tells what is so.`

const headings: Readonly<Record<CheckGroup, string>> = {
  configuration: "Configuration (`configuration`)",
  pubsub: "Pub/Sub (`pubsub`)",
  cassandra: "Cassandra (`cassandra`)",
  limits: "Limits (`limits`)",
  manifests: "Manifests (`doctor FILE…`; `manifests`)"
}

const chapter = (group: CheckGroup): string =>
  [
    `## ${headings[group]}`,
    "",
    "| code | checks | at worst | what fixes it |",
    "|---|---|---|---|",
    ...allChecks.filter((check) => check.group === group).map(row)
  ].join("\n")

const hasChecks = (group: CheckGroup): boolean => allChecks.some((check) => check.group === group)

const row = ({ code, remedy, title, worst }: CheckDescription): string =>
  `| ${code} | ${cell(title)} | ${worst === "none" ? "shows" : worst} | ${cell(remedy)} |`

const cell = (text: string): string => text.replaceAll("|", "\\|")
