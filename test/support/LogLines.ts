/** Collects log lines. */
import { Layer, Logger, References } from "effect"

/** A log line, and what it was annotated with. */
export interface LogLine {
  readonly level: string
  readonly text: string
  readonly annotations: Readonly<Record<string, unknown>>
}

/** A layer that writes log lines of this level and above to `lines`, and nowhere else. */
export const collectedIn = (lines: Array<LogLine>, level: "Debug" | "Info" = "Info"): Layer.Layer<never> =>
  Layer.mergeAll(
    Logger.layer([
      Logger.make(({ fiber, logLevel, message }) =>
        lines.push({
          level: logLevel,
          text: String(message),
          annotations: fiber.getRef(References.CurrentLogAnnotations)
        })
      )
    ]),
    Layer.succeed(References.MinimumLogLevel, level)
  )
