import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { counterfoil, until } from "../support/Counterfoil.ts"

/** Runs before the program, and writes to standard error whatever it likes, as libraries do, once a second. */
const noisy = [
  "--import",
  `data:text/javascript,${encodeURIComponent(`
    setInterval(() => {
      console.error("E | channel | No address added out of 2")
      process.stderr.write("half a line, ")
      process.emitWarning("use of something old", "DeprecationWarning")
    }, 200).unref()`)}`
]

const nobody = {
  PUBSUB_EMULATOR_HOST: "127.0.0.1:9",
  PUBSUB_PROJECT_ID: "none",
  CASSANDRA_CONTACT_POINTS: "127.0.0.1:9"
}

interface Line {
  readonly severity: string
  readonly message: string
}

/** Every line, read as JSON; each of them has to be that. */
const linesOf = (errors: string): ReadonlyArray<Line> => {
  const lines = errors.trimEnd().split("\n")
  expect(lines.filter((line) => !(line.startsWith("{") && line.endsWith("}")))).toEqual([])
  return lines.map((line) => JSON.parse(line))
}

describe("standard error that is no terminal", () => {
  it.live(
    "[G8] of a process that runs and is stopped holds JSON lines, and nothing that a library writes",
    () =>
      Effect.gen(function* () {
        const process = yield* counterfoil(["run"], nobody, { nodeArgs: noisy })
        yield* until(
          "what is unavailable",
          Effect.sync(() => process.stderr().includes("facts: unavailable")),
          "50 seconds",
          process.stderr
        )
        yield* process.signal("SIGTERM")
        expect(yield* process.ended).toEqual({ code: 0, signal: null })
        const messages = linesOf(process.stderr()).map(({ message }) => message)
        expect(messages.join("\n")).not.toMatch(/No address added|something old/)
      })
  )

  it.live("at Debug, what libraries write is there, as JSON too", () =>
    Effect.gen(function* () {
      const process = yield* counterfoil(["run"], { ...nobody, LOG_LEVEL: "Debug" }, { nodeArgs: noisy })
      yield* until(
        "the library's line",
        Effect.sync(() => process.stderr().includes("No address added")),
        "50 seconds",
        process.stderr
      )
      yield* process.signal("SIGTERM")
      yield* process.ended
      expect(linesOf(process.stderr())).toContainEqual(
        expect.objectContaining({ severity: "DEBUG", message: expect.stringContaining("No address added") })
      )
    })
  )

  it.live("of a process that ends with an error nobody caught has its report as a JSON line: exit 1", () =>
    Effect.gen(function* () {
      const throwing = `setInterval(() => {
        if (process.listenerCount("uncaughtException") > 0) throw new Error("from a library")
      }, 50).unref()`
      const nodeArgs = ["--import", `data:text/javascript,${encodeURIComponent(throwing)}`]
      const process = yield* counterfoil(["run"], nobody, { nodeArgs })
      expect(yield* process.ended).toEqual({ code: 1, signal: null })
      expect(linesOf(process.stderr()).at(-1)).toMatchObject({
        severity: "CRITICAL",
        message: expect.stringContaining("bug in Counterfoil"),
        stack_trace: expect.stringContaining("from a library")
      })
    })
  )

  it.live("of a command that fails has its error as a JSON line, and as text where that is asked for", () =>
    Effect.gen(function* () {
      for (const format of ["json", "pretty"]) {
        const command = yield* counterfoil(["facts", "count"], { ...nobody, LOG_FORMAT: format })
        expect(yield* command.ended).toEqual({ code: 1, signal: null })
        if (format === "pretty") expect(command.stderr()).toMatch(/^counterfoil: Cassandra[^\n]*\n$/)
        else
          expect(linesOf(command.stderr())).toEqual([
            expect.objectContaining({ severity: "ERROR", message: expect.stringMatching(/^Cassandra/) })
          ])
      }
    })
  )

  it.live(
    "of a demo has its introduction, addresses, dead letters and progress as JSON lines, and no warning",
    () =>
      Effect.gen(function* () {
        const cwd = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "counterfoil-json-"))),
          (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
        )
        const demo = yield* counterfoil(["demo", "--orders", "300", "--payments", "300"], {}, { cwd })
        expect(yield* demo.ended).toEqual({ code: 0, signal: null })
        const lines = linesOf(demo.stderr())
        expect(lines.map(({ severity }) => severity)).toEqual(lines.map(() => "INFO"))
        const messages = lines.map(({ message }) => message).join("\n")
        for (const said of ["Sample traffic: ", "fact table: ", "ready", "dead letter: unmatched-payment"])
          expect(messages).toContain(said)
      })
  )

  it.live("of a drain that cannot connect says what it waited for and gives up: exit 1", () =>
    Effect.gen(function* () {
      const drain = yield* counterfoil(["run", "--drain", "--connect-timeout", "10s"], {
        ...nobody,
        LOG_FORMAT: "pretty"
      })
      expect(yield* drain.ended).toEqual({ code: 1, signal: null })
      const [first, second] = drain.stderr().match(/^counterfoil: .*$/gm) ?? []
      expect(first).toMatch(/^counterfoil: run --drain gives up: for 10s \(--connect-timeout\)/)
      expect(second).toMatch(
        /^counterfoil: facts: unavailable: .*127\.0\.0\.1:9.*; check that Cassandra runs/
      )
    })
  )
})
