/** How many copies of each row a keyspace keeps. */
import { Option } from "effect"
import type { Replication } from "../../cassandra/Migrator.ts"
import type { Parser } from "../Parser.ts"
import { isDataCenterName } from "./CassandraName.ts"

/**
 * Reads a replication: one number for SimpleStrategy, or a number for each data centre.
 *
 * **Shape**: `1`, `dc1:3` or `dc1:3,dc2:3`; each factor from 1 to 100, each data centre once.
 */
export const replicationText: Parser<Replication> = {
  parse: (text) =>
    /^\d+$/.test(text)
      ? Option.map(toFactor(text), (factor) => ({ _tag: "Simple", factor }))
      : Option.map(toFactors(text), (factors) => ({ _tag: "PerDataCenter", factors })),
  allowed: "a number of copies from 1 to 100, or one for each data centre as in dc1:3,dc2:3",
  example: "dc1:3,dc2:3"
}

const toFactor = (text: string): Option.Option<number> => {
  const factor = Number(text)
  return /^\d{1,3}$/.test(text) && factor >= 1 && factor <= 100 ? Option.some(factor) : Option.none()
}

const toFactors = (text: string): Option.Option<Readonly<Record<string, number>>> => {
  const pairs = text.split(",").map((part) => {
    const [name = "", factor = "", ...rest] = part.split(":").map((piece) => piece.trim())
    return rest.length === 0 && isDataCenterName(name)
      ? Option.map(toFactor(factor), (copies) => [name, copies] as const)
      : Option.none()
  })
  return Option.flatMap(Option.all(pairs), (all) => {
    const names = new Set(all.map(([name]) => name))
    return names.size === all.length ? Option.some(Object.fromEntries(all)) : Option.none()
  })
}
