/** The variables of Cassandra, with what the reference says about each. */
import { consistencies } from "../cassandra/CassandraSettings.ts"
import { anyText, filePath } from "./parsers/AnyText.ts"
import { bool } from "./parsers/Bool.ts"
import { dataCenterName, keyspaceName } from "./parsers/CassandraName.ts"
import { enumeration } from "./parsers/Enumeration.ts"
import { contactPoints } from "./parsers/HostPort.ts"
import { replicationText } from "./parsers/ReplicationText.ts"
import { optional, withDefault } from "./Variable.ts"

/** The variables of Cassandra. */
export const cassandraVariables = {
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
  passwordFile: optional(
    {
      name: "CASSANDRA_PASSWORD_FILE",
      meaning:
        "A file that holds the password of the role and nothing else; a line break at its end is not part of it. It is read for each login, so a new password needs no restart",
      change:
        "The password comes as a mounted file, such as a secret of Kubernetes, or is changed now and then",
      see: "`CASSANDRA_USERNAME`; excludes `CASSANDRA_PASSWORD`"
    },
    filePath("/run/secrets/cassandra-password")
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
  tlsCert: optional(
    {
      name: "CASSANDRA_TLS_CERT",
      meaning: "A PEM file with the certificate that shows the servers who the client is",
      change: "The servers want a client certificate (`require_client_auth` in `cassandra.yaml`)",
      see: "`CASSANDRA_TLS_KEY`, `CASSANDRA_TLS`"
    },
    filePath("/etc/counterfoil/client.pem")
  ),
  tlsKey: optional(
    {
      name: "CASSANDRA_TLS_KEY",
      meaning: "A PEM file with the private key of `CASSANDRA_TLS_CERT`, without a passphrase",
      change: "`CASSANDRA_TLS_CERT` is set",
      see: "`CASSANDRA_TLS_CERT`"
    },
    filePath("/etc/counterfoil/client.key")
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
