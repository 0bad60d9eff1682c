/** Classifies the errors of Google's client. */
import {
  AccessDenied,
  CredentialsMissing,
  CredentialsRefused,
  noAnswer,
  ProjectUnknown,
  type PubSubReason,
  PubSubUnavailable,
  RequestRejected,
  ResourceMissing
} from "../../PubSubError.ts"
import type { Proxy } from "../GoogleSettings.ts"

/**
 * The reason of an error of Google's client.
 *
 * **Shape**: a gRPC status or gax error (`code` a gRPC status number), or an error of the authentication library
 * (no number). Whatever is unknown counts as unavailable: trying again is safe, giving up is not.
 * A connection that failed names the proxy it went through, if there is one. So do credentials that cannot be had for a
 * moment: the server that gives them out may be busy. Only what that server itself says to be refused is so for good.
 *
 * **Source**: `google.rpc.Code`; the codes Google's own subscriber retries.
 */
export const classify = (error: unknown, proxy?: Proxy): PubSubReason => {
  const text = textOf(error)
  // gRPC reports credentials that cannot be had under whatever code it finds: only the text tells.
  if (absentCredentials.test(text)) return new CredentialsMissing({ cause: error })
  if (absentProject.test(text)) return new ProjectUnknown({ detail: "no project was found", cause: error })
  if (isLocal(error)) {
    if (refusedCredentials.test(text)) return new CredentialsRefused({ cause: error })
    return new PubSubUnavailable({ detail: awaitedCredentials(text) + throughProxy(proxy), cause: error })
  }
  const code = codeOf(error)
  switch (code) {
    case undefined:
    case Status.Cancelled:
    case Status.DeadlineExceeded:
    case Status.Unavailable:
      return new PubSubUnavailable({ detail: noAnswer + throughProxy(proxy), cause: error })
    case Status.ResourceExhausted:
      // Of a quota: it passes. Of the server's limit on one request: that never does.
      return tooLarge.test(text)
        ? new RequestRejected({ detail: text, cause: error })
        : new PubSubUnavailable({ detail: refusal(code, text), cause: error })
    case Status.InvalidArgument:
    case Status.AlreadyExists:
    case Status.FailedPrecondition:
    case Status.OutOfRange:
    case Status.Unimplemented:
      return new RequestRejected({ detail: text, cause: error })
    case Status.NotFound:
      return new ResourceMissing({ cause: error })
    case Status.PermissionDenied:
      return new AccessDenied({ cause: error })
    case Status.Unauthenticated:
      return new CredentialsRefused({ cause: error })
    default:
      return new PubSubUnavailable({ detail: refusal(code, text), cause: error })
  }
}

/**
 * Whether a call failed on this side, before anything was asked: there was no access token for it. Whatever its code, it
 * is no word of the server.
 */
export const isLocal = (error: unknown): boolean => {
  const text = textOf(error)
  const code = codeOf(error)
  // Else it would do to give a subscription such a name.
  const isOfServer = code !== undefined && code <= Status.Unauthenticated
  return noToken.test(text) || (!isOfServer && refusedCredentials.test(text))
}

/**
 * Whether a call that was under way ended without the server's word: what it sent last may be lost.
 *
 * gRPC gives such an end the status of a server that is unavailable, and a text of its own.
 */
export const isCutOff = ({ code, details }: { readonly code: number; readonly details: string }): boolean =>
  notOfServers.has(code) || (code !== Status.Ok && cutOffTexts.test(details))

/** What is added where a proxy stands between: it may be that which does not answer, or does not let us through. */
export const throughProxy = (proxy: Proxy | undefined): string =>
  proxy === undefined ? "" : ` through the proxy ${proxy.address} (${proxy.variable})`

/** The gRPC status number of an error; undefined where it has none. */
export const codeOf = (error: unknown): number | undefined =>
  hasProperty(error, "code") && typeof error.code === "number" ? error.code : undefined

/** The gRPC status numbers that are told apart here. */
export const Status = {
  Ok: 0,
  Cancelled: 1,
  InvalidArgument: 3,
  DeadlineExceeded: 4,
  NotFound: 5,
  AlreadyExists: 6,
  PermissionDenied: 7,
  ResourceExhausted: 8,
  FailedPrecondition: 9,
  OutOfRange: 11,
  Unimplemented: 12,
  Unavailable: 14,
  Unauthenticated: 16
} as const

/**
 * What an exactly-once subscription says about single acknowledgement ids: id → `PERMANENT_FAILURE_…` or
 * `TRANSIENT_FAILURE_…`. Empty for any other error.
 */
export const failedAckIds = (error: unknown): ReadonlyMap<string, AckFailure> => {
  const failures = new Map<string, AckFailure>()
  if (!hasProperty(error, "errorInfoMetadata")) return failures
  const metadata = error.errorInfoMetadata
  if (typeof metadata !== "object" || metadata === null) return failures
  for (const [ackId, failure] of Object.entries(metadata)) {
    if (typeof failure !== "string") continue
    if (failure.startsWith("TRANSIENT_FAILURE_")) failures.set(ackId, "transient")
    // What Pub/Sub calls an invalid id is one whose lease has ended.
    else if (failure === "PERMANENT_FAILURE_INVALID_ACK_ID") failures.set(ackId, "ended")
    else if (failure.startsWith("PERMANENT_FAILURE_")) failures.set(ackId, "refused")
  }
  return failures
}

/** Why it failed: for a while, because its lease has ended, or for good for another reason. */
type AckFailure = "transient" | "ended" | "refused"

const textOf = (error: unknown): string => {
  if (hasProperty(error, "details") && typeof error.details === "string" && error.details !== "") {
    return error.details
  }
  return error instanceof Error ? error.message : String(error)
}

const refusal = (code: number, text: string): string =>
  `Pub/Sub refused it just now (status ${code}: ${text})`

const tooLarge = /message larger than max/i
const absentCredentials = /Could not load the default credentials|Unable to read the credential file/i
const absentProject = /Unable to detect a Project Id/i
// gRPC's words for a token that could not be had, and the authentication library's own.
const noToken = /^(?:Getting metadata from plugin failed|Could not refresh access token)/
// RFC 6749, and Google's own of a session that asks for the person anew.
const refusedCredentials = /\b(?:invalid_grant|invalid_client|invalid_rapt|unauthorized_client)\b/

/** Without the text, which may be a whole page: what failed for people to look at is that server. */
const awaitedCredentials = (text: string): string => {
  const status = /status code (\d{3})\b/.exec(text)?.[1]
  return `no access token is to be had just now${status === undefined ? "" : ` (HTTP ${status})`}`
}

const hasProperty = <Name extends string>(value: unknown, name: Name): value is Record<Name, unknown> =>
  typeof value === "object" && value !== null && name in value

/** Cancelled, unknown, resource exhausted, internal: what gRPC calls an end that something on the way has made. */
const notOfServers: ReadonlySet<number> = new Set([1, 2, 8, 13])

const cutOffTexts =
  /^(?:Connection dropped|Received RST_STREAM|Call ended without gRPC status|(?:read|write) E[A-Z]+|Stream removed|Keepalive timeout)/i
