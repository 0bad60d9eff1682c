/** A Cassandra cluster in virtual time: the statements of the fact store on a table in memory, behind hosts that may refuse. */
import driver from "cassandra-driver"
import { Clock, Duration, Effect, Layer, Result } from "effect"
import {
  Cassandra,
  type Page,
  type Replica,
  type Replicas,
  type Row,
  type Statement,
  type StatementRequest
} from "../../src/cassandra/Cassandra.ts"
import { classify } from "../../src/cassandra/internal/ErrorClassification.ts"
import { orderColumns, paymentColumns } from "../../src/domain/Fact.ts"
import { monotonicMillis } from "../../src/time/MonotonicClock.ts"
import { CellTable, type CellValue } from "./CellTable.ts"

/** What a host is asked. */
export interface HostRequest {
  readonly kind: "orders" | "payments" | "states" | "ping"
  /** In the order of the request; reads have version 0. */
  readonly rows: ReadonlyArray<RequestedRow>
  readonly isBatch: boolean
  readonly host: string
  /** **Units**: ms of the monotonic clock. */
  readonly atMillis: number
}

/** A row of a request. */
export interface RequestedRow {
  readonly orderId: bigint
  readonly version: bigint
  readonly values: Readonly<Record<string, CellValue>>
}

/** An error answer: a code of the native protocol and a text. */
export type Refused = readonly [code: number, text: string]

/** What a test sets while it runs. */
export interface ClusterFaults {
  /** Undefined: the request is carried out. */
  refuse: (request: HostRequest) => Refused | undefined
  /** Told of every request, whatever its answer. */
  onRequest: (request: HostRequest) => void
  /** How long an answer takes. **Units**: milliseconds. */
  millis: number
}

/** Makes a cluster of these hosts. */
export const virtualCluster = (hosts: ReadonlyArray<string> = ["h1:9042"], table = new CellTable()) => {
  const faults: ClusterFaults = { refuse: () => undefined, onRequest: () => {}, millis: 1 }
  const all = hosts.map((address) => ({ address }) as Replica)
  const replicas: ReadonlyArray<Replicas> = all.map((host) => [host])
  const up = new Set(hosts)

  const answer = Effect.fnUntraced(function* ({ options, statement }: StatementRequest) {
    if (faults.millis > 0) yield* Effect.sleep(Duration.millis(faults.millis))
    const atMillis = monotonicMillis(yield* Clock.Clock)
    const { kind, rows } = requestedIn(statement)
    const host = options.replicas?.find(({ address }) => up.has(address))?.address ?? [...up][0]
    if (host === undefined)
      return Result.fail(classify("execute", new driver.errors.NoHostAvailableError({})))
    const request = { kind, rows, isBatch: statement.query.startsWith("BEGIN "), host, atMillis }
    faults.onRequest(request)
    const refused = faults.refuse(request)
    if (refused !== undefined) {
      const error = Object.assign(new driver.errors.ResponseError(...refused), { coordinator: host })
      return Result.fail(classify("execute", error))
    }
    const page: Page = {
      rows: kind === "states" ? statesIn(table, rows) : [],
      next: undefined,
      coordinator: host
    }
    for (const { orderId, values, version } of rows) {
      if (kind === "orders" || kind === "payments") table.write(orderId, values, version)
    }
    return Result.succeed(page)
  })

  const layer = Layer.mock(Cassandra, {
    execute: (statement, options = {}) => Effect.flatMap(answer({ statement, options }), Effect.fromResult),
    executeAll: (requests) => Effect.forEach(requests, answer, { concurrency: "unbounded" }),
    coordinators: () => all.filter(({ address }) => up.has(address)),
    // A row is on one host.
    replicasOf: (key) => replicas[Number(key().readBigInt64BE() % BigInt(all.length))],
    preferredOf: ([replica]) => replica,
    silentHosts: () => [],
    inFlight: () => 0,
    inFlightLimit: () => 512
  })
  return { table, faults, up, layer }
}

/** A cluster. */
export type VirtualCluster = ReturnType<typeof virtualCluster>

const orderParams = ["order_id", ...orderColumns, "version"]
const paymentParams = ["version", ...paymentColumns, "order_id"]

const requestedIn = ({ params, query }: Statement): Pick<HostRequest, "kind" | "rows"> => {
  if (query.includes("INSERT INTO")) return { kind: "orders", rows: rowsOf(params, orderParams) }
  if (query.includes("UPDATE ")) return { kind: "payments", rows: rowsOf(params, paymentParams) }
  if (!query.includes(" IN ?")) return { kind: "ping", rows: [] }
  const ids = params[0] as ReadonlyArray<bigint>
  return { kind: "states", rows: ids.map((orderId) => ({ orderId, version: 0n, values: {} })) }
}

const rowsOf = (params: Statement["params"], names: ReadonlyArray<string>): ReadonlyArray<RequestedRow> =>
  Array.from({ length: params.length / names.length }, (_, row) => {
    const cells = names.map((name, at) => [name, params[row * names.length + at]])
    const { order_id, version, ...values } = Object.fromEntries(cells)
    return { orderId: order_id, version, values }
  })

const statesIn = (table: CellTable, rows: ReadonlyArray<RequestedRow>): ReadonlyArray<Row> =>
  rows.flatMap(({ orderId }) => {
    const cells = table.rows.get(orderId)
    if (cells === undefined) return []
    const row: Record<string, unknown> = { order_id: orderId }
    for (const column of paymentColumns) row[column] = cells.get(column)?.value ?? null
    for (const column of orderColumns) row[`${column}_version`] = writeTimeOf(cells.get(column))
    row["payment_version"] = writeTimeOf(cells.get("payment_id"))
    return [row]
  })

/** As WRITETIME: null where there is no value. */
const writeTimeOf = (cell: { value: CellValue; timestamp: bigint } | undefined) =>
  cell === undefined || cell.value === null ? null : cell.timestamp
