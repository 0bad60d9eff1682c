/** Reads the shape of a driver's error, without loading the driver. */

/** An error answer of a server: a code of the native protocol, and a text. */
export interface ServerAnswer {
  readonly code: unknown
  readonly message: string
  /** The host that answered, as `host:port`. */
  readonly coordinator: string | undefined
}

/** The properties that identify a driver error; `instanceof` would need the driver, which is loaded lazily. */
export interface DriverError extends ServerAnswer {
  readonly name: string
  /** Per host tried: an error, or a text, or nothing. */
  readonly innerErrors: Readonly<Record<string, unknown>>
  /** No answer came: the socket was refused, reset or closed. */
  readonly isConnectionError: boolean
}

/** Reads any thrown value; what is missing is empty. */
export const asDriverError = (cause: unknown): DriverError => {
  const error = isRecord(cause) ? cause : {}
  const innerErrors = error["innerErrors"]
  const code = error["code"]
  const coordinator = error["coordinator"]
  const message = typeof error["message"] === "string" ? firstLine(error["message"]) : String(cause)
  return {
    name: typeof error["name"] === "string" ? error["name"] : "",
    message,
    code,
    coordinator: typeof coordinator === "string" ? coordinator : undefined,
    innerErrors: isRecord(innerErrors) ? innerErrors : {},
    isConnectionError:
      error["isSocketError"] === true ||
      (typeof code === "string" && networkCodes.has(code)) ||
      connectionErrorTexts.some((text) => message.startsWith(text))
  }
}

/** The errors of the hosts that were tried, without those to which nothing was sent. */
export const errorsOfHosts = (innerErrors: Readonly<Record<string, unknown>>): ReadonlyArray<unknown> =>
  Object.values(innerErrors).filter((inner) => isRecord(inner))

/** What an error of a request says about the host that was asked. */
export interface HostVerdict {
  /** It is an answer of this very host. */
  readonly isAnswer: boolean
  /** The host could not serve, or did not answer: another may. */
  readonly blamesHost: boolean
}

/** What an error of a request says about the host at this address, to which it was sent first. */
export const verdictOn = (address: string, cause: unknown): HostVerdict => {
  if (!isResponse(cause)) return { isAnswer: false, blamesHost: true }
  // The driver went on to another host, which refused as well.
  if (cause["coordinator"] !== address) return { isAnswer: false, blamesHost: true }
  return { isAnswer: true, blamesHost: codesOfHosts.has(cause["code"]) }
}

/** Whether it is an error that a host answers to those alone whose login it takes. */
export const isAnswerToLoggedIn = (cause: unknown): boolean => isResponse(cause) && cause["code"] !== 0x0100

const isResponse = (cause: unknown): cause is Record<string, unknown> =>
  isRecord(cause) && cause["name"] === "ResponseError"

/** Server error, unavailable, overloaded, bootstrapping, read and write failure: of this host, or of what it can reach. */
const codesOfHosts: ReadonlySet<unknown> = new Set([0x0000, 0x1000, 0x1001, 0x1002, 0x1300, 0x1500])

/** Whether an error code of Node is one of TLS: an untrusted certificate, or no TLS at the other end. */
export const isTlsCode = (code: unknown): boolean => typeof code === "string" && tlsCodes.test(code)

/** Whether an error code of Node is an alert of the server about our certificate: one that is missing, or not trusted. */
export const isAlertAboutClient = (code: unknown): boolean =>
  typeof code === "string" && clientAlerts.test(code)

/** Error codes of Node for a wrong setting: a file that cannot be read, an invalid port. */
export const settingCodes: ReadonlySet<unknown> = new Set([
  "ENOENT",
  "EACCES",
  "EISDIR",
  "ERR_SOCKET_BAD_PORT"
])

/**
 * Whether an answer with code 0x2200 says that the table is not what the statement was made for: a column is missing,
 * or has another type.
 *
 * **Source**: Cassandra 5.0.8; "Unknown identifier" is Scylla's.
 */
export const isTableChange = (text: string): boolean =>
  /^(undefined column name|unknown (column|identifier)|expected \d+ or 0 byte)/i.test(text)

/**
 * Whether an answer with code 0x2200 says that a disk is full. It is about a replica, and never about a row.
 *
 * **Source**: Cassandra 4.1 and 5.0: "Guardrail replica_disk_usage violated: Write request failed because disk usage
 * exceeds failure threshold".
 */
export const isDiskFull = (text: string): boolean => /disk[ _]usage/i.test(text)

/**
 * The beginnings of answers with code 0x2200 that refuse one row because of its size, always and for every client.
 *
 * All other answers with this code ("Batch too large", "table … does not exist") are not about a row.
 * **Source**: Cassandra 5.0.8, observed; the guardrail's text from Cassandra's source.
 */
export const rowRefusals: ReadonlyArray<string> = [
  "Request is too big: length ",
  "Rejected an oversized mutation (",
  "Guardrail column_value_size violated: "
]

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null

// NoHostAvailableError prints its first inner error, stack and all.
const firstLine = (text: string): string => text.split("\n", 1)[0] ?? text

const networkCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EADDRNOTAVAIL"
])

// Errors of the driver that have a text only.
const connectionErrorTexts = [
  "No connection available",
  "Socket was closed",
  "Connection timeout",
  "Connection closed"
]

const clientAlerts =
  /^ERR_SSL_.*ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_REVOKED|CERTIFICATE_EXPIRED|CERTIFICATE_UNKNOWN|UNKNOWN_CA)$/

const tlsCodes =
  /^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|EPROTO$|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY|DECRYPT)_|HOSTNAME_MISMATCH$|INVALID_CA$)/
