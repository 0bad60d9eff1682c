/** Who may see the page, and what of it. */
import { isIP } from "node:net"
import { hostname } from "node:os"
import { hostOf, isLoopback } from "./HostName.ts"
import type { HttpSettings } from "./HttpSettings.ts"
import { isBearerOf, isCookieOf } from "./Token.ts"

/**
 * Why a request for the page is refused; undefined where it is not.
 *
 * A page of a browser that was lured to this process by a name of its own (DNS rebinding) names that name as its host.
 * So only names are answered that nobody else can give away: addresses, `localhost`, and those of this machine.
 */
export const pageRefusal = (
  { host }: Pick<HttpSettings, "host">,
  hostHeader: string | undefined
): string | undefined => {
  const asked = hostOf(hostHeader)
  if (isLoopback(asked)) return undefined
  const own = hostname().toLowerCase()
  const names = [host.toLowerCase(), own, own.split(".")[0]]
  if (!isLoopback(host) && (isIP(asked) !== 0 || names.includes(asked))) return undefined
  return `the page is not shown under the name "${shown(asked)}": open it by an address, as http://127.0.0.1 (kubectl port-forward leads there)`
}

/** The headers by which somebody shows that they know the token; undefined where a request has none. */
export interface TokenHeaders {
  readonly authorization?: string | undefined
  readonly cookie?: string | undefined
}

/** Whether dead letters, and the settings of an incident file, are left out: beyond loopback, without the token. */
export const isMasked = (
  { host, token }: Pick<HttpSettings, "host" | "token">,
  { authorization, cookie }: TokenHeaders
): boolean => {
  if (isLoopback(host)) return false
  return token === undefined || (!isBearerOf(token, authorization) && !isCookieOf(token, cookie))
}

const shown = (name: string): string => name.replaceAll(/[^\w.:-]/g, "?").slice(0, 100)
