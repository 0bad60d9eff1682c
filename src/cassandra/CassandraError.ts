/** What can go wrong with Cassandra. Data without advice: what to do is the application's to say. */
import { Data } from "effect"
import {
  asDriverError,
  type DriverError,
  errorsOfHosts,
  isAlertAboutClient,
  isDiskFull,
  isTableChange,
  isTlsCode,
  rowRefusals,
  type ServerAnswer,
  settingCodes
} from "./internal/DriverError.ts"

type Detail = {
  /** What is wrong, in the words of the server, the driver, or this library. */
  readonly detail: string
  readonly cause: unknown
}

/** No host could be reached, or none is up. */
export class Unreachable extends Data.TaggedError("Unreachable")<
  Detail & {
    /** Those that were tried, as `host:port`; empty where the driver named none. */
    readonly hosts: ReadonlyArray<string>
  }
> {
  readonly isRetryable = true
}

/** A host did not answer in time; a write may or may not have happened, and is never a success. */
export class TimedOut extends Data.TaggedError("TimedOut")<Detail> {
  readonly isRetryable = true
}

/** A host, or the connection to it, has more requests than it can serve. */
export class Overloaded extends Data.TaggedError("Overloaded")<Detail> {
  readonly isRetryable = true
}

/** Too few replicas are alive for the consistency level. Nothing was done. */
export class ReplicasUnavailable extends Data.TaggedError("ReplicasUnavailable")<Detail> {
  readonly isRetryable = true
}

/** A replica failed while it worked on the statement. */
export class ReplicaFailed extends Data.TaggedError("ReplicaFailed")<Detail> {
  readonly isRetryable = true
}

/** The statement's table was dropped or changed after it was prepared. It works again once the table is back. */
export class Unprepared extends Data.TaggedError("Unprepared")<Detail> {
  readonly isRetryable = true
}

/** Everything else, in the driver or a server: unknown codes, protocol errors. */
export class Faulty extends Data.TaggedError("Faulty")<Detail> {
  readonly isRetryable = true
}

/** The disk of a replica is too full for more writes. */
export class DiskFull extends Data.TaggedError("DiskFull")<Detail> {
  readonly isRetryable = true
}

/** The statement's mutation is larger than the cluster accepts. */
export class MutationTooLarge extends Data.TaggedError("MutationTooLarge")<Detail> {
  readonly isRetryable = false
}

/**
 * The cluster refuses the statement with the values bound to it: for its key, for a value, for its timestamp, or
 * because it refuses all statements of the kind. The answer does not tell which.
 */
export class RequestInvalid extends Data.TaggedError("RequestInvalid")<
  Detail & {
    /** The host that answered, as `host:port`; undefined where the driver does not say. */
    readonly coordinator: string | undefined
  }
> {
  readonly isRetryable = false
}

/** The cluster understood the statement and refuses it, whatever values are bound to it. */
export class StatementRefused extends Data.TaggedError("StatementRefused")<Detail> {
  readonly isRetryable = false
}

/** The user name or the password is wrong, or one is needed. */
export class BadCredentials extends Data.TaggedError("BadCredentials")<Detail> {
  readonly isRetryable = false
}

/** The role has no permission for this. */
export class Unauthorized extends Data.TaggedError("Unauthorized")<Detail> {
  readonly isRetryable = false
}

/** No host of the cluster is in the configured data centre. */
export class WrongDataCenter extends Data.TaggedError("WrongDataCenter")<Detail> {
  readonly isRetryable = false
}

/** The keyspace does not exist. */
export class KeyspaceMissing extends Data.TaggedError("KeyspaceMissing")<Detail> {
  readonly isRetryable = false
}

/** The table does not exist. */
export class TableMissing extends Data.TaggedError("TableMissing")<Detail> {
  readonly isRetryable = false
}

/** The server's certificate is not trusted, or the server speaks no TLS. */
export class TlsFailed extends Data.TaggedError("TlsFailed")<Detail> {
  readonly isRetryable = false
}

/** The servers speak TLS only, and were spoken to without. */
export class TlsRequired extends Data.TaggedError("TlsRequired")<Detail> {
  readonly isRetryable = false
}

/** The server wants a certificate of the client, and got none, or one that it does not trust. */
export class ClientCertificateRefused extends Data.TaggedError("ClientCertificateRefused")<Detail> {
  readonly isRetryable = false
}

/** The driver refuses the settings, or a file they name cannot be read. */
export class SettingsRefused extends Data.TaggedError("SettingsRefused")<Detail> {
  readonly isRetryable = false
}

/** Every way in which an operation on Cassandra fails. */
export type CassandraReason =
  | Unreachable
  | TimedOut
  | Overloaded
  | ReplicasUnavailable
  | ReplicaFailed
  | Unprepared
  | Faulty
  | DiskFull
  | MutationTooLarge
  | RequestInvalid
  | StatementRefused
  | BadCredentials
  | Unauthorized
  | WrongDataCenter
  | KeyspaceMissing
  | TableMissing
  | TlsFailed
  | TlsRequired
  | ClientCertificateRefused
  | SettingsRefused

/**
 * An operation on Cassandra failed.
 *
 * **Errors**: `isRetryable`: the same call may succeed later by itself. Else somebody has to fix something first,
 * which may happen while the process runs.
 */
