/** What an error of the driver means. The only place that knows codes and texts of servers. */
import {
  BadCredentials,
  CassandraError,
  type CassandraReason,
  ClientCertificateRefused,
  DiskFull,
  Faulty,
  KeyspaceMissing,
  MutationTooLarge,
  Overloaded,
  ReplicaFailed,
  ReplicasUnavailable,
  RequestInvalid,
  SettingsRefused,
  StatementRefused,
  TableMissing,
  TimedOut,
  TlsFailed,
  Unauthorized,
  Unprepared,
  Unreachable,
  WrongDataCenter
} from "../CassandraError.ts"
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
} from "./DriverError.ts"

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
