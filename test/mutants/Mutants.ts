/** Every mutant, in the order of the guarantees. */

import { ofBounds } from "./guarantees/Bounds.ts"
import { ofConsumers } from "./guarantees/Consumers.ts"
import { ofDeadLetterFiles } from "./guarantees/DeadLetterFiles.ts"
import { ofDoctor } from "./guarantees/Doctor.ts"
import { ofDurability } from "./guarantees/Durability.ts"
import { ofEarlyPayments } from "./guarantees/EarlyPayments.ts"
import { ofExplanations } from "./guarantees/Explanations.ts"
import { ofHealth } from "./guarantees/Health.ts"
import { ofHeldIds } from "./guarantees/HeldIds.ts"
import { ofLeases } from "./guarantees/Leases.ts"
import { ofLedger } from "./guarantees/Ledger.ts"
import { ofLogLines } from "./guarantees/LogLines.ts"
import { ofLookUps } from "./guarantees/LookUps.ts"
import { ofOutages } from "./guarantees/Outages.ts"
import { ofPeriodicRedrives } from "./guarantees/PeriodicRedrives.ts"
import { ofPoison } from "./guarantees/Poison.ts"
import { ofProgress } from "./guarantees/Progress.ts"
import { ofReconnection } from "./guarantees/Reconnection.ts"
import { ofRedrives } from "./guarantees/Redrives.ts"
import { ofRefusals } from "./guarantees/Refusals.ts"
import { ofReplicas } from "./guarantees/Replicas.ts"
import { ofRetries } from "./guarantees/Retries.ts"
import { ofSetUp } from "./guarantees/SetUp.ts"
import { ofSources } from "./guarantees/Sources.ts"
import { ofStops } from "./guarantees/Stops.ts"
import { ofTelemetry } from "./guarantees/Telemetry.ts"
import { ofVersions } from "./guarantees/Versions.ts"
import type { Mutant } from "./Mutant.ts"

/** All of them. */
export const mutants: ReadonlyArray<Mutant> = [
  ...ofDurability,
  ...ofLeases,
  ...ofHeldIds,
  ...ofVersions,
  ...ofPoison,
  ...ofRefusals,
  ...ofOutages,
  ...ofRetries,
  ...ofRedrives,
  ...ofPeriodicRedrives,
  ...ofExplanations,
  ...ofDeadLetterFiles,
  ...ofLookUps,
  ...ofHealth,
  ...ofLogLines,
  ...ofReconnection,
  ...ofSources,
  ...ofReplicas,
  ...ofSetUp,
  ...ofDoctor,
  ...ofEarlyPayments,
  ...ofProgress,
  ...ofBounds,
  ...ofLedger,
  ...ofStops,
  ...ofConsumers,
  ...ofTelemetry
]
