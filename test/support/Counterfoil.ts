/** Runs the real command as a process of its own, as a person or a supervisor would: node on the bin. */
import { type ChildProcess, spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Data, Deferred, type Duration, Effect, Schedule, type Scope } from "effect"

/** How a process ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A running `counterfoil`. */
export interface CounterfoilProcess {
  readonly pid: number
  readonly stdout: () => string
  readonly stderr: () => string
  /** Suspends until it has ended. */
  readonly ended: Effect.Effect<Ended>
  readonly signal: (signal: NodeJS.Signals) => Effect.Effect<void>
  /** Most memory it had so far. **Units**: MiB of resident set; 0 once it has ended. */
  readonly peakMemory: () => number
  /** Memory it has now. **Units**: as `peakMemory`. */
  readonly memory: () => number
  /** Suspends until it serves HTTP, and answers where: `http://127.0.0.1:PORT`, or at the loopback address it was given. */
  readonly url: Effect.Effect<string>
}

/** A condition was not met in time. */
export class NotInTime extends Data.TaggedError("NotInTime")<{
  readonly what: string
  readonly state: string
}> {
  override get message(): string {
    return `${this.what} did not come about in time:\n${this.state}`
  }
}

/** The file users start. */
export const bin = join(import.meta.dirname, "..", "..", "bin", "counterfoil.js")

/** How a process is started. */
export interface CounterfoilOptions {
  readonly cwd?: string
  readonly nodeArgs?: ReadonlyArray<string>
  /** The file to start where it is not this repository's {@link bin}. */
  readonly bin?: string
}

/**
 * Starts `counterfoil ARGS` with nothing of this environment but PATH and HOME, and `environment`; SIGKILL at the end
 * of the scope.
 */
export const counterfoil = (
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {},
  options: CounterfoilOptions = {}
): Effect.Effect<CounterfoilProcess, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => start(args, environment, options)),
    ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
  ).pipe(Effect.map(({ child, output, ended }) => handle(child, output, ended)))

/** Suspends until `condition` holds, looking every 50 ms of real time. **Errors**: `NotInTime`. */
export const until = <E, R>(
  what: string,
  condition: Effect.Effect<boolean, E, R>,
  within: Duration.Input,
  state: () => string = () => ""
): Effect.Effect<void, E | NotInTime, R> =>
  condition.pipe(
    Effect.repeat({ schedule: Schedule.spaced("50 millis"), until: (met) => met }),
    Effect.asVoid,
    Effect.timeoutOrElse({
      duration: within,
      orElse: () => Effect.fail(new NotInTime({ what, state: state() }))
    })
  )

/**
 * Does something while a process stands still, and lets it go on.
 *
 * Requests that were on their way are given a second to be answered, so that none arrives in the middle.
 */
export const whileFrozen = <A, E, R>(
  { signal }: Pick<CounterfoilProcess, "signal">,
  work: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.andThen(signal("SIGSTOP"), Effect.sleep("1 second")),
    () => work,
    () => signal("SIGCONT")
  )

interface Output {
  stdout: string
  stderr: string
}

const start = (
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>>,
  options: CounterfoilOptions
) => {
  const command = [...(options.nodeArgs ?? []), options.bin ?? bin, ...args]
  const child = spawn(process.execPath, command, {
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: process.env["HOME"] ?? "",
      METADATA_SERVER_DETECTION: "none",
      HTTP_PORT: "0",
      ...environment
    },
    stdio: ["ignore", "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd })
  })
  const output: Output = { stdout: "", stderr: "" }
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text
  })
  const ended = Deferred.makeUnsafe<Ended>()
  child.once("close", (code, signal) => Deferred.doneUnsafe(ended, Effect.succeed({ code, signal })))
  return { child, output, ended }
}

const handle = (
  child: ChildProcess,
  output: Output,
  ended: Deferred.Deferred<Ended>
): CounterfoilProcess => ({
  pid: child.pid ?? 0,
  stdout: () => output.stdout,
  stderr: () => output.stderr,
  ended: Deferred.await(ended),
  signal: (signal) => Effect.sync(() => void child.kill(signal)),
  peakMemory: () => memoryOf(child.pid ?? 0, "VmHWM"),
  memory: () => memoryOf(child.pid ?? 0, "VmRSS"),
  url: Effect.suspend(() => {
    const found = () => /http:\/\/127(\.\d+){3}:\d+/.exec(output.stdout + output.stderr)?.[0]
    return until(
      "an HTTP address",
      Effect.sync(() => found() !== undefined),
      "60 seconds",
      () => output.stderr
    ).pipe(
      Effect.map(() => found() ?? ""),
      Effect.orDie
    )
  })
})

const memoryOf = (pid: number, field: "VmHWM" | "VmRSS"): number => {
  try {
    const found = new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))
    return Number(found?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}
