/** Writes log lines to standard error: for people on a terminal, else one JSON object each, and nothing beside them. */
import {
  Array as Arr,
  Cause,
  Clock,
  Context,
  Effect,
  Formatter,
  Layer,
  Logger,
  LogLevel,
  Option,
  References
} from "effect"
import type { LogSettings } from "../config/Settings.ts"
import { escaped, escapedJson } from "./Escaped.ts"
import { captureLibraryOutput, type WriteLibraryLine } from "./LibraryOutput.ts"
import { type Paint, Screen } from "./Screen.ts"

/** How lines on standard error are written; as text until the settings are read. */
export const LogFormat = Context.Reference<"pretty" | "json">("counterfoil/cli/LogFormat", {
  defaultValue: () => "pretty"
})

/** Log lines as the settings say, and no others. Standard output stays free for data. */
export const layerLogging = (settings: LogSettings): Layer.Layer<never> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const screen = yield* Screen
      const clock = yield* Clock.Clock
      const format = Option.getOrElse(settings.format, () => (screen.isTerminal ? "pretty" : "json"))
      const render = format === "pretty" ? prettyLine(screen) : jsonLine
      const logger = Logger.make<unknown, void>((options) => screen.writeLine(render(entryOf(options))))
      const writeLibraryLine: WriteLibraryLine = (level, message, cause = "") => {
        if (LogLevel.isLessThan(level, settings.level)) return
        const date = new Date(clock.currentTimeMillisUnsafe())
        screen.writeLine(render({ level, date, message, annotations: [], cause }))
      }
      return Layer.mergeAll(
        Logger.layer([logger]),
        Layer.succeed(References.MinimumLogLevel, settings.level),
        Layer.succeed(LogFormat, format),
        Layer.effectDiscard(captureLibraryOutput(writeLibraryLine))
      )
    })
  )

/**
 * Writes what a command says to who started it, whatever the level of the log: as it is, or as a JSON object among
 * those of the log.
 *
 * **Shape**: `text` may have several lines; as JSON, that of an error is one object for each, `stack` apart.
 */
export const say = (level: "Info" | "Error" | "Fatal", text: string, stack = ""): Effect.Effect<void> =>
  Effect.gen(function* () {
    const screen = yield* Screen
    const date = new Date(yield* Clock.currentTimeMillis)
    const isJson = (yield* LogFormat) === "json"
    for (const message of text.split("\n")) {
      if (isJson) screen.writeLine(jsonLine({ level, date, message, annotations: [], cause: stack }))
      else screen.writeLine(level === "Info" ? escaped(message) : `counterfoil: ${escaped(message)}`)
    }
    if (!isJson && stack !== "") for (const line of stack.split("\n")) screen.writeLine(escaped(line))
  })

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
  if (typeof value === "bigint") return String(value)
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
