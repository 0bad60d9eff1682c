/** What a person can do about an error. */
import type { CassandraReason } from "../cassandra/CassandraError.ts"
import type { MigrationReason } from "../cassandra/MigrationRefused.ts"
import type { DeadLetterFileReason } from "../deadletters/DeadLetterFileError.ts"
import type { HttpAddressUnusable } from "../http/HttpAddress.ts"
import type { PubSubReason } from "../pubsub/PubSubError.ts"
import type { DemoFolderUnusable, DemoInUse, DemoMissing } from "./commands/DemoFile.ts"
import type { SubscriptionTaken } from "./commands/PubSubSetup.ts"
import type { ServerSilent } from "./commands/ServerTimeout.ts"

/** What has a remedy: the reasons of the library's errors, and the errors of the commands. */
export type Remediable =
  | PubSubReason
  | CassandraReason
  | MigrationReason
  | DeadLetterFileReason
  | HttpAddressUnusable
  | DemoFolderUnusable
  | DemoMissing
  | DemoInUse
  | SubscriptionTaken
  | ServerSilent

const createPubSub = "`counterfoil setup pubsub` creates what is missing"
const createSchema = "`counterfoil setup cassandra` creates it"
const lessAtOnce = "if it stays so, look at Cassandra's log, or lower MAX_IN_FLIGHT_WRITES"

/**
 * What to do, by the tag of the reason. The type makes it complete.
 *
 * **Shape**: half a sentence that follows the error's message and a semicolon.
 */
export const remedies: Readonly<Record<Remediable["_tag"], string>> = {
  PubSubUnavailable: "check the network, or PUBSUB_EMULATOR_HOST where an emulator is meant",
  ResourceMissing: createPubSub,
  TopicDeleted:
    "once what it still holds is done, delete it; `counterfoil setup pubsub` creates it on the new topic",
  SubscriptionDetached: "delete it; `counterfoil setup pubsub` creates it on its topic",
  AccessDenied: "check the credentials and their roles on this resource",
  CredentialsRefused:
    "renew them: `gcloud auth application-default login`, or another key at GOOGLE_APPLICATION_CREDENTIALS",
  CredentialsMissing: "run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS",
  ProjectUnknown: "set PUBSUB_PROJECT_ID or pass --project",
  RequestRejected:
    "check the names of topics and subscriptions: `counterfoil setup pubsub --dry-run` shows them",
  Unreachable: "check that Cassandra runs, and CASSANDRA_CONTACT_POINTS",
  TimedOut: lessAtOnce,
  Overloaded: lessAtOnce,
  ReplicasUnavailable:
    "start the nodes that are down; CASSANDRA_CONSISTENCY must not ask for more copies than the keyspace has",
  ReplicaFailed: "look at the log of the replica",
  Unprepared: createSchema,
  Faulty: "if it stays so, look at Cassandra's log",
  DiskFull: "make room on the nodes whose disks are full, or add nodes",
  RequestInvalid:
    "where other rows are stored, this one becomes a dead letter soon; where none is, look for a default TTL and guardrails",
  MutationTooLarge: "set MAX_ROW_BYTES to no more than the cluster takes",
  StatementRefused: "`counterfoil setup cassandra` brings the tables up to date",
  BadCredentials: "check CASSANDRA_USERNAME, CASSANDRA_PASSWORD or CASSANDRA_PASSWORD_FILE",
  Unauthorized: "grant it to the role of CASSANDRA_USERNAME",
  WrongDataCenter: "set CASSANDRA_LOCAL_DATACENTER to a data centre of the cluster",
  KeyspaceMissing: createSchema,
  TableMissing: createSchema,
  TlsFailed:
    "check CASSANDRA_TLS and CASSANDRA_TLS_CA, and CASSANDRA_TLS_CERT where the servers want a client certificate",
  TlsRequired:
    "set CASSANDRA_TLS=true, and CASSANDRA_TLS_CA where no public authority signed the servers' certificates",
  ClientCertificateRefused:
    "set CASSANDRA_TLS_CERT and CASSANDRA_TLS_KEY to a certificate that the servers trust, and its key",
  SettingsRefused:
    "check CASSANDRA_CONTACT_POINTS, CASSANDRA_SECURE_BUNDLE, and the files of CASSANDRA_TLS_CA, CASSANDRA_TLS_CERT and CASSANDRA_TLS_KEY",
  MigrationUnknown: "use the Counterfoil that applied it",
  MigrationChanged: "restore the file, and put the change in a new one",
  MigrationLate: "give it a later number",
  TableDiffers: "use another keyspace (CASSANDRA_KEYSPACE), or drop the table once its rows are saved",
  OneOfSeveralDataCenters: "set CASSANDRA_REPLICATION to the copies in each, for instance dc1:3,dc2:3",
  SingleCopy: "set CASSANDRA_REPLICATION, for instance to dc1:3 (dc1:1 if one copy is meant)",
  FileMissing: "give the file of a `dlq export` or `dlq discard`",
  FileExists: "give another name, or remove it first",
  LineInvalid: "correct that line: docs/dead-letters.md has the format; nothing was done",
  FileTooLarge: "split it by lines; nothing was done",
  FileUnusable: "check the permissions and the space of its folder",
  HttpAddressUnusable: "choose another HTTP_PORT, or 0 to serve nothing",
  DemoFolderUnusable: "start the demo in a folder where you may write",
  DemoMissing: "run `counterfoil demo` here first, and end it with Ctrl-C",
  DemoInUse: "end it first",
  SubscriptionTaken: "give another name, or delete it",
  ServerSilent: "check that it runs, and CASSANDRA_CONTACT_POINTS or PUBSUB_EMULATOR_HOST"
}

/**
 * The remedy of an error, or of what it was caused by: the reason of a `PubSubError`, of a `CassandraError`, and of
 * whatever wraps one of these. Undefined where nothing is known.
 */
export const remedyOf = (error: unknown): string | undefined => {
  let inner: unknown = error
  for (let depth = 0; depth < deepest && typeof inner === "object" && inner !== null; depth++) {
    const tag = "_tag" in inner ? inner._tag : undefined
    if (typeof tag === "string" && isRemediable(tag)) return remedies[tag]
    inner = "reason" in inner ? inner.reason : "cause" in inner ? inner.cause : undefined
  }
  return undefined
}

/** What an error says, and its remedy where there is one. **Shape**: one sentence without a full stop. */
export const whyOf = (error: { readonly message: string }): string => {
  const remedy = remedyOf(error)
  return remedy === undefined ? error.message : `${error.message}; ${remedy}`
}

const isRemediable = (tag: string): tag is Remediable["_tag"] => Object.hasOwn(remedies, tag)

/** Chains of causes are short; this ends a circular one. */
const deepest = 8
