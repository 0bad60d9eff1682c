/** Writes log lines to standard error: for people on a terminal, else one JSON object each. */
import {
  Array as Arr,
  Cause,
  Effect,
  Formatter,
  Layer,
  Logger,
  type LogLevel,
  Option,
  References
} from "effect"
import type { LogSettings } from "../config/Settings.ts"
import { escaped, escapedJson } from "./Escaped.ts"
import { type Paint, Screen } from "./Screen.ts"

/** Log lines as the settings say, and no others. Standard output stays free for data. */
export const layerLogging = (settings: LogSettings): Layer.Layer<never> =>
  Layer.unwrap(
    Effect.map(Screen, (screen) => {
      const format = Option.getOrElse(settings.format, () => (screen.isTerminal ? "pretty" : "json"))
      const render = format === "pretty" ? prettyLine(screen) : jsonLine
      const logger = Logger.make<unknown, void>((options) => screen.writeLine(render(entryOf(options))))
      return Layer.mergeAll(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, settings.level))
    })
  )

interface Entry {
  readonly level: LogLevel.LogLevel
  readonly date: Date
  readonly message: string
  readonly annotations: ReadonlyArray<readonly [name: string, value: unknown]>
  /** Empty where nothing failed. */
  readonly cause: string
}

const entryOf = ({ logLevel, date, message, fiber, cause }: Logger.Options<unknown>): Entry => ({
  level: logLevel,
  date,
  message: Arr.ensure(message).map(textOf).join(" "),
  annotations: Object.entries(fiber.getRef(References.CurrentLogAnnotations)),
  cause: cause.reasons.length === 0 ? "" : Cause.pretty(cause)
})

const textOf = (value: unknown): string => {
  if (typeof value === "string") return value
  return value instanceof Error ? value.message : Formatter.format(value)
}

/** Severities as Google Cloud Logging spells them. */
const severities: Readonly<Record<LogLevel.LogLevel, string>> = {
  All: "DEFAULT",
  Fatal: "CRITICAL",
  Error: "ERROR",
  Warn: "WARNING",
  Info: "INFO",
  Debug: "DEBUG",
  Trace: "DEBUG",
  None: "DEFAULT"
}

// Annotations come first, so that one with the name of a field of ours does not replace it.
const jsonLine = (entry: Entry): string =>
  escapedJson({
    ...Object.fromEntries(entry.annotations.map(([name, value]) => [name, plain(value)])),
    severity: severities[entry.level],
    timestamp: entry.date.toISOString(),
    message: entry.message,
    ...(entry.cause === "" ? {} : { stack_trace: entry.cause })
  })

const plain = (value: unknown): unknown =>
  typeof value === "number" || typeof value === "boolean" || typeof value === "bigint" ? value : textOf(value)

const prettyLine =
  (screen: Screen) =>
  (entry: Entry): string => {
    const time = entry.date.toTimeString().slice(0, 8)
    const level = entry.level.toUpperCase().padEnd(5)
    const paint = paints[entry.level]
    const annotations = entry.annotations.map(([name, value]) => ` ${name}=${quoted(textOf(value))}`).join("")
    const first = [
      screen.painted("dim", time),
      paint === undefined ? level : screen.painted(paint, level),
      `${escaped(entry.message)}${annotations === "" ? "" : screen.painted("dim", escaped(annotations))}`
    ].join(" ")
    return [first, ...causeLines(entry.cause)].join("\n")
  }

const causeLines = (cause: string): ReadonlyArray<string> =>
  cause === "" ? [] : cause.split("\n").map((line) => `  ${escaped(line)}`)

const quoted = (text: string): string => (/^[^\s"=]+$/.test(text) ? text : JSON.stringify(text))

const paints: Readonly<Partial<Record<LogLevel.LogLevel, Paint>>> = {
  Fatal: "red",
  Error: "red",
  Warn: "yellow",
  Debug: "dim",
  Trace: "dim"
}
