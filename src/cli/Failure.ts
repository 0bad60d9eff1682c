/** Reports why a command failed: a line for people, an exit code for supervisors. */
import { Cause, Effect, Formatter, Runtime } from "effect"
import { CliError } from "effect/cli"
import { CassandraError } from "../cassandra/CassandraError.ts"
import { connectionCode } from "../checks/ConnectionChecks.ts"
import { bugSentence } from "./LibraryOutput.ts"
import { say } from "./Logging.ts"
import { cutOffBy } from "./ProcessExit.ts"
import { remedyOf } from "./Remedies.ts"
import { Screen } from "./Screen.ts"

/** Exit code of a command that failed. */
const exitFailed = 1

/** Exit code of wrong usage or configuration: the same command would fail again until somebody fixes something. */
const exitMisused = 2

/**
 * Writes what failed to standard error: expected errors as one line each, with what to do about them where that is
 * known; defects with all details; that a signal cut the command off, where it did.
 * Writes nothing for another interruption, for usage errors that were reported already, or a second time.
 */
export const reportFailure = (cause: Cause.Cause<unknown>): Effect.Effect<void> =>
  Effect.gen(function* () {
    const screen = yield* Screen
    screen.setLive("")
    const signal = Cause.hasInterruptsOnly(cause) ? cutOffBy() : undefined
    if (signal !== undefined && !isReported(interruption))
      yield* say("Error", `${signal} stopped this command before its end`)
    for (const reason of cause.reasons) {
      const what = Cause.isFailReason(reason)
        ? reason.error
        : Cause.isDieReason(reason)
          ? reason.defect
          : undefined
      if (isReported(what)) continue
      if (Cause.isFailReason(reason)) {
        for (const line of linesOf(reason.error)) yield* say("Error", line)
      } else if (Cause.isDieReason(reason)) {
        const pretty = Cause.pretty(Cause.fromReasons([reason]))
        yield* say("Fatal", bugSentence, pretty)
      }
    }
  })

/** An error passes first where its command's log lines are written, and then where every command ends. */
const isReported = (what: unknown): boolean => {
  if (typeof what !== "object" || what === null) return false
  const isKnown = reported.has(what)
  reported.add(what)
  return isKnown
}

const reported = new WeakSet<object>()

/** Stands for the one interruption of a process. */
const interruption = {}

/**
 * The exit code of a failed command: an error's own; else 2 where somebody has to fix something first (credentials,
 * a data centre's name, an absent table or subscription), 1 where the same command may succeed later.
 */
export const exitCodeOf = (cause: Cause.Cause<unknown>): number => {
  const error = Cause.squash(cause)
  if (isShowHelp(error)) return exitMisused
  if (typeof error !== "object" || error === null) return exitFailed
  if (Runtime.errorExitCode in error) return Runtime.getErrorExitCode(error)
  return "isRetryable" in error && error.isRetryable === false ? exitMisused : exitFailed
}

const linesOf = (error: unknown): ReadonlyArray<string> => {
  if (isShowHelp(error)) return []
  const text = error instanceof Error && error.message !== "" ? error.message : Formatter.format(error)
  const remedy = remedyOf(error)
  const code = error instanceof CassandraError ? connectionCode(error.reason) : undefined
  const line = `${text}${remedy === undefined ? "" : `; ${remedy}`}${code === undefined ? "" : ` (${code})`}`
  return line.split("\n")
}

const isShowHelp = (error: unknown): error is CliError.ShowHelp =>
  CliError.isCliError(error) && error._tag === "ShowHelp"
