/** The checks of a Cassandra cluster, in the order of reports. */
import type { CassandraReading } from "./CassandraReading.ts"
import { type Check, type CheckResult, judge } from "./Check.ts"
import { replicationCheck } from "./ReplicationCheck.ts"
import { rightsChecks } from "./RightsChecks.ts"
import { schemaChecks } from "./SchemaChecks.ts"
import { serverChecks } from "./ServerChecks.ts"

/** The checks of a Cassandra cluster that is connected. */
export const cassandraChecks: ReadonlyArray<Check<CassandraReading>> = [
  ...schemaChecks,
  replicationCheck,
  ...rightsChecks,
  ...serverChecks
]

/** Judges what was read. Pure: the start of a process and a person who asks get the same. */
export const judgeCassandra = (reading: CassandraReading): ReadonlyArray<CheckResult> =>
  judge(cassandraChecks, reading)
