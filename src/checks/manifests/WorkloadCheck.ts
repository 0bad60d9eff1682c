/** Makes checks of manifests, each of one container at a time. */
import { type Check, type CheckDescription, type Judgement, judgeAll, type Problem } from "../Check.ts"
import type { FieldPath } from "./ManifestFile.ts"
import type { ConfiguredWorkload, ManifestReading } from "./ManifestReading.ts"

/** A check of each container that is meant. Where there are others only, it passes; where there is none, it is not made. */
export const workloadCheck = (
  description: Omit<CheckDescription, "group">,
  isMeant: (workload: ConfiguredWorkload) => boolean,
  judge: (workload: ConfiguredWorkload) => Judgement
): Check<ManifestReading> => ({
  ...description,
  group: "manifests",
  needs: [],
  judge: ({ workloads }) =>
    workloads.length === 0
      ? { notMade: "no container of Counterfoil is among the files" }
      : judgeAll(workloads.filter(isMeant).map(judge))
})

/** What was found by the settings; where nothing was, and not all settings are among the files, that says nothing. */
export const asFarAsKnown = (
  { environment }: ConfiguredWorkload,
  problems: ReadonlyArray<Problem>
): Judgement =>
  problems.length > 0 || environment.isComplete
    ? problems
    : { notMade: "a ConfigMap or Secret of its settings is not among the files" }

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