export class CassandraError extends Data.TaggedError("CassandraError")<{
  /** What was tried: `connect`, `execute`, `batch`, … */
  readonly operation: string
  readonly reason: CassandraReason
}> {
  get isRetryable(): boolean {
    return this.reason.isRetryable
  }

  override get message(): string {
    return `Cassandra, ${this.operation}: ${this.reason.detail}`
  }
}

/** Classifies an error of the driver. Total: an error it does not know is `Faulty`, which is retryable. */
export const classify = (operation: string, cause: unknown): CassandraError =>
  new CassandraError({ operation, reason: reasonOf(cause) })

const reasonOf = (cause: unknown): CassandraReason => {
  const error = asDriverError(cause)
  const detail = error.message
  switch (error.name) {
    case "NoHostAvailableError":
      return reasonOfHosts(error, cause)
    case "ResponseError":
      return reasonOfAnswer(error, cause)
    case "AuthenticationError":
      return reasonOfAuthentication(error, cause)
    case "OperationTimedOutError":
      return new TimedOut({ detail, cause })
    case "BusyConnectionError":
      return new Overloaded({ detail, cause })
    case "ArgumentError":
      return /data ?cent(er|re)/i.test(detail)
        ? new WrongDataCenter({ detail, cause })
        : new SettingsRefused({ detail, cause })
  }
  if (isAlertAboutClient(error.code)) {
    const what = "the server wants a client certificate that it trusts, and got none, or another"
    return new ClientCertificateRefused({ detail: `${what} (${detail})`, cause })
  }
  if (isTlsCode(error.code)) return new TlsFailed({ detail: `TLS failed: ${detail}`, cause })
  if (settingCodes.has(error.code)) return new SettingsRefused({ detail, cause })
  if (error.isConnectionError) return new Unreachable({ detail, hosts: [], cause })
  // A TypeError of the driver quotes the value it could not encode, which is private.
  return new Faulty({ detail: cause instanceof TypeError ? "the driver failed (TypeError)" : detail, cause })
}

/** The most informative error of the hosts: an answer before no answer, and a retryable one before a lasting one. */
const reasonOfHosts = (error: DriverError, cause: unknown): CassandraReason => {
  const reasons = errorsOfHosts(error.innerErrors).map(reasonOf)
  const answered = reasons.filter((reason) => reason._tag !== "Unreachable")
  const best = answered.find((reason) => reason.isRetryable) ?? answered[0]
  if (best !== undefined) return best
  const hosts = Object.keys(error.innerErrors)
  const detail = hosts.length === 0 ? error.message : `no host answers (${hosts.join(", ")})`
  return new Unreachable({ detail, hosts, cause })
}

const reasonOfAuthentication = (error: DriverError, cause: unknown): CassandraReason => {
  // Cassandra reports this way that it could not read its own table of users; while it starts, that is temporary.
  if (error.message.includes("Unable to perform authentication")) {
    return new ReplicasUnavailable({ detail: "the cluster cannot check credentials just now", cause })
  }
  // The server's text quotes the user name: neither it nor the cause is kept.
  return new BadCredentials({ detail: "credentials refused, or missing", cause: undefined })
}

const reasonOfAnswer = (answer: ServerAnswer, cause: unknown): CassandraReason => {
  const detail = answer.message
  switch (answer.code) {
    case 0x0100:
      return reasonOfAuthentication({ ...asDriverError(cause), message: detail }, cause)
    case 0x1000:
      return new ReplicasUnavailable({ detail, cause })
    case 0x1001:
    case 0x1002: // bootstrapping
      return new Overloaded({ detail, cause })
    case 0x1100: // write timeout
    case 0x1200: // read timeout
      return new TimedOut({ detail, cause })
    case 0x1003: // truncation failed
    case 0x1300: // read failure
    case 0x1400: // function failure
    case 0x1500: // write failure
    case 0x1600: // change-data-capture is full
    case 0x1700: // outcome of a conditional write unknown
      return new ReplicaFailed({ detail, cause })
    case 0x2100:
      return new Unauthorized({ detail, cause })
    case 0x2200:
      return reasonOfInvalid(answer, cause)
    case 0x2000: // syntax
    case 0x2300: // configuration
    case 0x2400: // exists already
      return new StatementRefused({ detail, cause })
    case 0x2500:
      return new Unprepared({ detail, cause })
    default: // 0x0000 server error, 0x000A protocol error, and codes of later servers
      return new Faulty({ detail, cause })
  }
}

/** 0x2200 has many meanings; only the text identifies them. */
const reasonOfInvalid = ({ message: detail, coordinator }: ServerAnswer, cause: unknown): CassandraReason => {
  if (rowRefusals.some((text) => detail.startsWith(text))) return new MutationTooLarge({ detail, cause })
  if (/^keyspace .* does not exist/i.test(detail)) return new KeyspaceMissing({ detail, cause })
  if (/^(table .* does not exist|unconfigured (table|columnfamily))/i.test(detail)) {
    return new TableMissing({ detail, cause })
  }
  if (isTableChange(detail)) return new StatementRefused({ detail, cause })
  if (isDiskFull(detail)) return new DiskFull({ detail, cause })
  return new RequestInvalid({ detail, coordinator, cause })
}
