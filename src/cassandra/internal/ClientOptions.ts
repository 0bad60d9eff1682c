/** What the driver is told: who to connect to and how, with its unsafe defaults replaced. */
import { readFile } from "node:fs/promises"
import { type ConnectionOptions, checkServerIdentity, type PeerCertificate } from "node:tls"
import type { DseClientOptions } from "cassandra-driver"
import { Effect, Option, Redacted } from "effect"
import { type CassandraError, classify } from "../CassandraError.ts"
import type { CassandraSettings } from "../CassandraSettings.ts"
import { answerMillis, reconnectBaseMillis, reconnectCapMillis } from "../Limits.ts"
import { coordinatorFirst } from "./CoordinatorFirst.ts"
import type { Driver } from "./Driver.ts"

/**
 * The driver's options for these settings.
 *
 * Its default retry policy stays: as every statement here is idempotent, it tries the next host once a host cannot
 * be reached, is overloaded or too few of its replicas are alive. A write timeout it hands on, as it does whatever
 * is left when no host remains; when to try again is the caller's to decide.
 *
 * **Errors**: `SettingsRefused` when the CA file cannot be read.
 */
export const clientOptions = (
  driver: Driver,
  settings: CassandraSettings,
  keyspace: string | undefined
): Effect.Effect<DseClientOptions, CassandraError> =>
  Effect.map(
    tlsOptions(settings),
    (sslOptions): DseClientOptions => ({
      ...(Option.isSome(settings.secureBundle)
        ? { cloud: { secureConnectBundle: settings.secureBundle.value } }
        : {
            contactPoints: [...settings.contactPoints],
            localDataCenter: settings.localDataCenter,
            ...nodesPort(settings.contactPoints)
          }),
      ...(sslOptions === undefined ? {} : { sslOptions }),
      ...(keyspace === undefined ? {} : { keyspace }),
      ...Option.match(settings.credentials, {
        onNone: () => ({}),
        onSome: ({ username, password }) => ({
          credentials: { username, password: Redacted.value(password) }
        })
      }),
      applicationName: "counterfoil",
      // Bigint columns are bigints, in and out: no Long, nothing rounded.
      encoding: { useBigIntAsLong: true },
      // Talks to DataStax servers only, and not to ours about us.
      monitorReporting: { enabled: false },
      policies: {
        loadBalancing: coordinatorFirst(driver),
        reconnection: new driver.policies.reconnection.ExponentialReconnectionPolicy(
          reconnectBaseMillis,
          reconnectCapMillis,
          false
        )
      },
      queryOptions: {
        consistency: consistencyCodes(driver)[settings.consistency],
        isIdempotent: true,
        prepare: true
      },
      socketOptions: { readTimeout: answerMillis }
    })
  )

/**
 * Where to look for the nodes that the contact points tell of: the cluster names them without a port. Taken for 9042 on
 * a cluster with another port, only one node would ever be reached. Nodes with several ports the driver cannot find.
 */
const nodesPort = (contactPoints: ReadonlyArray<string>): Pick<DseClientOptions, "protocolOptions"> => {
  const ports = new Set(contactPoints.map((point) => Number(withPort.exec(point)?.[1] ?? usualPort)))
  const [port] = ports
  return port === undefined || ports.size > 1 ? {} : { protocolOptions: { port } }
}

// Not the end of an IPv6 address without brackets.
const withPort = /^(?:[^:]+|\[.+\]):(\d+)$/

const usualPort = 9042

const consistencyCodes = ({
  types: { consistencies }
}: Driver): Record<CassandraSettings["consistency"], number> => ({
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
    if (Option.isNone(settings.tls)) return undefined
    const { caFile } = settings.tls.value
    const ca = Option.isNone(caFile)
      ? undefined
      : yield* Effect.tryPromise({
          try: () => readFile(caFile.value),
          catch: (cause) => classify("read the TLS certificate authority", cause)
        })
    // The driver's own default is false.
    return {
      rejectUnauthorized: true,
      checkServerIdentity: identityAmong(settings.contactPoints),
      ...(ca === undefined ? {} : { ca })
    }
  })

/** The driver connects to addresses; certificates mostly carry the name the user gave as contact point. */
const identityAmong =
  (contactPoints: ReadonlyArray<string>) =>
  (address: string, certificate: PeerCertificate): Error | undefined => {
    const names = contactPoints.map((point) => point.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1"))
    const trusted = names.some((name) => checkServerIdentity(name, certificate) === undefined)
    return trusted ? undefined : checkServerIdentity(address, certificate)
  }
