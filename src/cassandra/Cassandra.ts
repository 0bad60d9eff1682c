/** A Cassandra cluster as a service: bounded, idempotent statements, with errors that say what they mean. */
import type { Host } from "cassandra-driver"
import { Context, Effect, Layer, type Result, type Scope } from "effect"
import type { CassandraError } from "./CassandraError.ts"
import type { CassandraOptions } from "./CassandraOptions.ts"
import type { CassandraSettings, Consistency } from "./CassandraSettings.ts"
import { consistencyCodes } from "./internal/ClientOptions.ts"
import { connect, connectWithRetry } from "./internal/Connection.ts"
import { loadDriver } from "./internal/Driver.ts"
import { makeRequestQueue, type Request } from "./internal/RequestQueue.ts"

/** A value to bind; a bigint column takes a bigint. */
export type Param = string | number | bigint | boolean | Buffer | null | ReadonlyArray<bigint>

/** One statement with its values; a batch is one too. */
export interface Statement {
  readonly query: string
  readonly params: ReadonlyArray<Param>
  /** Rows it writes, for `CassandraOptions.maxInFlight`; one if absent. */
  readonly rows?: number
}

/** A host to send a request to first. */
export type Coordinator = Host

/** A row as the driver decodes it: bigint, number, string or null, by column name. */
export type Row = { readonly [column: string]: unknown }

/** Rows of one page, and where the next one starts. */
export interface Page {
  readonly rows: ReadonlyArray<Row>
  readonly next: string | undefined
  /** The host that answered, as `host:port`. */
  readonly coordinator?: string | undefined
}

/** A node of the cluster. */
export interface Node {
  /** `host:port` */
  readonly address: string
  readonly dataCenter: string | undefined
  readonly rack: string | undefined
  /** **Shape**: `5.0.8`. */
  readonly releaseVersion: string | undefined
  /** Whether the driver takes it for alive; a node of another data centre it never asks. */
  readonly isUp: boolean
}

/** Options of one statement. */
export interface ExecuteOptions {
  readonly coordinator?: Coordinator | undefined
  /** **Units**: rows. */
  readonly pageSize?: number
  /** {@link Page.next} of the page before. */
  readonly page?: string | undefined
  /** Set for conditional writes, which are then never sent twice; every other statement is idempotent. */
  readonly isIdempotent?: false
  /** Schema statements cannot be prepared. */
  readonly prepare?: false
  /** How long one host may take to answer. **Units**: milliseconds. */
  readonly timeoutMillis?: number
  /** In place of that of the settings. */
  readonly consistency?: Consistency
  /** Sent at once, beside `maxInFlight`: for the few statements whose delay would stop the others. */
  readonly isUrgent?: true
}

/** A statement of several that are executed together. */
export interface StatementRequest {
  readonly statement: Statement
  readonly options: ExecuteOptions
}

/**
 * One Cassandra cluster, connected.
 *
 * **Guarantee**: never more than `maxInFlight` statements are at the driver (urgent ones apart), an interrupted
 * caller's included: an interruption stops the waiting, not the statement. Closing waits for them, for a bounded time.
 */
export class Cassandra extends Context.Service<
  Cassandra,
  {
    readonly execute: (statement: Statement, options?: ExecuteOptions) => Effect.Effect<Page, CassandraError>
    /** The results in the order of the requests, once all are answered; a failure of one does not stop another. */
    readonly executeAll: (
      requests: ReadonlyArray<StatementRequest>
    ) => Effect.Effect<ReadonlyArray<Result.Result<Page, CassandraError>>>
    /**
     * A replica of this partition in the local data centre that is up; undefined where it makes no difference (one
     * host only) or is not known (a secure bundle names its data centre itself).
     *
     * **Shape**: the partition key as Cassandra encodes it, for a bigint 8 bytes big-endian.
     */
    readonly coordinatorOf: (partitionKey: () => Buffer) => Coordinator | undefined
    /**
     * The hosts that are up and connected, in an order that stays; the driver connects to those of its own data
     * centre only. Any of them may be the coordinator of any statement.
     */
    readonly coordinators: () => ReadonlyArray<Coordinator>
    /** How many statements may be in flight now; below `maxInFlight` while the cluster is slow. */
    readonly inFlightLimit: () => number
    /** How many hosts of the cluster the driver knows, and how many it is connected to. */
    readonly hosts: Effect.Effect<{ readonly known: number; readonly connected: number }>
    /** The nodes of all data centres, as the driver knows them; none before it has read the cluster's metadata. */
    readonly nodes: Effect.Effect<ReadonlyArray<Node>>
  }
