/** A connected client of the driver, with its choice of hosts. */
import type { Client, Host, types } from "cassandra-driver"
import type { CassandraSettings, Consistency } from "../CassandraSettings.ts"
import { probeTimeoutMillis } from "../Limits.ts"
import type { ExecuteOptions, Page, SilentHost, Statement } from "../Statement.ts"
import type { RoutedOptions } from "./CoordinatorFirst.ts"
import { isAnswerToLoggedIn, verdictOn } from "./DriverError.ts"
import { type HostLoad, isUsable } from "./HostLoad.ts"
import { watchHosts } from "./HostWatch.ts"
import { localHosts, type Replicas } from "./LocalHosts.ts"
import type { Login } from "./Login.ts"
import { chooseHost, type RandomSource } from "./ReplicaChoice.ts"
import { type Attempt, makeRouter } from "./RoutedRequests.ts"

/** A connected client, and what is asked of it. */
export interface Cluster {
  readonly client: Client
  /** The local hosts that hold a partition; undefined where it makes no difference. */
  readonly replicasOf: (partitionKey: () => Buffer) => Replicas | undefined
  /** Which of these hosts a request should go to now; undefined where none may be asked. */
  readonly choose: (replicas: Replicas) => HostLoad | undefined
  readonly execute: (statement: Statement, options: ExecuteOptions, now: number) => Promise<Page>
  /** Finds silent hosts, and sends elsewhere what waits for them; to be called every `hostTickMillis`. */
  readonly watch: () => void
  /** The hosts that may be asked now. */
  readonly coordinators: () => Replicas
  /** The hosts that cannot be asked, while others can. */
  readonly silentHosts: () => ReadonlyArray<SilentHost>
  /** Whether the driver has no way to its hosts any more, or has lost its way among them. */
  readonly isDisconnected: () => boolean
  /** No request is sent to its hosts any more. */
  readonly retire: () => void
}

type ConsistencyCodes = Readonly<Record<Consistency, number>>

/** What clusters are made with. */
export interface ClusterSources {
  /** Gets what is known of each host. */
  readonly loadOf: WeakMap<Host, HostLoad>
  /** Is told of answers, and tells why nobody can be reached. */
  readonly login: Pick<Login, "heard" | "explained">
  /** **Units**: milliseconds of a clock that never jumps. */
  readonly now: () => number
  readonly random: RandomSource
  /** The driver's number of each consistency level. */
  readonly codes: ConsistencyCodes
}

/** Takes over a client that has connected. */
export const makeCluster = (
  client: Client,
  settings: Pick<CassandraSettings, "keyspace" | "localDataCenter">,
  { codes, loadOf, login, now, random }: ClusterSources
): Cluster => {
  const hosts = localHosts(client, dataCenterOf(client) ?? settings.localDataCenter, loadOf)
  const router = makeRouter(hosts.all, now, random)
  const isAlone = (): boolean => client.hosts.length < 2

  const send = (
    { params, query }: Statement,
    options: ExecuteOptions,
    coordinator?: Host,
    attempt?: Attempt
  ): Promise<types.ResultSet> =>
    // The driver only reads the values; its types do not say so.
    client.execute(query, params as Array<unknown>, toQueryOptions(options, { codes, coordinator, attempt }))

  const sendRouted = (statement: Statement, options: ExecuteOptions, at: number) =>
    router.send(
      {
        replicas: options.replicas,
        // What cannot be prepared may change the schema, which two hosts must not do at once.
        isRepeatable: options.isIdempotent !== false && options.prepare !== false,
        send: (host, attempt) => send(statement, options, host, attempt)
      },
      at
    )

  return {
    client,
    replicasOf: (partitionKey) =>
      isAlone() ? undefined : hosts.replicasOf(settings.keyspace, partitionKey()),
    choose: (replicas) => chooseHost(replicas, now(), random),
    execute: async (statement, options, at) => {
      try {
        const result = await (isAlone() ? send(statement, options) : sendRouted(statement, options, at))
        login.heard()
        return {
          rows: result.rows ?? [],
          next: result.pageState ?? undefined,
          coordinator: result.info.queriedHost
        }
      } catch (cause) {
        if (isAnswerToLoggedIn(cause)) login.heard()
        throw login.explained(cause)
      }
    },
    watch: () => {
      if (!isAlone()) watchHosts(hosts.all(), { now, probe: probeOf(client) })
    },
    coordinators: () => hosts.all().filter(isUsable),
    silentHosts: () => silentAmong(hosts.all(), now()),
    isDisconnected: () => isDisconnected(client, hosts.all()),
    retire: hosts.retire
  }
}

interface Sending {
  readonly codes: ConsistencyCodes
  readonly coordinator: Host | undefined
  readonly attempt: Attempt | undefined
}

const toQueryOptions = (
  options: ExecuteOptions,
  { attempt, codes, coordinator }: Sending
): RoutedOptions => ({
  ...(coordinator === undefined ? {} : { coordinator }),
  ...(attempt === undefined ? {} : { attempt }),
  ...(options.pageSize === undefined ? {} : { fetchSize: options.pageSize }),
  ...(options.page === undefined ? {} : { pageState: options.page }),
  ...(options.isIdempotent === undefined ? {} : { isIdempotent: options.isIdempotent }),
  ...(options.prepare === undefined ? {} : { prepare: options.prepare }),
  ...(options.timeoutMillis === undefined ? {} : { readTimeout: options.timeoutMillis }),
  ...(options.consistency === undefined ? {} : { consistency: codes[options.consistency] })
})

/** A read that every host answers by itself, whatever its table or its neighbours do. */
const probeOf =
  (client: Client) =>
  ({ host }: HostLoad): Promise<boolean> =>
    client
      .execute("SELECT key FROM system.local", [], {
        host,
        prepare: false,
        readTimeout: probeTimeoutMillis
      })
      .then(
        () => true,
        (cause) => verdictOn(host.address, cause).isAnswer
      )

const silentAmong = (hosts: ReadonlyArray<HostLoad>, now: number): ReadonlyArray<SilentHost> =>
  hosts.flatMap(({ awaySince, host }) =>
    awaySince === undefined
      ? []
      : [{ address: host.address, millis: now - awaySince, isConnected: host.isUp() }]
  )

/**
 * Also where a host counts as up without a connection: so the driver leaves hosts that it found anew through a contact
 * point after all had gone, and it never connects to them.
 */
const isDisconnected = (client: Client, hosts: ReadonlyArray<HostLoad>): boolean => {
  const state = client.getState()
  const isWithout = ({ host }: HostLoad): boolean => state.getOpenConnections(host) === 0
  return hosts.every(isWithout) || hosts.some((load) => load.host.isUp() && isWithout(load))
}

/** What the driver read from a secure bundle, or was given; its types do not show it. */
const dataCenterOf = (client: Client): string | undefined =>
  (client as Client & { readonly options?: { readonly localDataCenter?: string } }).options?.localDataCenter
