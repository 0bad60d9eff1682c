/** Runs a real server as a process of its own for as long as a scope lives. */
import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs"
import { Data, Deferred, type Duration, Effect, Exit, Schedule, type Scope } from "effect"
import { isFree } from "./Ports.ts"

/** A server could not be had: a program is missing, or it ended or stayed silent after its start. */
export class ServerError extends Data.TaggedError("ServerError")<{
  readonly server: string
  readonly detail: string
}> {
  override get message(): string {
    return `${this.server}: ${this.detail}`
  }
}

/** How a server is started, and how it shows that it answers. */
export interface ServerPlan {
  readonly name: string
  readonly command: string
  readonly args: ReadonlyArray<string>
  /** Where it will listen. */
  readonly host: string
  readonly port: number
  /** Everything it prints, over its restarts too; kept after its end. */
  readonly logFile: string
  /** Succeeds once the server answers its clients. */
  readonly probe: Effect.Effect<void, unknown>
  readonly startWithin: Duration.Input
}

/** A server that runs, and what a test may do to it. */
export interface ServerProcess {
  /** Fails with a defect while the server is stopped. */
  readonly pid: Effect.Effect<number>
  /** SIGSTOP and SIGCONT freeze and thaw it; for its end use `stop` or `kill`, which wait. */
  readonly signal: (signal: NodeJS.Signals) => Effect.Effect<void>
  /** Ends it as an operator would (SIGTERM), and waits until it has. */
  readonly stop: Effect.Effect<void>
  /** Ends it without a warning (SIGKILL), and waits until it has. */
  readonly kill: Effect.Effect<void>
  /** Starts it again on the data it had, and waits until it answers. */
  readonly start: Effect.Effect<void, ServerError>
  readonly logFile: string
}

/**
 * Starts a server, waits until it answers, and ends it with the scope.
 *
 * It ends with this process too, however that ends. Waits on the real clock: use it under `it.live`.
 *
 * **Errors**: `ServerError` with the tail of its log, when it ends or has not answered within `startWithin`.
 */
export const serverProcess = Effect.fnUntraced(function* (
  plan: ServerPlan
): Effect.fn.Return<ServerProcess, ServerError, Scope.Scope> {
  let running: Running | undefined
  let started = false
  const current = Effect.suspend(() =>
    running === undefined ? Effect.die(new Error(`${plan.name} is not running`)) : Effect.succeed(running)
  )
  const end = (signal: NodeJS.Signals) =>
    Effect.suspend(() => {
      const it = running
      running = undefined
      return it === undefined ? Effect.void : endProcess(it, signal)
    })
  const start = Effect.gen(function* () {
    if (running !== undefined) return
    // Else the probe would take the answer of whoever listens there for the server's own.
    if (!(yield* isFree(plan.host, plan.port))) {
      const detail = `another program listens on ${plan.host}:${plan.port}`
      return yield* new ServerError({ server: plan.name, detail })
    }
    if (!started) writeFileSync(plan.logFile, "")
    started = true
    running = launch(plan)
    yield* answers(plan, running)
  }).pipe(Effect.onExit((exit) => (Exit.isFailure(exit) ? end("SIGKILL") : Effect.void)))

  yield* Effect.addFinalizer(() => end("SIGKILL"))
  yield* start
  return {
    pid: Effect.map(current, (it) => it.child.pid ?? 0),
    signal: (signal) => Effect.map(current, (it) => void it.child.kill(signal)),
    stop: end("SIGTERM"),
    kill: end("SIGKILL"),
    start,
    logFile: plan.logFile
  }
})

interface Running {
  readonly child: ChildProcess
  /** How it ended, in words. */
  readonly ended: Deferred.Deferred<string>
}

const launch = (plan: ServerPlan): Running => {
  const log = openSync(plan.logFile, "a")
  // A group of its own: Ctrl-C in the terminal reaches only us, and we end it when we are ready to.
  const child = spawn(plan.command, plan.args, { stdio: ["ignore", log, log], detached: true })
  closeSync(log)
  const ended = Deferred.makeUnsafe<string>()
  const guard = child.pid === undefined ? undefined : guardAgainstOurDeath(child.pid)
  const settle = (how: string) => {
    guard?.kill("SIGKILL")
    Deferred.doneUnsafe(ended, Effect.succeed(how))
  }
  child.once("error", (error) => settle(`did not start: ${error.message}`))
  child.once("exit", (code, signal) => settle(`ended with ${signal ?? `exit code ${code}`}`))
  return { child, ended }
}

/** A shell that reads from us, and so learns of our death even by SIGKILL; then it ends the server. */
const guardAgainstOurDeath = (pid: number): ChildProcess => {
  const guard = spawn("/bin/sh", ["-c", 'read -r _; kill -9 "$1"', "guard", String(pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true
  })
  guard.unref()
  guard.on("error", () => {})
  guard.stdin?.on("error", () => {})
  return guard
}

const answers = (plan: ServerPlan, { ended }: Running): Effect.Effect<void, ServerError> => {
  const failed = (how: string) =>
    new ServerError({
      server: plan.name,
      detail: `${how}; the end of ${plan.logFile}:\n${tail(plan.logFile)}`
    })
  return plan.probe.pipe(
    Effect.retry(Schedule.spaced("200 millis")),
    Effect.raceFirst(Effect.flatMap(Deferred.await(ended), (how) => Effect.fail(how))),
    Effect.timeoutOrElse({
      duration: plan.startWithin,
      orElse: () => Effect.fail(`did not answer within ${plan.startWithin}`)
    }),
    Effect.mapError((cause) => failed(String(cause)))
  )
}

const endProcess = ({ child, ended }: Running, signal: NodeJS.Signals): Effect.Effect<void> =>
  Effect.gen(function* () {
    // A frozen process does not see SIGTERM before it is thawed.
    child.kill("SIGCONT")
    child.kill(signal)
    yield* Deferred.await(ended).pipe(
      Effect.timeoutOrElse({ duration: "30 seconds", orElse: () => killAndAwait(child, ended) })
    )
  }).pipe(Effect.uninterruptible)

const killAndAwait = (child: ChildProcess, ended: Deferred.Deferred<string>) =>
  Effect.suspend(() => {
    child.kill("SIGKILL")
    return Deferred.await(ended)
  })

const tail = (file: string): string => readFileSync(file, "utf8").trimEnd().split("\n").slice(-30).join("\n")
