/** Checks of autoscalers: that their metrics and targets exist, and that they suit payments that wait. */
import { Duration } from "effect"
import { similarName } from "../../config/SimilarName.ts"
import { type Check, type CheckDescription, type Judgement, judgeAll, type Problem } from "../Check.ts"
import { spanText } from "../Words.ts"
import { fieldAt, numberAt, textAt } from "./ManifestFile.ts"
import type { ConfiguredWorkload, ManifestReading } from "./ManifestReading.ts"
import type { Scaler } from "./Scaler.ts"
import type { ScalerMetric } from "./ScalerMetric.ts"
import { podPathOf } from "./Workload.ts"
import { asFarAsKnown, runs } from "./WorkloadCheck.ts"

const scalerCheck = (
  description: Omit<CheckDescription, "group">,
  judge: (scaler: Scaler, reading: ManifestReading) => Judgement
): Check<ManifestReading> => ({
  ...description,
  group: "manifests",
  needs: [],
  judge: (reading) => judgeAll(reading.scalers.map((scaler) => judge(scaler, reading)))
})

const metricsExist = scalerCheck(
  {
    code: "CF-812",
    title: "every metric of Counterfoil that an autoscaler reads is one that run exports",
    worst: "fatal",
    remedy: "the name that is meant; docs/metrics.md has all of them"
  },
  ({ manifest, metrics }, { series }) =>
    metrics.flatMap((metric) =>
      metric.names
        .filter((name) => !isExported(name, metric, series))
        .map((name) => ({ ...unknownMetric(name, metric, series), where: manifest.where(metric.path) }))
    )
)

/** The usual adapters call `x_total` also `x`, and its rate `x_per_second`. */
const isExported = (name: string, { isQuery }: ScalerMetric, series: ReadonlySet<string>): boolean => {
  if (series.has(name) || isQuery) return series.has(name)
  const counted = name.replace(/_per_second$/, "")
  return ["", "_total", "_seconds_total"].some((end) => series.has(counted + end))
}

const unknownMetric = (name: string, { isQuery }: ScalerMetric, series: ReadonlySet<string>): Problem => {
  const meant = similarSeries(name, series)
  const found = `run exports no metric ${name}`
  const correct = meant === undefined ? `correct ${name}` : `${meant} in place of ${name}`
  if (isQuery && meant !== undefined) {
    return {
      severity: "fatal",
      found: `${found}: nothing is ever scaled by it`,
      expected: meant,
      remedy: correct
    }
  }
  // A rule, of an adapter or of Prometheus, may make a metric of any name.
  return {
    severity: "warning",
    found: `${found}: unless a rule of your own makes one, nothing is ever scaled`,
    expected: meant ?? "a metric of docs/metrics.md, or of such a rule",
    remedy: `${correct}, or see that the rule exists`
  }
}

/** One of nearly the same name, or else one whose name has a word more or less at its end. */
const similarSeries = (name: string, series: ReadonlySet<string>): string | undefined =>
  similarName(name, series) ??
  [...series].find((known) => withoutWord(known) === name || known === withoutWord(name))

const withoutWord = (name: string): string => name.replace(/_[^_]+$/, "")

const targetRuns = scalerCheck(
  {
    code: "CF-813",
    title: "what an autoscaler scales is among the files, and is what run goes on in",
    worst: "fatal",
    remedy: "`scaleTargetRef` with the kind and the name of the Deployment"
  },
  (scaler, { workloads }): Judgement => {
    const { isExpected, manifest } = scaler.target
    // A patch says only what differs.
    if (fieldAt(scaler.manifest.root, ["spec", "scaleTargetRef"]) === undefined) return []
    if (manifest === undefined) {
      return isExpected
        ? [wrongTarget(scaler, "which is not among the files", workloads)]
        : { notMade: "what it scales is not among the files" }
    }
    // What an object of another kind starts is not known here.
    if (podPathOf(manifest) === undefined || scaledBy(scaler, workloads).length > 0) return []
    return [wrongTarget(scaler, "in which run does not go on", workloads)]
  }
)

