/** Who may see the page, and what of it. */
import { isIP, isIPv4 } from "node:net"
import { hostname } from "node:os"
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

/** Why dead letters are left out of what is shown; undefined where they are not. */
export const deadLettersHidden = ({ host }: Pick<HttpSettings, "host">): string | undefined =>
  isLoopback(host)
    ? undefined
    : "dead letters are shown on loopback only, and HTTP_HOST is not; `counterfoil dlq list` shows them"

/** Whether a host, as a name or an address, is this machine and no other can reach it. */
const isLoopback = (host: string): boolean => {
  const name = host.toLowerCase()
  return name === "localhost" || name === "::1" || (isIPv4(name) && name.startsWith("127."))
}

/** The host of a `Host` header, without its port; empty where it is none. */
const hostOf = (header = ""): string =>
  (/^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(header)?.slice(1).join("") ?? "").toLowerCase()

const shown = (name: string): string => name.replaceAll(/[^\w.:-]/g, "?").slice(0, 100)
