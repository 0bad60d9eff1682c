/** A Cassandra cluster as a service: bounded, idempotent statements, with errors that say what they mean. */
import type { Host } from "cassandra-driver"
import { Clock, Context, Effect, Layer, type Result, type Scope } from "effect"
import type { CassandraError } from "./CassandraError.ts"
import type { CassandraOptions } from "./CassandraOptions.ts"
import type { CassandraSettings } from "./CassandraSettings.ts"
import { connectCluster } from "./internal/ClusterConnection.ts"
import { Login, type LoginRefusal } from "./internal/Login.ts"
import { makeRequestQueue, type Request } from "./internal/RequestQueue.ts"
import { lostMillis } from "./Limits.ts"
import type {
  ExecuteOptions,
  Page,
  Replica,
  Replicas,
  SilentHost,
  Statement,
  StatementRequest
} from "./Statement.ts"

export type { LoginRefusal } from "./internal/Login.ts"
export type {
  ExecuteOptions,
  Page,
  Param,
  Replica,
  Replicas,
  Row,
  SilentHost,
  Statement,
  StatementRequest
} from "./Statement.ts"

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

/**
 * One Cassandra cluster, connected.
 *
 * A request goes to one of the hosts that hold its rows, chosen by what is in flight there and how it answered lately.
 * What waits for a host that has fallen silent while others answer is sent again to another, unless it must not be sent
 * twice. When none of the hosts can be reached any more, the contact points are resolved and connected to anew.
 *
 * **Guarantee**: never more than `maxInFlight` statements wait for an answer (urgent ones apart), an interrupted caller's
 * included: an interruption stops the waiting, not the statement. One that was sent again counts once. Closing waits for
 * them, for a bounded time.
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
     * The local hosts that hold this partition, alive or not; undefined where it makes no difference (one host only) or
     * is not known.
     *
     * **Shape**: the partition key as Cassandra encodes it, for a bigint 8 bytes big-endian.
     */
    readonly replicasOf: (partitionKey: () => Buffer) => Replicas | undefined
    /** The one of these hosts that a request would go to just now; undefined where none of them answers. */
    readonly preferredOf: (replicas: Replicas) => Replica | undefined
    /** The local hosts that answer, in an order that stays; any of them may be asked for anything. */
    readonly coordinators: () => Replicas
    /** The local hosts that do not answer while others do. */
    readonly silentHosts: () => ReadonlyArray<SilentHost>
    /** How many statements may be in flight now; below `maxInFlight` while the cluster is slow. */
    readonly inFlightLimit: () => number
    /** How many statements wait for an answer now. */
    readonly inFlight: () => number
    /** How many hosts of the cluster the driver knows, and how many it is connected to. */
    readonly hosts: Effect.Effect<{ readonly known: number; readonly connected: number }>
    /** The nodes of all data centres, as the driver knows them; none before it has read the cluster's metadata. */
    readonly nodes: Effect.Effect<ReadonlyArray<Node>>
    /** Set while logins are refused, as after a change of the password, and nothing else is heard. Tried a few times a minute. */
    readonly loginRefusal: Effect.Effect<LoginRefusal | undefined>
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
      const login = new Login(yield* Clock.Clock, settings.credentials)
      const cluster = yield* connectCluster(settings, options, { queue, login })
      const requestOf = ({ statement, options }: StatementRequest): Request<Page> => ({
        statements: statement.rows ?? 1,
        isUrgent: options.isUrgent ?? false,
        isPatient: (options.timeoutMillis ?? 0) >= lostMillis,
        start: (at) => cluster().execute(statement, options, at)
      })
      return Cassandra.of({
        execute: (statement, options = {}) => queue.send("execute", requestOf({ statement, options })),
        executeAll: (all) => queue.sendAll("execute", all.map(requestOf)),
        replicasOf: (partitionKey) => cluster().replicasOf(partitionKey),
        preferredOf: (replicas) => cluster().choose(replicas),
        coordinators: () => cluster().coordinators(),
        silentHosts: () => cluster().silentHosts(),
        inFlightLimit: queue.limit,
        inFlight: queue.inFlight,
        hosts: Effect.sync(() => ({
          known: cluster().client.hosts.length,
          connected: cluster().client.getState().getConnectedHosts().length
        })),
        nodes: Effect.sync(() => [...cluster().client.hosts.values()].map(nodeOf)),
        loginRefusal: Effect.sync(() => login.refusal)
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
