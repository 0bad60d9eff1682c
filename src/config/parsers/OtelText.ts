/** Values as the specification of OpenTelemetry has them. */
import { Option } from "effect"
import type { Parser } from "../Parser.ts"

/** Names with their values. */
export type Pairs = Readonly<Record<string, string>>

/** Reads pairs for the resource. **Shape**: `key=value,…`, both percent-encoded. */
export const resourcePairs: Parser<Pairs> = {
  parse: (text) => pairsOf(text, (key) => key !== ""),
  allowed: "pairs `key=value` with commas between them, percent-encoded",
  example: "deployment.environment.name=production,team=payments"
}

/** Reads headers of HTTP requests. **Shape**: as {@link resourcePairs}; the names as HTTP allows them. */
export const headerPairs: Parser<Pairs> = {
  parse: (text) =>
    Option.filter(
      pairsOf(text, (name) => /^[\w!#$&'*+.^`|~-]+$/.test(name)),
      (pairs) => Object.values(pairs).every((value) => /^[\t\x20-\x7e]*$/.test(value))
    ),
  allowed: "pairs `name=value` with commas between them, the values percent-encoded",
  example: "api-key=KEY"
}

/** Reads the address of a collector. A password in it would be refused by whoever sends, and shown in logs. */
export const collectorUrl = (example: string): Parser<string> => ({
  parse: (text) =>
    /^https?:\/\/[^@?#\s]+$/i.test(text) && URL.canParse(text) ? Option.some(text) : Option.none(),
  allowed:
    "an address that begins with http:// or https://, without user, password and query (OTEL_EXPORTER_OTLP_HEADERS takes keys)",
  example
})

const pairsOf = (text: string, isKey: (key: string) => boolean): Option.Option<Pairs> => {
  const pairs: Record<string, string> = {}
  for (const part of text.split(",")) {
    if (part.trim() === "") continue
    const separator = part.indexOf("=")
    const key = decoded(part.slice(0, Math.max(0, separator)))
    const value = decoded(part.slice(separator + 1))
    if (key === undefined || value === undefined || !isKey(key)) return Option.none()
    pairs[key] = value
  }
  return Option.some(pairs)
}

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text.trim())
  } catch {
    return undefined
  }
}