const wrongTarget = (
  { manifest, target }: Scaler,
  why: string,
  workloads: ReadonlyArray<ConfiguredWorkload>
): Problem => {
  const meant = workloads.find(runs)?.manifest
  const meantName = textAt(meant?.root, ["metadata", "name"])
  return {
    severity: meant !== undefined && target.manifest === undefined ? "fatal" : "warning",
    where: manifest.where(["spec", "scaleTargetRef", "name"]),
    found: `it scales ${target.kind} ${target.name}, ${why}`,
    expected: meant === undefined ? "a Deployment with run" : `${meant.kind} ${meantName}`,
    remedy:
      meant === undefined
        ? "correct scaleTargetRef, or give doctor the file of what it scales too"
        : `scaleTargetRef: {apiVersion: apps/v1, kind: ${meant.kind}, name: ${meantName}}`
  }
}

/** The containers of ours that an autoscaler makes more and fewer of. */
const scaledBy = (
  { target }: Scaler,
  workloads: ReadonlyArray<ConfiguredWorkload>
): ReadonlyArray<ConfiguredWorkload> =>
  workloads.filter((workload) => workload.manifest === target.manifest && runs(workload))

const scaleDownWaits = scalerCheck(
  {
    code: "CF-814",
    title: "an autoscaler waits for longer than PAYMENT_GRACE before it takes a process away",
    worst: "warning",
    remedy: "raise `behavior: {scaleDown: {stabilizationWindowSeconds: …}}`"
  },
  (scaler, { workloads }) =>
    judgeAll(scaledBy(scaler, workloads).map((workload) => windowProblems(scaler, workload)))
)

const windowProblems = ({ manifest, scaleDownPath }: Scaler, workload: ConfiguredWorkload): Judgement => {
  const { processing } = workload
  if (processing === undefined) return { notMade: "the settings cannot be read" }
  if (textAt(manifest.root, [...scaleDownPath, "selectPolicy"]) === "Disabled") return []
  const path = [...scaleDownPath, "stabilizationWindowSeconds"]
  const given = numberAt(manifest.root, path)
  const window = given ?? kubernetesWindowSeconds
  const grace = Duration.toSeconds(processing.paymentGrace)
  // With no grace, none waits.
  if (grace === 0 || window > grace) return asFarAsKnown(workload, [])
  const without = given === undefined ? ", as Kubernetes does where nothing is said" : ""
  return [
    {
      severity: "warning",
      where: manifest.where(path),
      found: `it takes a process away once there was less to do for ${window} s${without}, and PAYMENT_GRACE is ${spanText(processing.paymentGrace)}: payments that a stopped process gives back begin their wait anew in another one, and may never come to its end`,
      expected: `more than ${grace}`,
      remedy: `scaleDown: {stabilizationWindowSeconds: ${Math.max(kubernetesWindowSeconds, Math.ceil(grace) + spareSeconds)}}`
    }
  ]
}

/** What it is unless it is given. */
const kubernetesWindowSeconds = 300

/** What is advised above the grace. */
const spareSeconds = 60

const someProcessStays = scalerCheck(
  {
    code: "CF-815",
    title: "an autoscaler that reads metrics of Counterfoil only leaves one process at least",
    worst: "warning",
    remedy: "`minReplicaCount: 1`, `minReplicas: 1`"
  },
  ({ manifest, metrics, zero }): Judgement => {
    const [name] = metrics.flatMap(({ names }) => names)
    if (zero === undefined || name === undefined) return []
    if (!metrics.every(({ needsProcess }) => needsProcess)) return []
    return [
      {
        severity: "warning",
        where: manifest.where(zero.path),
        found: `it may go down to 0 processes, and ${name} is there only while a process runs: nothing would ever start one, and subscriptions keep messages for as long as their retention only`,
        expected: "1 or more, or a trigger by something else, as the backlog of the subscriptions",
        remedy: zero.remedy
      }
    ]
  }
)

/** The checks of autoscalers. */
export const scalerChecks: ReadonlyArray<Check<ManifestReading>> = [
  metricsExist,
  targetRuns,
  scaleDownWaits,
  someProcessStays
]
