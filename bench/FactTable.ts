/** The benchmark's own access to the fact table: emptied before, observed during, filled where a scenario needs rows. */
import { Client, types } from "cassandra-driver"
import { orderOf } from "./Traffic.ts"

const table = "orders_payments_facts"

/** The fact table in the benchmark's keyspace, seen by a client of its own. */
export class FactTable {
  readonly #client: Client
  readonly #keyspace: string

  constructor(contactPoints: ReadonlyArray<string>, localDataCenter: string, keyspace: string) {
    this.#keyspace = keyspace
    this.#client = clientOf(contactPoints, localDataCenter, keyspace)
  }

  connect(): Promise<void> {
    return this.#client.connect()
  }

  async truncate(): Promise<void> {
    await this.#client.execute(`TRUNCATE ${table}`)
  }

  /**
   * How many rows the server wrote to the table since it was created, each row of a batch counted.
   *
   * The server's own counter: it costs the candidate nothing and the server about as much as one small read, whereas
   * counting rows would read them all. On one node only.
   */
  async writes(): Promise<number> {
    const { rows } = await this.#client.execute(
      "SELECT count FROM system_views.local_write_latency WHERE keyspace_name = ? AND table_name = ?",
      [this.#keyspace, table],
      { prepare: true }
    )
    return Number(rows[0]?.["count"] ?? 0)
  }

  /** The version of Cassandra that answers. */
  async serverVersion(): Promise<string> {
    const { rows } = await this.#client.execute("SELECT release_version FROM system.local")
    return String(rows[0]?.["release_version"])
  }

  /** Stores the orders `first` … `first + count - 1` as if they had been published an hour ago. */
  async seed(first: number, count: number): Promise<void> {
    const timestamp = (Date.now() - 3_600_000) * 1000
    const end = first + count
    let next = first
    const worker = async () => {
      while (next < end) {
        const from = next
        next = Math.min(end, next + rowsAtOnce)
        const statements = Array.from({ length: next - from }, (_, index) => ({
          query: insertOrder,
          params: Object.values(orderOf(from + index))
        }))
        await this.#client.batch(statements, { prepare: true, logged: false, timestamp })
      }
    }
    await Promise.all(Array.from({ length: batchesAtOnce }, worker))
  }

  /** Every row, a page at a time. */
  async *rows(): AsyncGenerator<types.Row> {
    let pageState: string | undefined
    do {
      const options = { prepare: true, fetchSize: 5_000, ...(pageState === undefined ? {} : { pageState }) }
      const page = await this.#client.execute(`SELECT * FROM ${table}`, [], options)
      yield* page.rows
      pageState = page.pageState ?? undefined
    } while (pageState !== undefined)
  }

  close(): Promise<void> {
    return this.#client.shutdown()
  }
}

/** A client of the benchmark's own, not connected yet. */
export const clientOf = (
  contactPoints: ReadonlyArray<string>,
  localDataCenter: string,
  keyspace: string
): Client =>
  new Client({
    contactPoints: [...contactPoints],
    localDataCenter,
    // The nodes of a cluster name each other without one.
    protocolOptions: { port: Number(/:(\d+)$/.exec(contactPoints[0] ?? "")?.[1] ?? 9042) },
    keyspace,
    queryOptions: { consistency: types.consistencies.localQuorum },
    socketOptions: { readTimeout: 60_000 }
  })

const rowsAtOnce = 10
const batchesAtOnce = 32
const insertOrder = `INSERT INTO ${table} (${Object.keys(orderOf(1)).join(", ")}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
