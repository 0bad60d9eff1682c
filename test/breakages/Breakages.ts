/** Every breakage, in the order of the guarantees. */
import type { Breakage } from "./Breakage.ts"
import { ofBounds } from "./guarantees/Bounds.ts"
import { ofDurability } from "./guarantees/Durability.ts"
import { ofEarlyPayments } from "./guarantees/EarlyPayments.ts"
import { ofLeases } from "./guarantees/Leases.ts"
import { ofOutages } from "./guarantees/Outages.ts"
import { ofPoison } from "./guarantees/Poison.ts"
import { ofReconnection } from "./guarantees/Reconnection.ts"
import { ofStops } from "./guarantees/Stops.ts"
import { ofVersions } from "./guarantees/Versions.ts"

/** All of them. */
export const breakages: ReadonlyArray<Breakage> = [
  ...ofDurability,
  ...ofLeases,
  ...ofVersions,
  ...ofPoison,
  ...ofOutages,
  ...ofReconnection,
  ...ofEarlyPayments,
  ...ofBounds,
  ...ofStops
]
