/** The fact table by the driver alone, so that tests see what Counterfoil did with other eyes. */
import { readFileSync } from "node:fs"
import { Client, policies, types } from "cassandra-driver"

/** A row as the driver gives it: bigint columns as decimal text, absent cells as null. */
export type PlainRow = Readonly<Record<string, string | number | null>>

/** A connection to a keyspace of its own. */
export class PlainTable {
  readonly #client: Client
  readonly keyspace: string

  constructor(
    contactPoints: string,
    localDataCenter: string,
    keyspace: string,
    credentials?: { readonly username: string; readonly password: string }
  ) {
    this.keyspace = keyspace
    this.#client = new Client({
      contactPoints: contactPoints.split(","),
      localDataCenter,
      // The nodes of a cluster name each other without one.
      protocolOptions: { port: Number(/:(\d+)$/.exec(contactPoints)?.[1] ?? 9042) },
      ...(credentials === undefined ? {} : { credentials }),
      queryOptions: { consistency: types.consistencies.localQuorum, prepare: true, isIdempotent: true },
      socketOptions: { readTimeout: 30_000 },
      // Tests take the server away and want to see the table as soon as it is back.
      policies: { reconnection: new policies.reconnection.ConstantReconnectionPolicy(500) }
    })
  }

  /** Creates the keyspace, the fact table by the original project's own statement, and the progress table. */
  async createAsOriginal(): Promise<void> {
    await this.createKeyspace()
    await this.#client.execute(originalTable(this.keyspace), [], { prepare: false })
    await this.#client.execute(progressTableIn(this.keyspace), [], { prepare: false })
  }

  /** Creates the keyspace alone. */
  async createKeyspace(factor = 1): Promise<void> {
    await this.#client.execute(
      `CREATE KEYSPACE IF NOT EXISTS ${this.keyspace} WITH replication = {'class':'SimpleStrategy','replication_factor':${factor}}`,
      [],
      { prepare: false }
    )
  }

  /** Runs one statement as it is. */
  async execute(cql: string, params: ReadonlyArray<unknown> = []): Promise<types.ResultSet> {
    return this.#client.execute(cql.replaceAll("KEYSPACE.", `${this.keyspace}.`), [...params], {
      prepare: params.length > 0
    })
  }

  /** Inserts an order as the original's consumer does: 13 columns, explicit nulls for five, no timestamp. */
  async insertAsOriginal(order: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#client.execute(
      `INSERT INTO ${this.keyspace}.orders_payments_facts (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
      columns.map((column) => order[column] ?? null)
    )
  }

  /** Every row by order id; a paged scan, begun again where a tormented server fails it. */
  async rows(): Promise<ReadonlyMap<string, PlainRow>> {
    return again(() => this.#rows())
  }

  /** Rows in the table; as {@link rows}. */
  async count(): Promise<number> {
    return again(() => this.#count())
  }

  /** Which of these orders are not in the table: a row with a payment alone is no order. */
  async withoutOrder(orderIds: ReadonlyArray<string>): Promise<ReadonlyArray<string>> {
    const found = new Set<string>()
    for (let start = 0; start < orderIds.length; start += idsPerRead) {
      const ids = orderIds.slice(start, start + idsPerRead)
      const { rows } = await this.#client.execute(
        `SELECT order_id, item FROM ${this.keyspace}.orders_payments_facts WHERE order_id IN ?`,
        [ids],
        { prepare: true }
      )
      for (const row of rows) if (row["item"] !== null) found.add(String(row["order_id"]))
    }
    return orderIds.filter((id) => !found.has(id))
  }

  /** Of these orders those that have a row, asked for one by one: a scan needs every node. */
  async storedOf(orderIds: ReadonlyArray<string>): Promise<ReadonlySet<string>> {
    const stored = new Set<string>()
    const left = [...orderIds]
    const ask = async (): Promise<void> => {
      for (let id = left.pop(); id !== undefined; id = left.pop()) {
        const query = `SELECT order_id FROM ${this.keyspace}.orders_payments_facts WHERE order_id = ?`
        if ((await this.#client.execute(query, [types.Long.fromString(id)])).rowLength > 0) stored.add(id)
      }
    }
    await Promise.all(Array.from({ length: 32 }, ask))
    return stored
  }

  /** The nodes (`host:port`) that hold the row of this order, whether or not they are up. */
  nodesOf(orderId: string): ReadonlyArray<string> {
    const key = Buffer.alloc(8)
    key.writeBigInt64BE(BigInt(orderId))
    return this.#client.getReplicas(this.keyspace, key).map(({ address }) => address)
  }

  async #rows(): Promise<ReadonlyMap<string, PlainRow>> {
    const rows = new Map<string, PlainRow>()
    const stream = this.#client.stream(
      `SELECT ${columns.join(", ")} FROM ${this.keyspace}.orders_payments_facts`,
      [],
      { autoPage: true, fetchSize: 2_000 }
    )
    for await (const row of eachOf(stream)) rows.set(String(row.order_id), plainRow(row))
    return rows
  }

  async #count(): Promise<number> {
    let count = 0
    const stream = this.#client.stream(`SELECT order_id FROM ${this.keyspace}.orders_payments_facts`, [], {
      autoPage: true,
      fetchSize: 5_000
    })
    for await (const _ of eachOf(stream)) count += 1
    return count
  }

  /** Drops the keyspace and closes the connection. */
  async close(): Promise<void> {
    await this.#client.execute(`DROP KEYSPACE IF EXISTS ${this.keyspace}`, [], { prepare: false })
    await this.#client.shutdown()
  }
}

const again = async <A>(scan: () => Promise<A>, tries = 10): Promise<A> => {
  try {
    return await scan()
  } catch (error) {
    if (tries <= 1) throw error
    await new Promise((resolve) => setTimeout(resolve, 500))
    return again(scan, tries - 1)
  }
}

/** The table's columns, in its order. */
export const columns = [
  "order_id",
  "customer_id",
  "item",
  "quantity",
  "price",
  "shipping_address",
  "order_status",
  "creation_date",
  "payment_id",
  "payment_method",
  "card_last_four",
  "payment_status",
  "payment_datetime"
]

/** The driver's types hide that its stream is a readable one. */
const eachOf = (stream: NodeJS.EventEmitter): AsyncIterable<types.Row> =>
  stream as unknown as AsyncIterable<types.Row>

const plainRow = (row: types.Row): PlainRow =>
  Object.fromEntries(
    columns.map((column) => {
      const value: unknown = row[column]
      return [column, typeof value === "number" || value === null ? value : String(value)]
    })
  )

const idsPerRead = 100

/** Makes the progress table of a keyspace. **Shape**: CQL. */
export const progressTableIn = (keyspace: string): string =>
  progressTable.replace("EXISTS ", `EXISTS ${keyspace}.`)

const progressTable = readFileSync(
  new URL("../../cql/0002_counterfoil_progress.cql", import.meta.url),
  "utf8"
)
  .replace(/--.*$/gm, "")
  .trim()

const originalTable = (keyspace: string): string => `CREATE TABLE ${keyspace}.orders_payments_facts (
  order_id BIGINT PRIMARY KEY, customer_id BIGINT, item TEXT, quantity BIGINT, price DOUBLE, shipping_address TEXT,
  order_status TEXT, creation_date TEXT, payment_id BIGINT, payment_method TEXT, card_last_four TEXT,
  payment_status TEXT, payment_datetime TEXT)`
