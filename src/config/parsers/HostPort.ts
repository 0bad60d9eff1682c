/** Names of machines, with or without a port. */
import { isIPv4, isIPv6 } from "node:net"
import { Option } from "effect"
import type { Parser } from "../Parser.ts"

/**
 * Reads a comma-separated list of `host` or `host:port`, into the forms the Cassandra driver understands.
 *
 * **Shape**: `db1,db2:9043,10.0.0.1,[::1]:9042`; blanks around commas are ignored, duplicates are removed. An
 * IPv6 address with a port needs its brackets; without a port they are removed.
 */
export const contactPoints: Parser<ReadonlyArray<string>> = {
  parse: (text) => {
    const points = text.split(",").map((point) => normalized(point.trim()))
    return Option.map(Option.all(points), (all) => [...new Set(all)])
  },
  allowed: "a list of host[:port], separated by commas (IPv6 as [::1]:9042)",
  example: "cassandra-1:9042,cassandra-2:9042"
}

/** Reads one `host:port`, as Google's `PUBSUB_EMULATOR_HOST` wants it: without a scheme. */
export const hostAndPort: Parser<string> = {
  parse: (text) => Option.filter(normalized(text), (point) => /:\d+$/.test(point) && !isIPv6(point)),
  allowed: "host:port, without http:// before it",
  example: "localhost:8085"
}

/** Reads an address to listen on: a host name or an IP address, without a port. */
export const listenAddress: Parser<string> = {
  parse: (text) => (isIPv6(text) || isHost(text) ? Option.some(text) : Option.none()),
  allowed: "a host name or IP address, without a port",
  example: "0.0.0.0"
}

const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/
const plain = /^([^:[\]]+)(?::(\d{1,5}))?$/
const hostName = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*\.?$/i

const normalized = (point: string): Option.Option<string> => {
  if (isIPv6(point)) return Option.some(point)
  const [, address, addressPort] = bracketed.exec(point) ?? []
  if (address !== undefined) {
    if (!isIPv6(address) || !isPort(addressPort)) return Option.none()
    return Option.some(addressPort === undefined ? address : `[${address}]:${addressPort}`)
  }
  const [, host, hostPort] = plain.exec(point) ?? []
  return host !== undefined && isHost(host) && isPort(hostPort) ? Option.some(point) : Option.none()
}

const isHost = (text: string): boolean => isIPv4(text) || (hostName.test(text) && !/^[\d.]+$/.test(text))

const isPort = (text: string | undefined): boolean =>
  text === undefined || (Number(text) >= 1 && Number(text) <= 65_535)
