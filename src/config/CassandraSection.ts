/** Where Cassandra is, and how to connect to it. */
import { Option, Redacted } from "effect"
import { consistencies } from "../cassandra/CassandraSettings.ts"
import { anyText, filePath } from "./parsers/AnyText.ts"
import { bool } from "./parsers/Bool.ts"
import { dataCenterName, keyspaceName } from "./parsers/CassandraName.ts"
import { enumeration } from "./parsers/Enumeration.ts"
import { contactPoints } from "./parsers/HostPort.ts"
import { replicationText } from "./parsers/ReplicationText.ts"
import { type Relation, section } from "./Section.ts"
import type { TableSettings } from "./Settings.ts"
import { optional, withDefault } from "./Variable.ts"

const variables = {
  contactPoints: optional(
    {
      name: "CASSANDRA_CONTACT_POINTS",
      meaning:
        "The nodes to connect to first. They name all other nodes, which are then reached at the same port; 9042 unless given",
      change:
        "Always, since there is no default. Give two or three nodes, so that one may be down at the start",
      see: "`CASSANDRA_LOCAL_DATACENTER`: these should be nodes of it"
    },
    contactPoints,
    "required, unless `CASSANDRA_SECURE_BUNDLE` is given"
  ),
  localDataCenter: withDefault(
    {
      name: "CASSANDRA_LOCAL_DATACENTER",
      meaning: "The data centre whose nodes get all requests",
      change: "`nodetool status` shows another name. With a wrong name nothing connects"
    },
    dataCenterName,
    "datacenter1"
  ),
  keyspace: withDefault(
    {
      name: "CASSANDRA_KEYSPACE",
      meaning: "The keyspace of the fact table",
      change: "Several deployments share a cluster"
    },
    keyspaceName,
    "ecom_store"
  ),
  replication: withDefault(
    {
      name: "CASSANDRA_REPLICATION",
      meaning:
        "How many copies of each row the keyspace keeps. Only `setup` uses it, when it creates the keyspace",
      unit: "copies",
      change:
        "Always in production: with one copy, the facts of a lost node are lost. Where the cluster has several nodes, `setup` requires it",
      see: "`CASSANDRA_CONSISTENCY`"
    },
    replicationText,
    "1"
  ),
  consistency: withDefault(
    {
      name: "CASSANDRA_CONSISTENCY",
      meaning: "How many copies must confirm a read or a write",
      change: "One copy is enough (`LOCAL_ONE`), or other data centres must confirm too (`QUORUM`)",
      see: "`CASSANDRA_REPLICATION`"
    },
    enumeration(consistencies, "LOCAL_QUORUM"),
    "LOCAL_QUORUM"
  ),
  username: optional(
    {
      name: "CASSANDRA_USERNAME",
      meaning: "The role to log in with",
      change: "The cluster asks for a login",
      see: "`CASSANDRA_PASSWORD`"
    },
    anyText
  ),
  password: optional(
    {
      name: "CASSANDRA_PASSWORD",
      meaning:
        "The password of the role; it is never shown. Prefer the variable: other users of the machine can see a flag",
      change: "The cluster asks for a login",
      see: "`CASSANDRA_USERNAME`, `CASSANDRA_TLS`",
      secret: true
    },
    { ...anyText, example: "…" }
  ),
  tls: withDefault(
    {
      name: "CASSANDRA_TLS",
      meaning: "Whether connections are encrypted; the server's certificate is verified then",
      change: "The cluster offers TLS. Without TLS the password is sent in clear text",
      see: "`CASSANDRA_TLS_CA`",
      isSwitch: true
    },
    bool,
    "false"
  ),
  tlsCa: optional(
    {
      name: "CASSANDRA_TLS_CA",
      meaning: "A PEM file with the certificate of the authority that signed the servers' certificates",
      change: "No public authority signed them",
      see: "`CASSANDRA_TLS`"
    },
    filePath("/etc/cassandra/ca.pem"),
    "the public authorities Node knows"
  ),
  secureBundle: optional(
    {
      name: "CASSANDRA_SECURE_BUNDLE",
      meaning:
        "The secure-connect zip file of an Astra database, which holds its address and its certificates",
      change: "The database is on Astra",
      see: "`CASSANDRA_USERNAME`; excludes `CASSANDRA_CONTACT_POINTS` and `CASSANDRA_TLS`"
    },
    filePath("secure-connect-shop.zip")
  )
}

type CassandraRelation = Relation<typeof variables>

const relations: ReadonlyArray<CassandraRelation> = [
  {
    of: ["contactPoints", "secureBundle"],
    severity: "error",
    broken: ({ contactPoints, secureBundle }) =>
      Option.isNone(contactPoints) && Option.isNone(secureBundle)
        ? "CASSANDRA_CONTACT_POINTS is missing: must be a list of host[:port], separated by commas. " +
          "Example: CASSANDRA_CONTACT_POINTS=cassandra-1,cassandra-2 (or CASSANDRA_SECURE_BUNDLE for Astra)"
        : undefined
  },
  {
    of: ["contactPoints", "secureBundle"],
    severity: "error",
    broken: ({ contactPoints, secureBundle }, given) =>
      Option.isSome(contactPoints) && Option.isSome(secureBundle)
        ? `${given.contactPoints} and ${given.secureBundle} exclude each other: the bundle says where the ` +
          "database is. Leave one out"
        : undefined
  },
  {
    of: ["tls", "tlsCa", "secureBundle"],
    severity: "error",
    broken: ({ tls, tlsCa, secureBundle }, given) =>
      Option.isSome(secureBundle) && (tls || Option.isSome(tlsCa))
        ? `${tls ? given.tls : given.tlsCa} and ${given.secureBundle} exclude each other: the bundle brings its ` +
          "own certificates. Leave one out"
        : undefined
  },
  {
    of: ["tls", "tlsCa", "secureBundle"],
    severity: "error",
    broken: ({ tls, tlsCa, secureBundle }, given) =>
      Option.isSome(tlsCa) && !tls && Option.isNone(secureBundle)
        ? `${given.tlsCa} is given, but TLS is off, so it would not be used. Set CASSANDRA_TLS=true, or leave it out`
        : undefined
  },
  {
    of: ["username", "password"],
    severity: "error",
    broken: ({ username, password }, given) => {
      if (Option.isSome(username) === Option.isSome(password)) return undefined
      return Option.isSome(username)
        ? `${given.username} is given without a password. Set CASSANDRA_PASSWORD too, or neither`
        : `${given.password} is given without a user name. Set CASSANDRA_USERNAME too, or neither`
    }
  }
]

/** The variables behind {@link TableSettings}. */
export const cassandraSection = section({
  title: "Cassandra",
  variables,
  relations,
  settings: (values): TableSettings => ({
    contactPoints: Option.getOrElse(values.contactPoints, () => []),
    localDataCenter: values.localDataCenter,
    keyspace: values.keyspace,
    replication: values.replication,
    consistency: values.consistency,
    credentials: Option.getOrUndefined(
      Option.zipWith(values.username, values.password, (username, password) => ({
        username,
        password: Redacted.make(password)
      }))
    ),
    tls: values.tls ? { caFile: Option.getOrUndefined(values.tlsCa) } : undefined,
    secureBundle: Option.getOrUndefined(values.secureBundle)
  })
})
