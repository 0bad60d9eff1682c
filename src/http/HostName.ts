/** The names under which a process is asked, and which of them mean this machine. */
import { isIPv4 } from "node:net"

/** Whether a host, as a name or an address, is this machine and no other can reach it. */
export const isLoopback = (host: string): boolean => {
  const name = host.toLowerCase()
  return name === "localhost" || name === "::1" || (isIPv4(name) && name.startsWith("127."))
}

/** The host of a `Host` header in lower case, without its port; empty where it is none. */
export const hostOf = (header = ""): string =>
  (/^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(header)?.slice(1).join("") ?? "").toLowerCase()
