/**
 * *cluster*: whether rows in batches, each sent to a node that holds all of its rows, are as fast on three nodes as
 * row by row.
 */
import {
  inBatches,
  rowByRow,
  rowByRowAgain,
  type WriteMethod,
  WriterProcess
} from "../cluster/WriterProcess.ts"
import { FactTable } from "../FactTable.ts"
import { type Findings, Measurements } from "../Findings.ts"
import { root } from "../Folders.ts"
import { setUpKeyspace } from "../Keyspace.ts"
import type { Amounts } from "../Plan.ts"
import { cpuMicros } from "../ProcessUse.ts"
import { checkRows } from "../ResultCheck.ts"
import { inOrderOf } from "../Rounds.ts"
import { type StreamName, streamNames } from "../Samples.ts"
import { say } from "../Screen.ts"
import type { TimeSpent } from "../TimeSpent.ts"

/** Three nodes, and how much to write to them. */
export interface Cluster {
  readonly contactPoints: ReadonlyArray<string>
  readonly localDataCenter: string
  readonly pids: ReadonlyArray<number>
  readonly amounts: Amounts
  readonly isSelf: boolean
  readonly time: TimeSpent
}

/** Writes orders and then their payments with both methods, with three copies of each row and with one. */
export const clusterScenario = async (
  cluster: Cluster
): Promise<{ readonly findings: Findings; readonly cassandra: string }> => {
  const measurements = new Measurements("cluster", quantities)
  let cassandra = ""
  const methods = [rowByRow, cluster.isSelf ? rowByRowAgain : inBatches] as const
  for (const copies of replications) {
    const keyspace = keyspaceWith(cluster, copies)
    setUpKeyspace(keyspace.environment, root)
    await keyspace.table.connect()
    // Uncounted: the servers are cold.
    for (const method of methods) await writeBoth(cluster, keyspace, method)
    for (let round = 0; round < cluster.amounts.rounds.cluster; round++) {
      for (const method of inOrderOf(round, methods)) {
        const written = await writeBoth(cluster, keyspace, method)
        for (const stream of streamNames) {
          const { rate, cpu, servers } = written[stream]
          measurements.record(method.name, `r${copies}.${stream}.rate`, rate)
          measurements.record(method.name, `r${copies}.${stream}.cpu`, cpu)
          measurements.record(method.name, `r${copies}.${stream}.servers`, servers)
        }
        say(
          `cluster, ${copies} of each row, round ${round + 1}, ${method.name}: orders ${shown(written.orders)}; payments ${shown(written.payments)}`
        )
      }
    }
    cassandra = await keyspace.table.serverVersion()
    await keyspace.table.close()
  }
  const [base, other] = methods
  const measured = measurements.measured([base.name, other.name])
  return { findings: { measured, ratios: measurements.ratios(base.name, other.name) }, cassandra }
}

const replications = [3, 1] as const

type Key = `r${(typeof replications)[number]}.${StreamName}.${"rate" | "cpu" | "servers"}`

const quantities = Object.fromEntries(
  replications.flatMap((copies) =>
    streamNames.flatMap((stream) => {
      const prefix = `replication ${copies}, ${stream}`
      return [
        [`r${copies}.${stream}.rate`, { title: prefix, unit: "rows/s" }],
        [`r${copies}.${stream}.cpu`, { title: `${prefix}: client's processor time per row`, unit: "µs" }],
        [`r${copies}.${stream}.servers`, { title: `${prefix}: servers' processor time per row`, unit: "µs" }]
      ]
    })
  )
) as Record<Key, { title: string; unit: string }>

/** A keyspace of the cluster. */
interface ClusterKeyspace {
  readonly environment: Readonly<Record<string, string>>
  readonly table: FactTable
}

const keyspaceWith = (
  { contactPoints, localDataCenter, amounts }: Cluster,
  copies: number
): ClusterKeyspace => {
  const keyspace = `counterfoil_bench_r${copies}`
  return {
    environment: {
      CASSANDRA_CONTACT_POINTS: contactPoints.join(","),
      CASSANDRA_LOCAL_DATACENTER: localDataCenter,
      CASSANDRA_KEYSPACE: keyspace,
      CASSANDRA_REPLICATION: `${localDataCenter}:${copies}`,
      BENCH_ROWS: String(amounts.cluster)
    },
    table: new FactTable(contactPoints, localDataCenter, keyspace)
  }
}

/** What writing one stream took. */
interface Cost {
  /** Rows a second. */
  readonly rate: number
  /** **Units**: microseconds a row. */
  readonly cpu: number
  /** Of all three nodes. **Units**: microseconds a row. */
  readonly servers: number
  readonly repeated: number
}

const writeBoth = async (
  { time, pids, amounts }: Cluster,
  { table, environment }: ClusterKeyspace,
  method: WriteMethod
): Promise<Record<StreamName, Cost>> => {
  await time.on("emptying the table", () => table.truncate())
  const writer = await time.on("starting", () => WriterProcess.start(method, environment))
  const ofServers = () => pids.reduce((sum, pid) => sum + cpuMicros(pid), 0)
  const costOf = (stream: StreamName): Promise<Cost> =>
    time.on("writing to the cluster", async () => {
      const before = ofServers()
      const { seconds, cpuMicros, repeated } = await writer.write(stream)
      return {
        rate: amounts.cluster / seconds,
        cpu: cpuMicros / amounts.cluster,
        servers: (ofServers() - before) / amounts.cluster,
        repeated
      }
    })
  const orders = await costOf("orders")
  const payments = await costOf("payments")
  await time.on("stopping", () => writer.stop())
  const expected = { orders: amounts.cluster, payments: amounts.cluster, unmatchedEvery: 0 }
  await time.on("checking", () => checkRows(table, expected))
  return { orders, payments }
}

const shown = ({ rate, cpu, servers, repeated }: Cost): string =>
  `${Math.round(rate)}/s at ${cpu.toFixed(1)} µs, servers ${servers.toFixed(0)} µs${repeated === 0 ? "" : `, ${repeated} rows repeated`}`
