import { EventEmitter } from "node:events"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { captureLibraryOutput } from "../../src/cli/LibraryOutput.ts"

/** A process whose standard error keeps what is written to it. */
const fakeProcess = () => {
  const written: Array<string> = []
  const warnings: Array<string> = []
  const exits: Array<number> = []
  const stderr = { write: (text: string) => written.push(text) > 0 }
  const output = Object.assign(new EventEmitter(), { stderr, exit: (code: number) => exits.push(code) })
  output.on("warning", ({ message }: Error) => warnings.push(message))
  return { output: output as unknown as NodeJS.Process, written, warnings, exits }
}

const captured = Effect.gen(function* () {
  const { exits, output, warnings, written } = fakeProcess()
  const lines: Array<string> = []
  const scope = yield* Scope.make()
  yield* Scope.provide(
    captureLibraryOutput((level, line) => lines.push(`${level} ${line}`), output),
    scope
  )
  return { exits, output, warnings, written, lines, end: Scope.close(scope, Exit.void) }
})

const warningOf = (name: string, message: string) => Object.assign(new Error(message), { name })

describe("what libraries write on standard error", () => {
  it.effect("is handed over line by line, and the last half line at the end", () =>
    Effect.gen(function* () {
      const { end, lines, output, written } = yield* captured
      output.stderr.write("E No address added\nsecond ")
      output.stderr.write(Buffer.from("line\n\n"))
      output.stderr.write("no end")
      expect(lines).toEqual(["Debug E No address added", "Debug second line"])
      yield* end
      expect(lines.at(-1)).toBe("Debug no end")
      output.stderr.write("after")
      expect(written).toEqual(["after"])
    })
  )

  it.effect("who waits for the end of a write is told", () =>
    Effect.gen(function* () {
      const { output } = yield* captured
      yield* Effect.callback<void>((resume) => {
        output.stderr.write("a line\n", () => resume(Effect.void))
      })
    })
  )

  it.effect("Node's warnings are lines too: a note about a feature at Debug, another at Warn", () =>
    Effect.gen(function* () {
      const { end, lines, output, warnings } = yield* captured
      output.emit("warning", warningOf("ExperimentalWarning", "SQLite is experimental"))
      output.emit("warning", warningOf("MaxListenersExceededWarning", "11 listeners"))
      expect(lines).toEqual([
        "Debug Node: ExperimentalWarning: SQLite is experimental",
        "Warn Node: MaxListenersExceededWarning: 11 listeners"
      ])
      expect(warnings).toEqual([])
      yield* end
      output.emit("warning", warningOf("Warning", "as before"))
      expect(warnings).toEqual(["as before"])
    })
  )

  it.effect("an error that nobody caught is a report of a bug, and ends the process with 1", () =>
    Effect.gen(function* () {
      const { exits, lines, output } = yield* captured
      output.emit("uncaughtException", new Error("from a library"))
      expect(lines).toEqual([expect.stringMatching(/^Fatal this is a bug in Counterfoil/)])
      expect(exits).toEqual([1])
    })
  )
})
