/** Who may look messages up over HTTP. */
import { createHash, timingSafeEqual } from "node:crypto"
import { isIPv4 } from "node:net"
import { Redacted } from "effect"
import type { HttpSettings } from "./HttpSettings.ts"

/** Why a request is not answered. */
export interface Refusal {
  readonly status: 401 | 403
  /** For people; holds nothing of the token. */
  readonly error: string
}

/** The headers that decide it; undefined where a request has none. */
export interface AccessHeaders {
  readonly host?: string | undefined
  readonly authorization?: string | undefined
}

/**
 * Why a request for a look-up is refused; undefined where it is not.
 *
 * Where a token is set, whoever has it may ask, and nobody else. Where none is set, only this machine may: the server
 * listens on loopback, and the request names loopback as its host. A page of a browser that was lured to this machine by
 * a name of its own (DNS rebinding) names another, and does not know the token either.
 */
export const lookUpRefusal = (
  { host, token }: Pick<HttpSettings, "host" | "token">,
  headers: AccessHeaders
): Refusal | undefined => {
  if (token !== undefined) {
    if (isBearerOf(token, headers.authorization)) return undefined
    return { status: 401, error: "a look-up here needs `Authorization: Bearer HTTP_TOKEN`" }
  }
  if (!isLoopback(host)) {
    const error = "look-ups are off: HTTP_HOST is not loopback, and HTTP_TOKEN is not set. Set HTTP_TOKEN"
    return { status: 403, error }
  }
  return isLoopback(hostOf(headers.host))
    ? undefined
    : { status: 403, error: "without HTTP_TOKEN a look-up has to be asked for at 127.0.0.1 or localhost" }
}

/** Whether a host, as a name or an address, is this machine and no other can reach it. */
const isLoopback = (host: string): boolean => {
  const name = host.toLowerCase()
  return name === "localhost" || name === "::1" || (isIPv4(name) && name.startsWith("127."))
}

/** The host of a `Host` header, without its port. */
const hostOf = (header = ""): string =>
  /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(header)?.slice(1).join("") ?? ""

/** In a time that says nothing of how much of it is right: equally long digests are compared, all of them. */
const isBearerOf = (token: Redacted.Redacted, authorization = ""): boolean => {
  const given = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? ""
  return timingSafeEqual(digestOf(given), digestOf(Redacted.value(token)))
}

const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest()
