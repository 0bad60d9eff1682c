/** A command that is run until its end, or until its time is over. */
import { spawn } from "node:child_process"
import { type Duration, Effect, Option } from "effect"

/** How a command ended. */
export interface Ran {
  /** Undefined: its time was over, and it was ended. */
  readonly code: number | undefined
  /** What it wrote to standard output and standard error. */
  readonly output: string
}

/** Runs node on these arguments; with an interruption, or when its time is over, it and all it started are ended. */
export const runNode = (
  args: ReadonlyArray<string>,
  options: {
    readonly cwd: string
    readonly environment?: Readonly<Record<string, string>>
    readonly within: Duration.Input
  }
): Effect.Effect<Ran> => {
  let output = ""
  const started = Effect.acquireUseRelease(
    Effect.sync(() => {
      // A group of its own: the command starts others, which must not outlive it.
      const child = spawn(process.execPath, args, {
        cwd: options.cwd,
        env: { ...process.env, ...options.environment },
        stdio: ["ignore", "pipe", "pipe"],
        detached: true
      })
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          output += text
        })
      }
      const ended = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 1)))
      return { pid: child.pid, ended }
    }),
    ({ ended }) => Effect.promise(() => ended),
    ({ pid, ended }) => (pid === undefined ? Effect.void : endGroup(pid, ended))
  )
  return Effect.timeoutOption(started, options.within).pipe(
    Effect.map((code) => ({ code: Option.getOrUndefined(code), output }))
  )
}

/** Asks first, so that test servers are stopped by who started them. */
const endGroup = (pid: number, ended: Promise<number>): Effect.Effect<void> =>
  Effect.sync(() => signalGroup(pid, "SIGTERM")).pipe(
    Effect.andThen(
      Effect.timeoutOption(
        Effect.promise(() => ended),
        "20 seconds"
      )
    ),
    Effect.andThen(Effect.sync(() => signalGroup(pid, "SIGKILL")))
  )

const signalGroup = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-pid, signal)
  } catch {
    // Nobody of the group is left.
  }
}