>()("counterfoil/cassandra/Cassandra") {
  /**
   * Connects, and closes with the scope.
   *
   * **Errors**: `CassandraError`, see `CassandraOptions.onUnreachable`.
   */
  static readonly layer = (
    settings: CassandraSettings,
    options: CassandraOptions = {}
  ): Layer.Layer<Cassandra, CassandraError> => Layer.effect(Cassandra, Cassandra.make(settings, options))

  /** What {@link Cassandra.layer} provides, for a scope of the caller's own. */
  static readonly make = (
    settings: CassandraSettings,
    options: CassandraOptions = {}
  ): Effect.Effect<Cassandra["Service"], CassandraError, Scope.Scope> =>
    Effect.gen(function* () {
      const queue = yield* makeRequestQueue(options)
      const attempt = connect(settings, options)
      const report = options.onUnreachable ?? "fail"
      const client = yield* Effect.acquireRelease(
        report === "fail" ? attempt : connectWithRetry(attempt, report, options.connectBackoff),
        (open) =>
          Effect.andThen(
            queue.drain,
            Effect.promise(() => open.shutdown())
          ),
        { interruptible: true }
      )
      const codes = consistencyCodes(yield* loadDriver)
      const requestOf = ({ statement, options }: StatementRequest): Request<Page> => ({
        statements: statement.rows ?? 1,
        isUrgent: options.isUrgent ?? false,
        start: async () => {
          // The driver only reads the values; its types do not say so.
          const params = statement.params as Array<Param>
          const result = await client.execute(statement.query, params, toQueryOptions(options, codes))
          return {
            rows: result.rows ?? [],
            next: result.pageState ?? undefined,
            coordinator: result.info.queriedHost
          }
        }
      })
      const inLocalDataCenter = (host: Host): boolean => host.datacenter === settings.localDataCenter
      return Cassandra.of({
        execute: (statement, options = {}) => queue.send("execute", requestOf({ statement, options })),
        executeAll: (all) => queue.sendAll("execute", all.map(requestOf)),
        coordinatorOf: (partitionKey) => {
          if (client.hosts.length < 2 || settings.secureBundle !== undefined) return undefined
          // Null while the cluster's metadata is not known; the driver's types do not say so.
          const replicas: ReadonlyArray<Host> | null = client.getReplicas(settings.keyspace, partitionKey())
          return replicas?.find((host) => host.isUp() && inLocalDataCenter(host))
        },
        coordinators: () =>
          client
            .getState()
            .getConnectedHosts()
            .filter((host) => host.isUp()),
        inFlightLimit: queue.limit,
        hosts: Effect.sync(() => ({
          known: client.hosts.length,
          connected: client.getState().getConnectedHosts().length
        })),
        nodes: Effect.sync(() => [...client.hosts.values()].map(nodeOf))
      })
    })
}

/** What the driver has not read is null; its types do not say so. */
const nodeOf = (host: Host): Node => ({
  address: host.address,
  dataCenter: host.datacenter ?? undefined,
  rack: host.rack ?? undefined,
  releaseVersion: host.cassandraVersion ?? undefined,
  isUp: host.isUp()
})

const toQueryOptions = (options: ExecuteOptions, codes: Record<Consistency, number>) => ({
  ...(options.coordinator === undefined ? {} : { coordinator: options.coordinator }),
  ...(options.pageSize === undefined ? {} : { fetchSize: options.pageSize }),
  ...(options.page === undefined ? {} : { pageState: options.page }),
  ...(options.isIdempotent === undefined ? {} : { isIdempotent: options.isIdempotent }),
  ...(options.prepare === undefined ? {} : { prepare: options.prepare }),
  ...(options.timeoutMillis === undefined ? {} : { readTimeout: options.timeoutMillis }),
  ...(options.consistency === undefined ? {} : { consistency: codes[options.consistency] })
})
