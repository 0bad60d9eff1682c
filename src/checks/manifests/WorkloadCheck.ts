/** Makes checks of manifests, each of one container at a time. */
import { type Check, type CheckDescription, type Judgement, judgeAll, type Problem } from "../Check.ts"
import type { FieldPath } from "./ManifestFile.ts"
import type { ConfiguredWorkload, ManifestReading } from "./ManifestReading.ts"

/** A check of each container that is meant; where there is none, it passes. */
export const workloadCheck = (
  description: Omit<CheckDescription, "group">,
  isMeant: (workload: ConfiguredWorkload) => boolean,
  judge: (workload: ConfiguredWorkload) => Judgement
): Check<ManifestReading> => ({
  ...description,
  group: "manifests",
  needs: [],
  judge: ({ workloads }) => judgeAll(workloads.filter(isMeant).map(judge))
})

/** Every container of ours. */
export const each = (): boolean => true

/** A container in which `run` goes on until it is stopped, or whose command the image says. */
export const runs = ({ command: { isDrain, subcommand }, endsByItself }: ConfiguredWorkload): boolean =>
  !endsByItself && !isDrain && (subcommand === "run" || subcommand === undefined)

/** A problem at a field of a container's object. */
export const problemAt = (
  { manifest }: ConfiguredWorkload,
  path: FieldPath,
  problem: Omit<Problem, "where">
): Problem => ({ ...problem, where: manifest.where(path) })
