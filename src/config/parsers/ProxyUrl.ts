/** What the gRPC library makes of the usual variables about proxies. */
import { Option } from "effect"
import type { Parser } from "../Parser.ts"

/**
 * Reads the address of an HTTP proxy, without user name and password. Takes any text, since other programs
 * read the variable too: what the gRPC library does not accept, such as another scheme, counts as no proxy.
 *
 * **Source**: `http_proxy.ts` of @grpc/grpc-js 1.14.
 */
export const httpProxy: Parser<Option.Option<string>> = {
  parse: (text) => {
    if (!URL.canParse(text)) return Option.some(Option.none())
    const { protocol, hostname, port } = new URL(text)
    return Option.some(
      protocol === "http:" ? Option.some(`${hostname}:${port === "" ? "80" : port}`) : Option.none()
    )
  },
  allowed: "any text; only an `http://` address is a proxy",
  example: "http://proxy.example:3128"
}

/** Reads the ends of host names. **Source**: as {@link httpProxy}: blanks count. */
export const hostSuffixes: Parser<ReadonlyArray<string>> = {
  parse: (text) => Option.some(text.split(",")),
  allowed: "any text",
  example: "localhost,googleapis.com"
}
