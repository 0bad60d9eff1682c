/** Runs a command of `counterfoil` on a pseudo-terminal, as a person sees it. */
import { spawn, spawnSync } from "node:child_process"
import { join } from "node:path"
import { Effect } from "effect"
import { describe } from "vitest"

const isThere = spawnSync("script", ["--version"]).status === 0

if (!isThere) {
  const reason = "no `script` is installed, which makes pseudo-terminals (Debian: apt-get install bsdutils)"
  if (process.env["REQUIRE_SERVICES"] === "1") throw new Error(`REQUIRE_SERVICES=1, and ${reason}`)
  process.stderr.write(`SKIPPED: ${reason}\n`)
}

/** `describe` for tests that need a pseudo-terminal. With REQUIRE_SERVICES=1 they fail where there is none. */
export const describeOnTerminal = describe.skipIf(!isThere)

/** How a command is run on a terminal. */
export interface TerminalOptions {
  readonly cwd: string
  readonly columns: number
  readonly environment?: Readonly<Record<string, string>>
  /** Another width that the terminal gets after so many seconds. */
  readonly resized?: { readonly seconds: number; readonly columns: number }
  /** Sends standard output there in place of the terminal. */
  readonly outputTo?: string
}

/** Runs it to its end; answers everything that was written to the terminal. */
export const onTerminal = (args: string, options: TerminalOptions): Effect.Effect<string> =>
  Effect.callback((resume) => {
    const { columns, cwd, environment, outputTo, resized } = options
    const resize =
      resized === undefined ? "" : `(sleep ${resized.seconds}; stty cols ${resized.columns} <"$T") & `
    const output = outputTo === undefined ? "" : ` >${outputTo}`
    const program = `${process.execPath} ${join(import.meta.dirname, "../../bin/counterfoil.js")}`
    const script = `T=$(tty); stty cols ${columns} rows 24; ${resize}exec ${program} ${args}${output}`
    const started = spawn("script", ["-qefc", script, "/dev/null"], {
      cwd,
      env: {
        ...process.env,
        CI: "",
        NO_COLOR: "1",
        TERM: "xterm",
        SHELL: "/bin/sh",
        LOG_FORMAT: "",
        ...environment
      },
      stdio: ["ignore", "pipe", "inherit"]
    })
    let written = ""
    started.stdout.setEncoding("utf8").on("data", (text: string) => {
      written += text
    })
    started.on("close", () => resume(Effect.succeed(written)))
    return Effect.sync(() => void started.kill("SIGKILL"))
  })
