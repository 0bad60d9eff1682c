/** What can go wrong with Cassandra. Data without advice: what to do is the application's to say. */
import { Data } from "effect"

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
