/** What libraries and Node itself write on standard error becomes log lines, so that nothing else is among those. */
import { Effect, type Scope } from "effect"

/** Writes a line that a library wrote, a warning of Node's, or an error that nobody caught, which has a stack. */
export type WriteLibraryLine = (level: "Debug" | "Warn" | "Fatal", line: string, stack?: string) => void

/**
 * Hands every line that is written to standard error past {@link Screen} to `write`, until the scope closes.
 *
 * What libraries print there (gRPC about a connection that failed) is at Debug: what matters of it is reported by
 * errors and by health. So are Node's notes that a feature is experimental or deprecated, which nobody who runs this
 * can do anything about; its other warnings hint at a bug. An error that nobody caught ends the process as it always
 * does, with exit code 1.
 */
export const captureLibraryOutput = (
  write: WriteLibraryLine,
  output: NodeJS.Process = process
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.sync(() => capture(write, output)),
      (end) => Effect.sync(end)
    )
  )

const capture = (write: WriteLibraryLine, output: NodeJS.Process): (() => void) => {
  const { stderr } = output
  const writeBefore = stderr.write
  const listenersBefore = output.listeners("warning")
  let rest = ""

  const take = (text: string): void => {
    const lines = `${rest}${text}`.split("\n")
    rest = lines.pop() ?? ""
    for (const line of lines) if (line.trim() !== "") write("Debug", line)
  }
  stderr.write = (chunk: string | Uint8Array, ...more: ReadonlyArray<unknown>): boolean => {
    take(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"))
    const whenWritten = more.find((argument) => typeof argument === "function")
    if (whenWritten !== undefined) process.nextTick(whenWritten)
    return true
  }
  const onWarning = ({ message, name }: Error): void =>
    write(notes.has(name) ? "Debug" : "Warn", `Node: ${name}: ${message}`)
  const onUncaught = (error: unknown): void => {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    write("Fatal", bugSentence, stack)
    output.exit(1)
  }
  output.removeAllListeners("warning")
  output.on("warning", onWarning)
  output.on("uncaughtException", onUncaught)

  return () => {
    if (rest !== "") take("\n")
    stderr.write = writeBefore
    output.off("warning", onWarning)
    output.off("uncaughtException", onUncaught)
    for (const listener of listenersBefore) output.on("warning", listener as NodeJS.WarningListener)
  }
}

/** What is said of a bug before its details. */
export const bugSentence = "this is a bug in Counterfoil; please report it with these lines"

const notes: ReadonlySet<string> = new Set(["ExperimentalWarning", "DeprecationWarning"])
