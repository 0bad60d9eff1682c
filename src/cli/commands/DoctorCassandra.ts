/** Connects to Cassandra, and has it judged. */
import { Effect, Result, type Scope } from "effect"
import { Cassandra } from "../../cassandra/Cassandra.ts"
import type { CassandraError } from "../../cassandra/CassandraError.ts"
import { type CheckResult, judge } from "../../checks/Check.ts"
import { clusterChecks, judgeCluster, readCluster } from "../../checks/ClusterChecks.ts"
import { connectionChecks } from "../../checks/ConnectionChecks.ts"
import type { TableSettings } from "../../config/Settings.ts"
import { commandStatementsAtOnce } from "../Limits.ts"
import { notConnected } from "./DoctorConnection.ts"
import { type ServerSilent, withServerTimeout } from "./ServerTimeout.ts"
import { readSetUp, type SetUpSettings } from "./SetUpChecks.ts"

/** A connection, or why there is none. */
export type Connected = Result.Result<Cassandra["Service"], CassandraError | ServerSilent>

/** Connects until the scope closes; gives up after 10 s. */
export const connectCassandra = (settings: TableSettings): Effect.Effect<Connected, never, Scope.Scope> =>
  Effect.result(
    withServerTimeout(`Cassandra at ${addressOf(settings)}`)(
      Cassandra.make(settings, { maxInFlight: commandStatementsAtOnce })
    )
  )

/** Reads and judges the cluster; a message may be as old as `retention` when it comes. Nothing fails. */
export const cassandraOf = Effect.fnUntraced(function* (
  settings: SetUpSettings,
  connected: Connected,
  retention: Parameters<typeof readSetUp>[1]
): Effect.fn.Return<ReadonlyArray<CheckResult>> {
  if (Result.isFailure(connected)) return notConnected(connected.failure, connectionChecks, clusterChecks)
  const cassandra = connected.success
  const setUp = yield* Effect.provideService(readSetUp(settings, retention), Cassandra, cassandra)
  const reading = yield* readCluster(cassandra, setUp, settings.processing.maxRowBytes)
  const { credentials, keyspace } = settings.cassandra
  const who = credentials === undefined ? "without a login" : `as ${credentials.username}`
  const shows = `keyspace ${keyspace} at ${addressOf(settings.cassandra)}, ${who}`
  return [...judge(connectionChecks, { failure: undefined, shows }), ...judgeCluster(reading)]
})

const addressOf = ({ contactPoints }: Pick<TableSettings, "contactPoints">): string =>
  contactPoints.join(", ") || "the address of the secure bundle"
