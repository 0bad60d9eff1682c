/** The conversation between the benchmark and a process that writes to the cluster, and what such a process measures. */
import type { StreamName } from "../Samples.ts"

/** Writes the rows of a stream; what it writes was made before. */
export type Writer = Readonly<Record<StreamName, () => Promise<void>>>

/** What writing one stream took in the process. */
export interface Written {
  readonly seconds: number
  /** User and system time of all threads. */
  readonly cpuMicros: number
  /** Rows written again because the cluster had not answered in time. */
  readonly repeated: number
}

/** Says that it is ready, and writes each stream that it is then told to. */
export const serve = (writer: Writer, repeated: () => number): void => {
  process.on("message", async (stream: StreamName) => {
    const repeatedBefore = repeated()
    const cpuBefore = process.cpuUsage()
    const startedAt = performance.now()
    await writer[stream]()
    const seconds = (performance.now() - startedAt) / 1000
    const { user, system } = process.cpuUsage(cpuBefore)
    const written: Written = { seconds, cpuMicros: user + system, repeated: repeated() - repeatedBefore }
    process.send?.(written)
  })
  process.once("disconnect", () => process.exit())
  process.send?.("ready")
}

/** The variables that say where the cluster is, and how many rows to write. */
export const task = () => ({
  contactPoints: named("CASSANDRA_CONTACT_POINTS").split(","),
  localDataCenter: named("CASSANDRA_LOCAL_DATACENTER"),
  keyspace: named("CASSANDRA_KEYSPACE"),
  rows: Number(named("BENCH_ROWS"))
})

const named = (name: string): string => {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set`)
  return value
}
