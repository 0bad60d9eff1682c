/** *progress*: what it costs to read the progress table, by how many processes share a subscription. */
import { type Client, types } from "cassandra-driver"
import type { ScenarioBench } from "../Bench.ts"
import { clientOf } from "../FactTable.ts"
import { type Findings, Measurements } from "../Findings.ts"
import { say } from "../Screen.ts"

/** Processes that share the subscription. */
const sizes = [10, 100, 1_000] as const

/** Writes as many rows as processes would, each with a few orders that it names, and reads all of them again and again. */
export const progressScenario = async (bench: ScenarioBench): Promise<Findings> => {
  const measurements = new Measurements("progress", quantities)
  const { environment } = bench.launch
  const client = clientOf(
    (environment["CASSANDRA_CONTACT_POINTS"] ?? "").split(","),
    environment["CASSANDRA_LOCAL_DATACENTER"] ?? "",
    environment["CASSANDRA_KEYSPACE"] ?? ""
  )
  await client.connect()
  for (let round = 0; round < bench.amounts.rounds.progress; round++) {
    for (const size of sizes) {
      await fill(client, size)
      const read = await readings(client, size)
      measurements.record(nameOf(size), "wall", read.millis)
      measurements.record(nameOf(size), "cpu", read.cpuMillis)
      say(
        `progress, round ${round + 1}, ${nameOf(size)}: ${read.millis.toFixed(2)} ms, ${read.cpuMillis.toFixed(2)} ms of processor time`
      )
    }
  }
  await client.shutdown()
  return { measured: measurements.measured(sizes.map(nameOf)), ratios: [] }
}

const quantities = {
  wall: { title: "one reading", unit: "ms" },
  cpu: { title: "processor time of a process for one reading", unit: "ms" }
}

const nameOf = (size: number): string => `${size} processes`

/** A row that names ten orders is as long as that of a process with a little trouble. */
const orderIds = Buffer.alloc(80)

const fill = async (client: Client, size: number): Promise<void> => {
  for (let at = 0; at < size; at++) {
    await client.execute(
      "INSERT INTO counterfoil_progress (orders_subscription, process, format, renewal, watermark, payments_wait, " +
        "order_ids) VALUES (?, ?, 1, 1, ?, true, ?) USING TTL 600",
      [nameOf(size), `host-of-a-pod-${at}-1-abcdef`, types.Long.fromNumber(Date.now() * 1_000), orderIds],
      { prepare: true }
    )
  }
}

const readings = async (client: Client, size: number) => {
  const read = () =>
    client.execute(
      "SELECT process, format, renewal, watermark, payments_wait, order_ids FROM counterfoil_progress WHERE orders_subscription = ?",
      [nameOf(size)],
      { prepare: true }
    )
  for (let time = 0; time < warmUps; time++) await read()
  const [from, cpuFrom] = [performance.now(), process.cpuUsage()]
  for (let time = 0; time < times; time++) {
    const { rowLength } = await read()
    if (rowLength !== size) throw new Error(`${rowLength} rows of ${size} were read`)
  }
  const { user, system } = process.cpuUsage(cpuFrom)
  return { millis: (performance.now() - from) / times, cpuMillis: (user + system) / 1_000 / times }
}

const warmUps = 50

const times = 200
