/** Connects to Cassandra for a process that may start before it. */
import { Layer } from "effect"
import { Cassandra } from "../cassandra/Cassandra.ts"
import type { CassandraError } from "../cassandra/CassandraError.ts"
import type { CassandraOptions } from "../cassandra/CassandraOptions.ts"
import type { CassandraSettings } from "../cassandra/CassandraSettings.ts"
import { Health } from "../telemetry/Health.ts"

/**
 * The cluster. While it does not answer, connecting is retried indefinitely, and health reports that the fact table is
 * unavailable and why (G4).
 *
 * **Errors**: `CassandraError` that a person has to fix, at once.
 */
export const layerCassandraWithRetry = (
  settings: CassandraSettings,
  options: Omit<CassandraOptions, "onUnreachable">
): Layer.Layer<Cassandra, CassandraError, Health> =>
  Layer.unwrap(
    Health.useSync((health) =>
      Cassandra.layer(settings, {
        ...options,
        onUnreachable: (error) => health.set("facts", { _tag: "Unavailable", reason: error.message, error })
      })
    )
  )
