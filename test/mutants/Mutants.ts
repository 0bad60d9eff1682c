/** Every mutant, in the order of the guarantees. */

import { ofBounds } from "./guarantees/Bounds.ts"
import { ofDurability } from "./guarantees/Durability.ts"
import { ofEarlyPayments } from "./guarantees/EarlyPayments.ts"
import { ofHealth } from "./guarantees/Health.ts"
import { ofHeldIds } from "./guarantees/HeldIds.ts"
import { ofLeases } from "./guarantees/Leases.ts"
import { ofLedger } from "./guarantees/Ledger.ts"
import { ofOutages } from "./guarantees/Outages.ts"
import { ofPoison } from "./guarantees/Poison.ts"
import { ofReconnection } from "./guarantees/Reconnection.ts"
import { ofRedrives } from "./guarantees/Redrives.ts"
import { ofRetries } from "./guarantees/Retries.ts"
import { ofStops } from "./guarantees/Stops.ts"
import { ofVersions } from "./guarantees/Versions.ts"
import type { Mutant } from "./Mutant.ts"

/** All of them. */
export const mutants: ReadonlyArray<Mutant> = [
  ...ofDurability,
  ...ofLeases,
  ...ofHeldIds,
  ...ofVersions,
  ...ofPoison,
  ...ofOutages,
  ...ofRetries,
  ...ofRedrives,
  ...ofHealth,
  ...ofReconnection,
  ...ofEarlyPayments,
  ...ofBounds,
  ...ofLedger,
  ...ofStops
]
