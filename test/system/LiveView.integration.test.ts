/** What `demo` shows of itself on a terminal. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { PlainTerminal } from "../support/PlainTerminal.ts"
import { freePorts } from "../support/Ports.ts"
import { describeOnTerminal, onTerminal, type TerminalOptions } from "../support/PseudoTerminal.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "counterfoil-terminal-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** A demo of some seconds. */
const demoOn = Effect.fnUntraced(function* (options: Omit<TerminalOptions, "cwd">) {
  const cwd = yield* folder
  const [port = 0] = yield* freePorts(1)
  const args = `demo --orders 400 --payments 400 --rate 150 --seed 1 --port ${port}`
  const written = yield* onTerminal(args, { ...options, cwd })
  return { written, cwd }
})

/** The view's first line, wherever it was drawn. */
const drawn = /[✓!✕…■] (?:Well|Starting|It works|Stopping)/g

/** What ends up on a terminal of this width. */
const shownAt = (columns: number, written: string): ReadonlyArray<string> => {
  const terminal = new PlainTerminal(columns)
  terminal.write(written)
  return terminal.lines()
}

describeOnTerminal("the live view on a terminal", { concurrent: true }, () => {
  it.live(
    "says how it is, anew each second, damages no line of the log, and is gone at the end",
    () =>
      Effect.gen(function* () {
        const { written } = yield* demoOn({ columns: 80 })
        const seconds = written.match(drawn)?.length ?? 0
        assert.isAbove(seconds, 3, written)
        assert.match(written, /✓ Well\. [\d,]+ orders a second stored, /)
        assert.match(written, /last dead letter \d+ s ago: [a-z-]+ \(/)
        const lines = shownAt(80, written)
        assert.notMatch(lines.join("\n"), drawn)
        // The dead letters of the log, one of each reason.
        for (const reason of ["schema-violation", "unmatched-payment"])
          assert.lengthOf(
            lines.filter((line) => line.includes(`INFO  dead letter: ${reason}`)),
            1,
            lines.join("\n")
          )
        assert.isTrue(
          lines.some((line) => /^order-stored +4\d\d +0$/.test(line)),
          lines.join("\n")
        )
        assert.match(lines.at(-2) ?? "", /^ {2}npx counterfoil dlq list --demo/)
      }).pipe(Effect.scoped),
    120_000
  )

  it.live(
    "goes on where the terminal becomes narrower",
    () =>
      Effect.gen(function* () {
        const { written } = yield* demoOn({ columns: 100, resized: { seconds: 10, columns: 40 } })
        const [, ...views] = written.split(/(?=[✓!✕…■] (?:Well|Starting|It works|Stopping))/)
        const last = views.at(-1) ?? ""
        const [first = ""] = last.split("\n")
        assert.isAtMost(first.trimEnd().length, 40, last)
        assert.isTrue(views.some((view) => (view.split("\n")[0] ?? "").trimEnd().length > 40))
      }).pipe(Effect.scoped),
    120_000
  )

  it.live.each([
    ["standard output goes elsewhere", { outputTo: "fates.txt" }],
    ["CI is set", { environment: { CI: "true" } }],
    ["the terminal is a dumb one", { environment: { TERM: "dumb" } }],
    ["the log is JSON", { environment: { LOG_FORMAT: "json" } }]
  ] as const)(
    "there is none where %s",
    ([, options]) =>
      Effect.gen(function* () {
        const { cwd, written } = yield* demoOn({ columns: 80, ...options })
        assert.notMatch(written, drawn)
        if ("outputTo" in options)
          assert.match(readFileSync(join(cwd, "fates.txt"), "utf8"), /^order-stored/m)
        else assert.notInclude(written, "\u001b[")
      }).pipe(Effect.scoped),
    120_000
  )
})
