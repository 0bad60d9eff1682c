/** Checks of what a container starts, and with which settings. */
import { looksLikeOurs, similarVariable, variableNames } from "../../config/VariableNames.ts"
import type { Check, Problem } from "../Check.ts"
import { problemOf } from "../ConfigurationChecks.ts"
import type { FieldPath } from "./ManifestFile.ts"
import type { ConfiguredWorkload, ManifestReading } from "./ManifestReading.ts"
import { asFarAsKnown, each, problemAt, workloadCheck } from "./WorkloadCheck.ts"

const filesRead: Check<ManifestReading> = {
  code: "CF-801",
  group: "manifests",
  title: "the files are YAML",
  worst: "fatal",
  remedy: "correct the line that it names",
  needs: [],
  judge: ({ unreadable }) =>
    unreadable.map(({ message, where }) => ({
      severity: "fatal",
      where,
      found: message,
      expected: "YAML",
      remedy: "correct that line"
    }))
}

const settingsRead = workloadCheck(
  {
    code: "CF-802",
    title: "the process could read its settings, and they agree with each other",
    worst: "fatal",
    remedy: "the variable or flag that it names; docs/configuration.md has all of them"
  },
  each,
  (workload) =>
    asFarAsKnown(
      workload,
      workload.problems.map((line) => atVariable(workload, line, problemOf(line, "fatal")))
    )
)

const nothingAtRisk = workloadCheck(
  {
    code: "CF-803",
    title: "no setting is a risk: the grace is above two leases, and the like",
    worst: "warning",
    remedy: "the variable that it names"
  },
  each,
  (workload) =>
    asFarAsKnown(
      workload,
      workload.warnings.map((line) => atVariable(workload, line, problemOf(line, "warning")))
    )
)

/** At the variable with which a line begins; at the container where that is not written there. */
const atVariable = (workload: ConfiguredWorkload, line: string, problem: Problem): Problem => {
  const path = workload.environment.pathOf(/^\w+/.exec(line)?.[0] ?? "")
  return problemAt(workload, fieldOf(workload, path), problem)
}

const fieldOf = ({ containerPath }: ConfiguredWorkload, path: FieldPath | undefined): FieldPath =>
  path === undefined ? containerPath : [...containerPath, ...path]

const namesKnown = workloadCheck(
  {
    code: "CF-804",
    title: "every variable that looks like one of ours is one",
    worst: "warning",
    remedy: "the name that is meant; a variable with an unknown name is ignored"
  },
  each,
  (workload) => {
    const { hidden, pathOf, texts } = workload.environment
    return [...texts.keys(), ...hidden]
      .filter((name) => !variableNames.has(name))
      .flatMap((name) => {
        const meant = similarVariable(name)
        if (meant === undefined && !looksLikeOurs(name)) return []
        return [
          problemAt(workload, fieldOf(workload, pathOf(name)), {
            severity: "warning",
            found: `${name} is no variable of Counterfoil: it is ignored`,
            expected: meant ?? "a variable of docs/configuration.md",
            remedy: meant === undefined ? `leave ${name} out, or correct it` : `name: ${meant}`
          })
        ]
      })
  }
)

const secretsElsewhere = workloadCheck(
  {
    code: "CF-805",
    title: "no secret is written in a manifest",
    worst: "warning",
    remedy: "`valueFrom: {secretKeyRef: …}`, or `CASSANDRA_PASSWORD_FILE` and a volume"
  },
  each,
  (workload) =>
    ["CASSANDRA_PASSWORD", "HTTP_TOKEN"]
      .filter((name) => workload.environment.written.has(name))
      .map((name) =>
        problemAt(workload, fieldOf(workload, workload.environment.pathOf(name)), {
          severity: "warning",
          found: `${name} is written in the manifest: whoever may read the object may read it`,
          expected: "a secret",
          remedy: `name: ${name}, valueFrom: {secretKeyRef: {name: …, key: …}}`
        })
      )
)

const signalsArrive = workloadCheck(
  {
    code: "CF-806",
    title: "Kubernetes starts node on the bin itself, so that SIGTERM reaches it",
    worst: "fatal",
    remedy: '`command: ["node", "bin/counterfoil.js", "run"]`'
  },
  each,
  (workload) => {
    const { interposed, subcommand, words } = workload.command
    if (words.length === 0) return { notMade: "the image says what is started" }
    if (interposed === undefined) return []
    return [
      problemAt(workload, [...workload.containerPath, "command"], {
        severity: "fatal",
        found: `${interposed} is started, which does not pass SIGTERM on: each stop ends in a kill`,
        expected: "node on the bin",
        remedy: `command: ["node", "bin/counterfoil.js", "${subcommand ?? "run"}"]`
      })
    ]
  }
)

/** The checks of a start. */
export const startChecks: ReadonlyArray<Check<ManifestReading>> = [
  filesRead,
  settingsRead,
  nothingAtRisk,
  namesKnown,
  secretsElsewhere,
  signalsArrive
]
