/** Writes `docs/doctor.md` from the descriptions of the checks. */
import { allChecks } from "./AllChecks.ts"
import { type CheckDescription, type CheckGroup, checkGroups } from "./Check.ts"

/** The reference of all checks, as Markdown. */
export const checksReference = (): string =>
  `${[intro, ...checkGroups.filter(hasChecks).map(chapter)].join("\n\n")}\n`

const intro = `# Doctor

<!-- Generated from src/checks by \`npm run docs\`; a test compares them. -->

\`counterfoil doctor\` checks a deployment: its settings, Pub/Sub, Cassandra, and limits. Without \`--live\` it changes
nothing. Each check has a code that never changes its meaning. \`run\` makes the checks CF-201 to CF-402 at its start, and those of a
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

\`counterfoil doctor --live\` also proves what the deployment does with messages, in about 20 s, and in a minute at most.
It sends orders and payments through scratch topics and subscriptions (\`counterfoil-live-…\`) into a scratch keyspace
(\`counterfoil_live_…\`, replicated as yours) with the configured credentials and consistency. What handles them there is the
code of \`run\`. Topics, subscriptions and tables of the deployment are not written to.

- At the end everything that was made is removed, also after Ctrl-C. What cannot be removed is named. A killed doctor leaves
  what it has made; the next one removes it once it is an hour old. Where \`auto_snapshot\` is on, Cassandra keeps a snapshot
  of each dropped keyspace, here of a few KB; \`nodetool clearsnapshot\` removes it.
- Where the credentials may not create (CF-901 says which grant is missing; [all grants](access.md)), somebody who may
  prepares the names: \`--live-topics NAME\` for topics \`NAME-orders\`, \`NAME-payments\`, \`NAME-dlq\` and their
  subscriptions, each with \`-sub\`; \`--live-keyspace NAME\` for a keyspace with the tables of \`setup cassandra\`. They stay;
  the rows of the proof are removed. One doctor at a time may use them.
- Payments wait for \`PAYMENT_GRACE\`, and for 30 s at least, so that none is given up in between.
- The lost lease: the doctor takes an order, writes its row, and then leaves subscription and lease alone, as a process that
  is killed between the two. Pub/Sub delivers the order again, 10 s later.

\`counterfoil doctor FILE…\` checks Kubernetes manifests before they are applied, and nothing else; \`-\` is standard input,
as in \`kubectl kustomize deploy/kubernetes/example | counterfoil doctor -\`. It finds the containers that run Counterfoil, reads their
settings as the process would (ConfigMaps among the files are read; what comes from a secret is taken for right), and
judges them with the limits of the code. Autoscalers (\`ScaledObject\` of KEDA, \`HorizontalPodAutoscaler\`) that scale such a
container, or read a metric whose name begins with \`counterfoil_\`, are judged too; labels in their queries are not read. A
finding names file, line, document and field, and what to write there. Without anything of Counterfoil in the files it
exits 2.

*Fatal*: nothing can be stored so, or not what was meant. *Warning*: it works, at a risk. *Shows*: it finds nothing, and
tells what is so.`

const headings: Readonly<Record<CheckGroup, string>> = {
  configuration: "Configuration (`configuration`)",
  pubsub: "Pub/Sub (`pubsub`)",
  cassandra: "Cassandra (`cassandra`)",
  limits: "Limits (`limits`)",
  live: "Live (`doctor --live`; `live`)",
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
