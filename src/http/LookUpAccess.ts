/** Who may look messages up over HTTP. */
import { hostOf, isLoopback } from "./HostName.ts"
import type { HttpSettings } from "./HttpSettings.ts"
import { isBearerOf, isCookieOf } from "./Token.ts"

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
  readonly cookie?: string | undefined
}

/**
 * Why a request for a look-up is refused; undefined where it is not.
 *
 * Where a token is set, whoever has it, or logged in with it, may ask, and nobody else. Where none is set, only this machine may: the server
 * listens on loopback, and the request names loopback as its host. A page of a browser that was lured to this machine by
 * a name of its own (DNS rebinding) names another, and does not know the token either.
 */
export const lookUpRefusal = (
  { host, token }: Pick<HttpSettings, "host" | "token">,
  headers: AccessHeaders
): Refusal | undefined => {
  if (token !== undefined) {
    if (isBearerOf(token, headers.authorization) || isCookieOf(token, headers.cookie)) return undefined
    return {
      status: 401,
      error: "a look-up here needs `Authorization: Bearer HTTP_TOKEN`, or a login on the page"
    }
  }
  if (!isLoopback(host)) {
    const error = "look-ups are off: HTTP_HOST is not loopback, and HTTP_TOKEN is not set. Set HTTP_TOKEN"
    return { status: 403, error }
  }
  return isLoopback(hostOf(headers.host))
    ? undefined
    : { status: 403, error: "without HTTP_TOKEN a look-up has to be asked for at 127.0.0.1 or localhost" }
}
