/** An address as settings write it. */

/** Where a node listens. */
export interface ContactPoint {
  readonly host: string
  readonly port: number
}

/** Reads a contact point. **Shape**: `host` or `host:port`, IPv6 as `[::1]:9042` or without a port and brackets. */
export const contactPointOf = (text: string): ContactPoint => {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? []
  return { host: bracketed ?? plain ?? text, port: Number(port ?? usualPort) }
}

const usualPort = 9042
