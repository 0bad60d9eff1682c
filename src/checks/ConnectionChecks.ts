/** Checks that a client can connect to its server; what was found is the error's own message. */
import type { CassandraReason } from "../cassandra/CassandraError.ts"
import type { PubSubReason } from "../pubsub/PubSubError.ts"
import type { Check, CheckCode, CheckGroup, Judgement } from "./Check.ts"

/** How an attempt to connect ended. */
export interface ConnectionReading {
  /** Undefined: it is connected. */
  readonly failure: ConnectionFailure | undefined
  /** To whom it is connected. */
  readonly shows: string
}

/** Why a connection could not be made. */
export interface ConnectionFailure {
  /** The tag of the error's reason. */
  readonly tag: string
  readonly message: string
  /** Undefined: nothing better is known than what the check itself says. */
  readonly remedy: string | undefined
}

/** The code of a reason; none for one that says nothing about how the cluster is set up. */
const codes: Readonly<Partial<Record<CassandraReason["_tag"], CheckCode>>> = {
  Unreachable: "CF-101",
  TlsRequired: "CF-102",
  ClientCertificateRefused: "CF-103",
  TlsFailed: "CF-104",
  BadCredentials: "CF-105",
  WrongDataCenter: "CF-106",
  KeyspaceMissing: "CF-107",
  TableMissing: "CF-201",
  Unauthorized: "CF-301"
}

/** The code of a failure to connect, or of the first statement; undefined where it is none of set-up. */
export const connectionCode = ({ _tag }: Pick<CassandraReason, "_tag">): CheckCode | undefined => codes[_tag]

interface Step {
  readonly code: CheckCode
  readonly title: string
  readonly expected: string
  readonly remedy: string
}

/** In the order in which a connection meets them. */
const cassandraSteps: ReadonlyArray<Step> = [
  {
    code: "CF-101",
    title: "Cassandra answers",
    expected: "an answer of one of the contact points",
    remedy: "start Cassandra, or correct `CASSANDRA_CONTACT_POINTS`"
  },
  {
    code: "CF-102",
    title: "TLS is used where the servers want it",
    expected: "a connection as the servers want it",
    remedy: "`CASSANDRA_TLS=true`"
  },
  {
    code: "CF-103",
    title: "the servers trust the client's certificate",
    expected: "a certificate that the servers trust",
    remedy: "`CASSANDRA_TLS_CERT` and `CASSANDRA_TLS_KEY`"
  },
  {
    code: "CF-104",
    title: "the servers' certificates are trusted",
    expected: "a certificate of an authority that is trusted, for the name of the contact point",
    remedy: "`CASSANDRA_TLS_CA`"
  },
  {
    code: "CF-105",
    title: "the servers take the credentials",
    expected: "a role that may log in, and its password",
    remedy: "`CASSANDRA_USERNAME`, and `CASSANDRA_PASSWORD` or `CASSANDRA_PASSWORD_FILE`"
  },
  {
    code: "CF-106",
    title: "the data centre exists",
    expected: "a data centre of the cluster",
    remedy: "`CASSANDRA_LOCAL_DATACENTER`; `nodetool status` shows the names"
  },
  {
    code: "CF-107",
    title: "the keyspace exists",
    expected: "the keyspace of CASSANDRA_KEYSPACE",
    remedy: "`counterfoil setup cassandra`"
  }
]

/** In the order in which a connection meets them. */
const pubSubSteps: ReadonlyArray<Step> = [
  {
    code: "CF-601",
    title: "a client can be made: project, credentials, and names that differ",
    expected: "credentials, their project, and a name of its own for each topic and subscription",
    remedy: "`PUBSUB_PROJECT_ID`, `gcloud auth application-default login`, `GOOGLE_APPLICATION_CREDENTIALS`"
  },
  {
    code: "CF-602",
    title: "Pub/Sub answers",
    expected: "an answer of Pub/Sub",
    remedy: "the network, a proxy, or `PUBSUB_EMULATOR_HOST`"
  }
]

const pubSubCodes: Readonly<Partial<Record<PubSubReason["_tag"] | "ConfigurationError", CheckCode>>> = {
  CredentialsMissing: "CF-601",
  CredentialsRefused: "CF-601",
  ProjectUnknown: "CF-601",
  ConfigurationError: "CF-601"
}

/** Whatever ends an attempt and is not `codeOf` a step, such as no answer in time, is found by `otherwise`. */
const checksOf = (
  group: CheckGroup,
  steps: ReadonlyArray<Step>,
  codeOf: Readonly<Record<string, CheckCode>>,
  otherwise: CheckCode
): ReadonlyArray<Check<ConnectionReading>> =>
  steps.map(({ code, expected, remedy, title }, index) => ({
    code,
    group,
    title,
    worst: "fatal",
    remedy,
    needs: steps.slice(0, index).map((earlier) => earlier.code),
    judge: ({ failure, shows }): Judgement => {
      if (failure === undefined) return index === steps.length - 1 ? { shows } : []
      const known = codeOf[failure.tag]
      const failed = steps.find((step) => step.code === known)?.code ?? otherwise
      if (failed !== code) return []
      return [{ severity: "fatal", found: failure.message, expected, remedy: failure.remedy ?? remedy }]
    }
  }))

/** The checks of a connection to Cassandra, in the order in which an attempt meets what they are about. */
export const connectionChecks = checksOf("cassandra", cassandraSteps, codes, "CF-101")

/** The same of Pub/Sub. */
export const pubSubConnectionChecks = checksOf("pubsub", pubSubSteps, pubSubCodes, "CF-602")
