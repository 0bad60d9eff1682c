/** The containers of Counterfoil among manifests. */
import { variableNames } from "../../config/VariableNames.ts"
import { type ContainerCommand, commandOf } from "./ContainerCommand.ts"
import { type ContainerEnvironment, environmentOf } from "./ContainerEnvironment.ts"
import { type Field, type FieldPath, fieldAt, listAt, type Manifest, textAt } from "./ManifestFile.ts"

/** A container of Counterfoil, and the pod around it. */
export interface Workload {
  readonly manifest: Manifest
  readonly pod: Field
  readonly podPath: FieldPath
  readonly container: Field
  readonly containerPath: FieldPath
  readonly command: ContainerCommand
  readonly environment: ContainerEnvironment
  /** Whether it is started once and ends, as an init container or in a job. */
  readonly endsByItself: boolean
}

/** The containers that run Counterfoil: by image, by command, or by a variable that nothing else has. */
export const workloadsIn = (manifests: ReadonlyArray<Manifest>): ReadonlyArray<Workload> =>
  manifests.flatMap((manifest) => {
    const podPath = podPathOf(manifest)
    if (podPath === undefined) return []
    const pod = fieldAt(manifest.root, podPath)
    return ["initContainers", "containers"].flatMap((list) =>
      (listAt(pod, [list]) ?? []).flatMap((container, index) => {
        const workload: Workload = {
          manifest,
          pod,
          podPath,
          container,
          containerPath: [...podPath, list, index],
          command: commandOf(container),
          environment: environmentOf(container, manifests),
          endsByItself: list === "initContainers" || manifest.kind.endsWith("Job")
        }
        return isOurs(workload) ? [workload] : []
      })
    )
  })

/** Where the pod of an object is; undefined for an object of a kind that has none, or of one that is not known here. */
export const podPathOf = ({ kind }: Manifest): FieldPath | undefined => podPaths[kind]

const template = ["spec", "template", "spec"]

/** Where the pod is, by the kind of object. */
const podPaths: Readonly<Record<string, FieldPath>> = {
  Pod: ["spec"],
  Deployment: template,
  StatefulSet: template,
  ReplicaSet: template,
  DaemonSet: template,
  Job: template,
  CronJob: ["spec", "jobTemplate", ...template]
}

const isOurs = ({ command, container, environment }: Workload): boolean => {
  const named = [textAt(container, ["image"]) ?? "", ...command.words]
  if (named.some((text) => /counterfoil/i.test(text))) return true
  return [...environment.texts.keys(), ...environment.hidden].some(
    (name) => ownNames.test(name) && variableNames.has(name)
  )
}

const ownNames = /^(?:PUBSUB_(?:ORDERS|PAYMENTS|DLQ)_|WAITING_ROOM_|PAYMENT_GRACE)/
