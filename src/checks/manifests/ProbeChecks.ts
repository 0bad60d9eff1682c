/** Checks of probes: that they ask the right path, at a port and an address that answer. */
import type { Check, Judgement, Problem } from "../Check.ts"
import { type Field, type FieldPath, fieldAt, listAt, numberAt, textAt } from "./ManifestFile.ts"
import type { ConfiguredWorkload, ManifestReading } from "./ManifestReading.ts"
import { asFarAsKnown, problemAt, runs, workloadCheck } from "./WorkloadCheck.ts"

interface ProbeRule {
  readonly field: "livenessProbe" | "readinessProbe" | "startupProbe"
  readonly path: string
  /** What follows where there is none; undefined: it may be left out. */
  readonly without: string | undefined
  /** What follows from another path of ours. */
  readonly otherwise: Readonly<Record<string, string>>
}

const rules: ReadonlyArray<ProbeRule> = [
  {
    field: "livenessProbe",
    path: "/live",
    without: "a process whose event loop stands still is not restarted",
    otherwise: {
      "/ready":
        "in an outage of Cassandra or Pub/Sub the process is restarted again and again, and what it holds comes again each time",
      "/health": "it answers 200 always"
    }
  },
  {
    field: "readinessProbe",
    path: "/ready",
    without: "a rollout goes on before the new process works",
    otherwise: {
      "/live": "a rollout goes on before the new process works",
      "/health": "it answers 200 always"
    }
  },
  {
    field: "startupProbe",
    path: "/live",
    without: undefined,
    otherwise: { "/ready": "a process that waits for Cassandra is killed, and never starts" }
  }
]

const paths = workloadCheck(
  {
    code: "CF-810",
    title: "probes ask the paths that are meant for them: /live and /ready",
    worst: "fatal",
    remedy: "`livenessProbe: {httpGet: {path: /live}}`, `readinessProbe: {httpGet: {path: /ready}}`"
  },
  runs,
  (workload) => rules.flatMap((rule) => pathProblems(workload, rule))
)

const pathProblems = (
  workload: ConfiguredWorkload,
  { field, otherwise, path, without }: ProbeRule
): ReadonlyArray<Problem> => {
  const probe = fieldAt(workload.container, [field])
  const at = [...workload.containerPath, field]
  const write = `${field}: {httpGet: {path: ${path}, port: ${workload.http?.port ?? 8080}}}`
  if (probe === undefined) {
    if (without === undefined || workload.http?.port === 0) return []
    return [
      problemAt(workload, at, {
        severity: "warning",
        found: `there is no ${field}: ${without}`,
        expected: `one of ${path}`,
        remedy: write
      })
    ]
  }
  const asked = askedBy(probe, path)
  if (asked === undefined || asked.path === path) return []
  const isWrong = field !== "readinessProbe" || otherwise[asked.path] === undefined
  return [
    problemAt(workload, [...at, ...asked.at], {
      severity: isWrong && asked.path !== "/health" ? "fatal" : "warning",
      found: `the ${field} asks ${asked.path}: ${otherwise[asked.path] ?? "that is not what is meant for it"}`,
      expected: path,
      remedy: asked.write
    })
  ]
}

interface Asked {
  readonly path: string
  /** Where it is said, and what to write there. */
  readonly at: FieldPath
  readonly write: string
}

/** Undefined where a probe asks in another way, which may be meant so. */
const askedBy = (probe: Field, meant: string): Asked | undefined => {
  const get = fieldAt(probe, ["httpGet"])
  if (get !== undefined) {
    return { path: textAt(get, ["path"]) ?? "/", at: ["httpGet", "path"], write: `path: ${meant}` }
  }
  const words = (listAt(probe, ["exec", "command"]) ?? []).map(String)
  if (!words.some((word) => /counterfoil/.test(word)) || !words.includes("health")) return undefined
  // Without a flag it exits 1 as `--ready` does.
  const path = words.includes("--live") ? "/live" : "/ready"
  return { path, at: ["exec", "command"], write: `--${meant.slice(1)} as its argument` }
}

const ports = workloadCheck(
  {
    code: "CF-811",
    title: "probes reach HTTP_PORT, at an address that is not the container's own",
    worst: "fatal",
    remedy: "`HTTP_HOST=0.0.0.0`, and `port:` as HTTP_PORT"
  },
  runs,
  (workload): Judgement => {
    const { container, containerPath, http } = workload
    if (http === undefined) return { notMade: "the settings cannot be read" }
    const probes = rules.flatMap(({ field }) => {
      const get = fieldAt(container, [field, "httpGet"])
      return get === undefined ? [] : [{ field, get }]
    })
    const [first] = probes
    if (first === undefined) return []
    if (http.port === 0) {
      return [
        problemAt(workload, [...containerPath, first.field], {
          severity: "fatal",
          found: "probes ask over HTTP, and HTTP_PORT is 0: nothing is served",
          expected: "a port",
          remedy: "leave HTTP_PORT out, or name: HTTP_PORT, value: '8080'"
        })
      ]
    }
    return asFarAsKnown(workload, [
      ...(isLoopback(http.host) ? unreachable(workload, first.field) : []),
      ...probes.flatMap(({ field, get }) => portProblems(workload, field, get, http.port))
    ])
  }
)

const isLoopback = (host: string): boolean => /^(?:127\.|localhost$|::1$|\[::1\]$)/.test(host)

const unreachable = (workload: ConfiguredWorkload, field: string): ReadonlyArray<Problem> => {
  const { command, environment, http } = workload
  const isGiven = environment.texts.has("HTTP_HOST") || command.flags["http-host"] !== undefined
  // It may be in a ConfigMap that is not among the files.
  if (!isGiven && !environment.isComplete) return []
  const path = environment.pathOf("HTTP_HOST") ?? [field]
  const otherwise = isGiven ? "" : ", unless the image sets it, as ours does"
  return [
    problemAt(workload, [...workload.containerPath, ...path], {
      severity: isGiven ? "fatal" : "warning",
      found: `probes ask the address of the pod, and HTTP_HOST is ${http?.host}${otherwise}: they are refused`,
      expected: "0.0.0.0",
      remedy: "name: HTTP_HOST, value: 0.0.0.0"
    })
  ]
}

const portProblems = (
  workload: ConfiguredWorkload,
  field: string,
  get: Field,
  port: number
): ReadonlyArray<Problem> => {
  const at = [...workload.containerPath, field, "httpGet", "port"]
  const given = fieldAt(get, ["port"])
  const asked = typeof given === "string" ? portNamed(workload.container, given) : given
  if (asked === port) return []
  return [
    problemAt(workload, at, {
      severity: "fatal",
      found: `the ${field} asks port ${String(given)}, and HTTP_PORT is ${port}`,
      expected: String(port),
      remedy: `port: ${port}`
    })
  ]
}

const portNamed = (container: Field, name: string): number | undefined => {
  if (/^\d+$/.test(name)) return Number(name)
  const named = (listAt(container, ["ports"]) ?? []).find((port) => textAt(port, ["name"]) === name)
  return numberAt(named, ["containerPort"])
}

/** The checks of probes. */
export const probeChecks: ReadonlyArray<Check<ManifestReading>> = [paths, ports]
