/** The driver's options, with its unsafe defaults replaced. */
import { readFile } from "node:fs/promises"
import { type ConnectionOptions, checkServerIdentity, type PeerCertificate } from "node:tls"
import type { DseClientOptions } from "cassandra-driver"
import { Duration, Effect, Redacted } from "effect"
import type { CassandraError } from "../CassandraError.ts"
import type { CassandraOptions } from "../CassandraOptions.ts"
import type { CassandraSettings, Consistency } from "../CassandraSettings.ts"
import { answerMillis, reconnectBaseMillis, reconnectCapMillis } from "../Limits.ts"
import { contactPointOf } from "./ContactPoint.ts"
import { coordinatorFirst, type IsResponsive, retryUnlessSuperseded } from "./CoordinatorFirst.ts"
import type { Driver } from "./Driver.ts"
import { classify } from "./ErrorClassification.ts"

/**
 * The driver's options for these settings.
 *
 * Its default retry policy stays: as every statement here is idempotent, it tries the next host once a host cannot
 * be reached, is overloaded or too few of its replicas are alive. A write timeout it hands on, as it does whatever
 * is left when no host remains; when to try again is the caller's to decide.
 *
 * A statement is prepared on one host, and on each other when it is first sent there: to prepare it on all at once
 * would wait for one that is silent.
 *
 * **Errors**: `SettingsRefused` when a file of TLS cannot be read.
 */
export const clientOptions = (
  driver: Driver,
  settings: CassandraSettings,
  options: Pick<CassandraOptions, "answerTimeout" | "reconnectDelay" | "useKeyspace"> = {},
  isResponsive?: IsResponsive
): Effect.Effect<DseClientOptions, CassandraError> =>
  Effect.map(
    tlsOptions(settings),
    (sslOptions): DseClientOptions => ({
      ...(settings.secureBundle !== undefined
        ? { cloud: { secureConnectBundle: settings.secureBundle } }
        : {
            contactPoints: [...settings.contactPoints],
            localDataCenter: settings.localDataCenter,
            ...nodesPort(settings.contactPoints)
          }),
      ...(sslOptions === undefined ? {} : { sslOptions }),
      ...(options.useKeyspace === false ? {} : { keyspace: settings.keyspace }),
      ...(settings.credentials === undefined || !("password" in settings.credentials)
        ? {}
        : {
            credentials: {
              username: settings.credentials.username,
              password: Redacted.value(settings.credentials.password)
            }
          }),
      applicationName: settings.applicationName ?? "counterfoil",
      // Bigint columns are bigints, in and out: no Long, nothing rounded.
      encoding: { useBigIntAsLong: true },
      // For DataStax servers only, and nobody asked for it.
      monitorReporting: { enabled: false },
      policies: {
        loadBalancing: coordinatorFirst(driver, isResponsive),
        retry: retryUnlessSuperseded(driver),
        reconnection: new driver.policies.reconnection.ExponentialReconnectionPolicy(
          Duration.toMillis(options.reconnectDelay?.base ?? Duration.millis(reconnectBaseMillis)),
          Duration.toMillis(options.reconnectDelay?.cap ?? Duration.millis(reconnectCapMillis)),
          false
        )
      },
      prepareOnAllHosts: false,
      queryOptions: {
        consistency: consistencyCodes(driver)[settings.consistency ?? "LOCAL_QUORUM"],
        isIdempotent: true,
        prepare: true
      },
      socketOptions: {
        readTimeout: Duration.toMillis(options.answerTimeout ?? Duration.millis(answerMillis))
      }
    })
  )

/**
 * The port of the nodes that the contact points tell of: the cluster names them without one. With 9042 on a cluster
 * that listens elsewhere, only one node would ever be reached. The driver cannot find nodes with different ports.
 */
const nodesPort = (contactPoints: ReadonlyArray<string>): Pick<DseClientOptions, "protocolOptions"> => {
  const ports = new Set(contactPoints.map((point) => contactPointOf(point).port))
  const [port] = ports
  return port === undefined || ports.size > 1 ? {} : { protocolOptions: { port } }
}

/** The driver's number of each consistency level. */
export const consistencyCodes = ({ types: { consistencies } }: Driver): Record<Consistency, number> => ({
  ONE: consistencies.one,
  TWO: consistencies.two,
  THREE: consistencies.three,
  QUORUM: consistencies.quorum,
  ALL: consistencies.all,
  LOCAL_QUORUM: consistencies.localQuorum,
  EACH_QUORUM: consistencies.eachQuorum,
  LOCAL_ONE: consistencies.localOne
})

const tlsOptions = (
  settings: CassandraSettings
): Effect.Effect<ConnectionOptions | undefined, CassandraError> =>
  Effect.gen(function* () {
    if (settings.tls === undefined) return undefined
    const { caFile, certFile, keyFile } = settings.tls
    const ca = yield* readPem("the TLS certificate authority", caFile)
    const cert = yield* readPem("the client's TLS certificate", certFile)
    const key = yield* readPem("the key of the client's TLS certificate", keyFile)
    // The driver's own default is false.
    return {
      rejectUnauthorized: true,
      checkServerIdentity: identityAmong(settings.contactPoints),
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key })
    }
  })

const readPem = (
  what: string,
  file: string | undefined
): Effect.Effect<Buffer | undefined, CassandraError> =>
  file === undefined
    ? Effect.undefined
    : Effect.tryPromise({ try: () => readFile(file), catch: (cause) => classify(`read ${what}`, cause) })

/** The driver connects to addresses; certificates mostly carry the name the user gave as contact point. */
const identityAmong =
  (contactPoints: ReadonlyArray<string>) =>
  (address: string, certificate: PeerCertificate): Error | undefined => {
    const names = contactPoints.map((point) => point.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1"))
    const trusted = names.some((name) => checkServerIdentity(name, certificate) === undefined)
    return trusted ? undefined : checkServerIdentity(address, certificate)
  }
