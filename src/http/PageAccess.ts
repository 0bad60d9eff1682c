/** Who may see the page, and what of it. */
import { createHash, timingSafeEqual } from "node:crypto"
import { isIP, isIPv4 } from "node:net"
import { hostname } from "node:os"
import { Redacted } from "effect"
import type { HttpSettings } from "./HttpSettings.ts"

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
  { authorization = "", cookie = "" }: TokenHeaders
): boolean => {
  if (isLoopback(host)) return false
  if (token === undefined) return true
  const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? ""
  const remembered = /(?:^|;\s*)counterfoil=([0-9a-f]+)/.exec(cookie)?.[1] ?? ""
  return !isToken(token, bearer) && !isSame(remembered, proofOf(token))
}

/** Whether this is the token; in a time that says nothing of how much of it is right. */
export const isToken = (token: Redacted.Redacted, given: string): boolean =>
  isSame(given, Redacted.value(token))

/** What a browser keeps in place of the token: who finds it can see the page, and does not learn the token. */
export const proofOf = (token: Redacted.Redacted): string =>
  digestOf(`the page: ${Redacted.value(token)}`).toString("hex")

/** Equally long digests are compared, all of them. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(digestOf(one), digestOf(other))

const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest()

/** Whether a host, as a name or an address, is this machine and no other can reach it. */
const isLoopback = (host: string): boolean => {
  const name = host.toLowerCase()
  return name === "localhost" || name === "::1" || (isIPv4(name) && name.startsWith("127."))
}

/** The host of a `Host` header, without its port; empty where it is none. */
const hostOf = (header = ""): string =>
  (/^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(header)?.slice(1).join("") ?? "").toLowerCase()

const shown = (name: string): string => name.replaceAll(/[^\w.:-]/g, "?").slice(0, 100)
