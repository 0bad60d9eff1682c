/** Names that end up in CQL, where they cannot be bound as parameters. */
import { Option } from "effect"
import type { Parser } from "../Parser.ts"

/**
 * Reads the name of a keyspace.
 *
 * **Shape**: a lower-case letter, then lower-case letters, digits and `_`, 48 at most: the same name with and
 * without quotes.
 */
export const keyspaceName: Parser<string> = {
  parse: (text) => (/^[a-z][a-z0-9_]{0,47}$/.test(text) ? Option.some(text) : Option.none()),
  allowed: "at most 48 lower-case letters, digits and _, a letter first",
  example: "ecom_store"
}

/** Reads the name of a data centre, as `nodetool status` shows it. */
export const dataCenterName: Parser<string> = {
  parse: (text) => (isDataCenterName(text) ? Option.some(text) : Option.none()),
  allowed: "at most 100 letters, digits, _, - and . (as `nodetool status` shows it)",
  example: "datacenter1"
}

/** Whether a text can be the name of a data centre, and so may stand between single quotes in CQL. */
export const isDataCenterName = (text: string): boolean => /^[A-Za-z0-9_.-]{1,100}$/.test(text)
