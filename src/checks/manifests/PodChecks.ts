/** Checks of what Kubernetes gives a process: time to stop, memory, and as many of it as are meant. */
import { Duration } from "effect"
import type { Check, Judgement, Problem } from "../Check.ts"
import { v8HeapBytes, v8HeapShare } from "../Limits.ts"
import { heapNeeded, memoryNeeded, stopSeconds } from "../Needs.ts"
import { mebibytes } from "../Words.ts"
import { fieldAt, numberAt, textAt } from "./ManifestFile.ts"
import type { ConfiguredWorkload, ManifestReading } from "./ManifestReading.ts"
import { quantityOf } from "./Quantity.ts"
import { asFarAsKnown, each, problemAt, runs, workloadCheck } from "./WorkloadCheck.ts"

const timeToStop = workloadCheck(
  {
    code: "CF-807",
    title: "terminationGracePeriodSeconds is above SHUTDOWN_TIMEOUT and what follows it",
    worst: "fatal",
    remedy: "raise `terminationGracePeriodSeconds`, or lower `SHUTDOWN_TIMEOUT`"
  },
  runs,
  (workload): Judgement => {
    const { container, pod, podPath, processing } = workload
    if (processing === undefined) return unreadSettings
    const given = numberAt(pod, ["terminationGracePeriodSeconds"])
    const waits = numberAt(container, ["lifecycle", "preStop", "sleep", "seconds"]) ?? 0
    const left = (given ?? kubernetesGraceSeconds) - waits
    const needed = stopSeconds(processing)
    if (left >= needed) return asFarAsKnown(workload, [])
    const timeout = Duration.toSeconds(processing.shutdownTimeout)
    const after = waits === 0 ? "" : ` after the ${waits} s of preStop`
    return [
      problemAt(workload, [...podPath, "terminationGracePeriodSeconds"], {
        severity: left <= timeout ? "fatal" : "warning",
        found: `the process is killed ${left} s after its signal to stop${after}; SHUTDOWN_TIMEOUT is ${timeout} s, and it needs up to ${needed} s in all`,
        expected: `${Math.ceil(needed + waits)} or more`,
        remedy: `terminationGracePeriodSeconds: ${Math.ceil(needed + waits)}`
      })
    ]
  }
)

/** What it is unless it is given. */
const kubernetesGraceSeconds = 30

const unreadSettings = { notMade: "the settings cannot be read" }

const memory = workloadCheck(
  {
    code: "CF-808",
    title: "the memory limit, and V8's heap within it, hold what the limits of the settings allow",
    worst: "warning",
    remedy:
      "raise `resources.limits.memory`, set `NODE_OPTIONS`, or lower `MAX_OUTSTANDING_BYTES` and `WAITING_ROOM_BYTES`"
  },
  runs,
  (workload): Judgement => {
    const { container, containerPath, environment, processing } = workload
    if (processing === undefined) return unreadSettings
    const limit = fieldAt(container, ["resources", "limits", "memory"])
    const bytes = quantityOf(limit)
    const needed = memoryNeeded(processing)
    const atLimit = [...containerPath, "resources", "limits", "memory"]
    if (bytes === undefined) {
      return [
        problemAt(workload, atLimit, {
          severity: "warning",
          found: limit === undefined ? "there is no memory limit" : `the memory limit is ${String(limit)}`,
          expected: `a limit of ${mebibytes(needed)} or more: with the settings given, that is what the process needs`,
          remedy: `resources: {limits: {memory: ${kubernetesMebibytes(needed)}}}`
        })
      ]
    }
    if (bytes < needed) {
      return [
        problemAt(workload, atLimit, {
          severity: "warning",
          found: `the memory limit is ${String(limit)}, and with every limit of the settings reached the process needs ${mebibytes(needed)}`,
          expected: `${mebibytes(needed)} or more`,
          remedy: `memory: ${kubernetesMebibytes(needed)}`
        })
      ]
    }
    const options = environment.pathOf("NODE_OPTIONS")
    const atOptions = options === undefined ? containerPath : [...containerPath, ...options]
    const problems = heapProblems(bytes, environment.texts.get("NODE_OPTIONS"), heapNeeded(processing))
    return asFarAsKnown(
      workload,
      problems.map((problem) => problemAt(workload, atOptions, problem))
    )
  }
)

const heapProblems = (
  memoryBytes: number,
  options = "",
  needed: number
): ReadonlyArray<Omit<Problem, "where">> => {
  const given = /--max[-_]old[-_]space[-_]size=(\d+)/.exec(options)?.[1]
  const heap =
    given === undefined ? Math.min(memoryBytes * v8HeapShare, v8HeapBytes) : Number(given) * 2 ** 20
  const remedy = `name: NODE_OPTIONS, value: --max-old-space-size=${Math.ceil(needed / 2 ** 20)}`
  if (heap < needed) {
    const found =
      given === undefined
        ? `without NODE_OPTIONS, V8 takes ${mebibytes(heap)} of the memory limit for its heap`
        : `NODE_OPTIONS gives V8 a heap of ${mebibytes(heap)}`
    return [
      {
        severity: "warning",
        found: `${found}, and with every limit of the settings reached it needs ${mebibytes(needed)}`,
        expected: `${mebibytes(needed)} or more`,
        remedy
      }
    ]
  }
  if (heap < memoryBytes) return []
  return [
    {
      severity: "warning",
      found: `NODE_OPTIONS lets the heap grow to ${mebibytes(heap)}, beyond the memory limit: the process is killed before V8 collects garbage`,
      expected: `less than ${mebibytes(memoryBytes)}`,
      remedy
    }
  ]
}

const kubernetesMebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)}Mi`

const replicas = workloadCheck(
  {
    code: "CF-809",
    title: "what goes on is in a Deployment with replicas, and what ends is in a Job",
    worst: "fatal",
    remedy: "another `kind`, `--drain`, or `replicas`"
  },
  each,
  (workload): Judgement => {
    const { command, endsByItself, manifest } = workload
    if (endsByItself && command.subcommand === "run" && !command.isDrain) return [endless(workload)]
    if (!endsByItself && command.isDrain && manifest.kind !== "Pod") return [restarted(workload)]
    const count = fieldAt(manifest.root, ["spec", "replicas"])
    if (count !== 0) return []
    return [
      problemAt(workload, ["spec", "replicas"], {
        severity: "warning",
        found:
          "there are no replicas: nothing is processed, and subscriptions keep messages for as long as their retention only",
        expected: "1 or more, unless an autoscaler sets it",
        remedy: "replicas: 1"
      })
    ]
  }
)

const endless = (workload: ConfiguredWorkload): Problem =>
  problemAt(workload, [...workload.containerPath, "args"], {
    severity: "fatal",
    found: `run is in ${aKind(workload)}, and has no end`,
    expected: "a Deployment, or run --drain",
    remedy: '"--drain" as one more argument'
  })

const restarted = (workload: ConfiguredWorkload): Problem =>
  problemAt(workload, [...workload.containerPath, "args"], {
    severity: "warning",
    found: `run --drain is in ${aKind(workload)}: it ends once nothing waits, and is started again`,
    expected: "a Job or a CronJob, or run without --drain",
    remedy: "leave out --drain"
  })

const aKind = ({ manifest, containerPath }: ConfiguredWorkload): string =>
  containerPath.includes("initContainers") ? "an init container" : `a ${textAt(manifest.root, ["kind"])}`

/** The checks of a pod. */
export const podChecks: ReadonlyArray<Check<ManifestReading>> = [timeToStop, memory, replicas]
