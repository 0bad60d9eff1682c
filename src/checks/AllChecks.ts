/** Every check there is, for who chooses among them and for the reference. */
import type { CheckDescription } from "./Check.ts"
import { clusterChecks } from "./ClusterChecks.ts"
import { configurationChecks } from "./ConfigurationChecks.ts"
import { connectionChecks, pubSubConnectionChecks } from "./ConnectionChecks.ts"
import { limitChecks } from "./LimitChecks.ts"
import { liveChecks } from "./live/LiveChecks.ts"
import { manifestChecks } from "./manifests/ManifestChecks.ts"
import { pubSubChecks } from "./PubSubChecks.ts"

/** Every check, in the order of reports. */
export const allChecks: ReadonlyArray<CheckDescription> = [
  ...configurationChecks,
  ...pubSubConnectionChecks,
  ...pubSubChecks,
  ...connectionChecks,
  ...clusterChecks,
  ...limitChecks,
  ...liveChecks,
  ...manifestChecks
]
