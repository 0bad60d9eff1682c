/** The checks of manifests, in the order of reports. */
import { type Check, type CheckResult, judge } from "../Check.ts"
import type { ManifestReading } from "./ManifestReading.ts"
import { podChecks } from "./PodChecks.ts"
import { probeChecks } from "./ProbeChecks.ts"
import { scalerChecks } from "./ScalerChecks.ts"
import { startChecks } from "./StartChecks.ts"

/** The checks of Kubernetes manifests. */
export const manifestChecks: ReadonlyArray<Check<ManifestReading>> = [
  ...startChecks,
  ...podChecks,
  ...probeChecks,
  ...scalerChecks
]

/** Judges what was read. Pure. */
export const judgeManifests = (reading: ManifestReading): ReadonlyArray<CheckResult> =>
  judge(manifestChecks, reading)
