/** The autoscalers of Counterfoil among manifests: `ScaledObject` of KEDA, and `HorizontalPodAutoscaler`. */
import { type Field, type FieldPath, type Manifest, numberAt, textAt } from "./ManifestFile.ts"
import { metricsOfPodAutoscaler, metricsOfTriggers, type ScalerMetric } from "./ScalerMetric.ts"
import { podPathOf } from "./Workload.ts"

/** An autoscaler. */
export interface Scaler {
  readonly manifest: Manifest
  readonly target: ScalerTarget
  readonly metrics: ReadonlyArray<ScalerMetric>
  /** Where it says how low it goes, and that this is 0 processes; undefined where one at least stays. */
  readonly zero: { readonly path: FieldPath; readonly remedy: string } | undefined
  /** Where it says how fast it takes processes away. */
  readonly scaleDownPath: FieldPath
}

/** What an autoscaler scales. */
export interface ScalerTarget {
  readonly kind: string
  readonly name: string
  /** Undefined where it is not among the files. */
  readonly manifest: Manifest | undefined
  /** Whether there is any object among the files that it could be, whatever its kind. */
  readonly isExpected: boolean
}

/** The autoscalers of `ours`; those too that name Counterfoil, or a metric of it, and scale something else, or nothing. */
export const scalersIn = (
  manifests: ReadonlyArray<Manifest>,
  ours: ReadonlySet<Manifest>
): ReadonlyArray<Scaler> =>
  manifests.flatMap((manifest) => {
    const shape = shapes[manifest.kind]
    if (shape === undefined) return []
    const scaler: Scaler = {
      manifest,
      target: targetOf(manifest, manifests),
      metrics: shape.metricsOf(manifest.root),
      zero: shape.zeroOf(manifest.root),
      scaleDownPath: [...shape.behaviourPath, "scaleDown"]
    }
    return isOurs(scaler, ours) ? [scaler] : []
  })

interface ScalerShape {
  readonly metricsOf: (root: Field) => ReadonlyArray<ScalerMetric>
  readonly zeroOf: (root: Field) => Scaler["zero"]
  readonly behaviourPath: FieldPath
}

const shapes: Readonly<Record<string, ScalerShape>> = {
  ScaledObject: {
    metricsOf: metricsOfTriggers,
    zeroOf: (root) => {
      // Without it, KEDA goes down to 0.
      if ((numberAt(root, ["spec", "minReplicaCount"]) ?? 0) === 0)
        return { path: ["spec", "minReplicaCount"], remedy: "minReplicaCount: 1" }
      return numberAt(root, ["spec", "idleReplicaCount"]) === 0
        ? { path: ["spec", "idleReplicaCount"], remedy: "leave idleReplicaCount out" }
        : undefined
    },
    behaviourPath: ["spec", "advanced", "horizontalPodAutoscalerConfig", "behavior"]
  },
  HorizontalPodAutoscaler: {
    metricsOf: metricsOfPodAutoscaler,
    zeroOf: (root) =>
      numberAt(root, ["spec", "minReplicas"]) === 0
        ? { path: ["spec", "minReplicas"], remedy: "minReplicas: 1" }
        : undefined,
    behaviourPath: ["spec", "behavior"]
  }
}

const targetOf = (scaler: Manifest, manifests: ReadonlyArray<Manifest>): ScalerTarget => {
  const kind = textAt(scaler.root, ["spec", "scaleTargetRef", "kind"]) ?? "Deployment"
  const name = textAt(scaler.root, ["spec", "scaleTargetRef", "name"]) ?? "without a name"
  return {
    kind,
    name,
    manifest: manifests.find(
      (other) =>
        other.kind === kind &&
        textAt(other.root, ["metadata", "name"]) === name &&
        mayShareNamespace(scaler, other)
    ),
    isExpected: manifests.some((other) => podPathOf(other) !== undefined && !endsByItself.has(other.kind))
  }
}

/** Nothing scales these. */
const endsByItself: ReadonlySet<string> = new Set(["Job", "CronJob"])

/** Where a namespace is not in the file, it is said when the file is applied. */
const mayShareNamespace = (one: Manifest, other: Manifest): boolean => {
  const [first, second] = [one, other].map(({ root }) => textAt(root, ["metadata", "namespace"]))
  return first === undefined || second === undefined || first === second
}

const isOurs = ({ manifest, metrics, target }: Scaler, ours: ReadonlySet<Manifest>): boolean => {
  if (target.manifest !== undefined && ours.has(target.manifest)) return true
  if (metrics.some(({ names }) => names.length > 0)) return true
  return (
    target.manifest === undefined &&
    /counterfoil/i.test(`${target.name} ${textAt(manifest.root, ["metadata", "name"])}`)
  )
}
