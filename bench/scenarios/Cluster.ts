/**
 * *cluster*: whether rows in batches, each sent to a node that holds all of its rows, are as fast on three nodes as
 * row by row.
 */
import { alternating, say } from "../Bench.ts"
import { rowByRow, rowByRowAgain, together, type Way, WriterProcess } from "../cluster/WriterProcess.ts"
import { FactTable } from "../FactTable.ts"
import { type Findings, Notes } from "../Findings.ts"
import { setUpKeyspace } from "../Keyspace.ts"
import type { Amounts } from "../Plan.ts"
import { cpuMicros } from "../ProcessUse.ts"
import { checkRows } from "../Reader.ts"
import { type StreamName, streamNames } from "../Samples.ts"
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

/** Writes orders and then their payments in both ways, with three copies of each row and with one. */
export const clusterScenario = async (
  cluster: Cluster
): Promise<{ readonly findings: Findings; readonly cassandra: string }> => {
  const notes = new Notes("cluster", quantities)
  let cassandra = ""
  const ways = [rowByRow, cluster.isSelf ? rowByRowAgain : together] as const
  for (const copies of replications) {
    const place = placeWith(cluster, copies)
    setUpKeyspace(place.environment)
    await place.table.connect()
    // Uncounted: the servers are cold.
    for (const way of ways) await writeBoth(cluster, place, way)
    for (let round = 0; round < cluster.amounts.rounds.cluster; round++) {
      for (const way of alternating(ways, round)) {
        const written = await writeBoth(cluster, place, way)
        for (const stream of streamNames) {
          const { rate, cpu, servers } = written[stream]
          notes.note(way.name, `r${copies}.${stream}.rate`, rate)
          notes.note(way.name, `r${copies}.${stream}.cpu`, cpu)
          notes.note(way.name, `r${copies}.${stream}.servers`, servers)
        }
        say(
          `cluster, ${copies} of each row, round ${round + 1}, ${way.name}: orders ${shown(written.orders)}; payments ${shown(written.payments)}`
        )
      }
    }
    cassandra = await place.table.serverVersion()
    await place.table.close()
  }
  const [base, other] = ways
  const measured = notes.measured([base.name, other.name])
  return { findings: { measured, ratios: notes.ratios(base.name, other.name) }, cassandra }
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
interface Place {
  readonly environment: Readonly<Record<string, string>>
  readonly table: FactTable
}

const placeWith = ({ contactPoints, localDataCenter, amounts }: Cluster, copies: number): Place => {
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
  { table, environment }: Place,
  way: Way
): Promise<Record<StreamName, Cost>> => {
  await time.on("emptying the table", () => table.truncate())
  const writer = await time.on("starting", () => WriterProcess.start(way, environment))
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
