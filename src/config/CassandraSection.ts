/** Where Cassandra is, and how to connect to it. */
import { Option, Redacted } from "effect"
import type { Credentials } from "../cassandra/CassandraSettings.ts"
import { cassandraVariables as variables } from "./CassandraVariables.ts"
import { type Relation, section, type ValuesOf } from "./Section.ts"
import type { TableSettings } from "./Settings.ts"

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
    of: ["tls", "tlsCert", "tlsKey", "secureBundle"],
    severity: "error",
    broken: ({ tls, tlsCert, tlsKey, secureBundle }, given) => {
      const one = given.tlsCert ?? given.tlsKey
      if (one === undefined) return undefined
      if (Option.isNone(tlsKey))
        return `${one} is given without its key. Set CASSANDRA_TLS_KEY too, or neither`
      if (Option.isNone(tlsCert))
        return `${one} is given without a certificate. Set CASSANDRA_TLS_CERT too, or neither`
      if (Option.isSome(secureBundle))
        return `${one} and ${given.secureBundle} exclude each other: the bundle brings its own certificates. Leave one out`
      return tls
        ? undefined
        : `${one} is given, but TLS is off, so it would not be used. Set CASSANDRA_TLS=true, or leave it out`
    }
  },
  {
    of: ["password", "passwordFile"],
    severity: "error",
    broken: ({ password, passwordFile }, given) =>
      Option.isSome(password) && Option.isSome(passwordFile)
        ? `${given.password} and ${given.passwordFile} exclude each other. Leave one out`
        : undefined
  },
  {
    of: ["username", "password", "passwordFile"],
    severity: "error",
    broken: ({ username, password, passwordFile }, given) => {
      const hasPassword = Option.isSome(password) || Option.isSome(passwordFile)
      if (Option.isSome(username) === hasPassword) return undefined
      return Option.isSome(username)
        ? `${given.username} is given without a password. Set CASSANDRA_PASSWORD or CASSANDRA_PASSWORD_FILE too, or neither`
        : `${given.password ?? given.passwordFile} is given without a user name. Set CASSANDRA_USERNAME too, or neither`
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
    credentials: credentialsOf(values),
    tls: values.tls
      ? {
          caFile: Option.getOrUndefined(values.tlsCa),
          certFile: Option.getOrUndefined(values.tlsCert),
          keyFile: Option.getOrUndefined(values.tlsKey)
        }
      : undefined,
    secureBundle: Option.getOrUndefined(values.secureBundle)
  })
})

const credentialsOf = ({
  password,
  passwordFile,
  username
}: ValuesOf<typeof variables>): Credentials | undefined => {
  if (Option.isNone(username)) return undefined
  if (Option.isSome(passwordFile)) return { username: username.value, passwordFile: passwordFile.value }
  return Option.isSome(password)
    ? { username: username.value, password: Redacted.make(password.value) }
    : undefined
}
