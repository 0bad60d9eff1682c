/** How the process ends: on a signal, on a second one, or when the reader of its output is gone. */
import { constants } from "node:os"
import { Cause, Exit, type Runtime } from "effect"
import { exitCodeOf } from "./Failure.ts"

/**
 * Ends the process at once on the second SIGINT or SIGTERM, with 128 + the signal's number (G8). The first one only
 * asks the command to stop. A reader of standard output that is gone (`| head`) is no error.
 */
export const watchProcess = (): void => {
  let isStopping = false
  const onSignal = (signal: "SIGINT" | "SIGTERM") => {
    if (isStopping) process.exit(128 + constants.signals[signal])
    isStopping = true
  }
  process.on("SIGINT", onSignal)
  process.on("SIGTERM", onSignal)
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0)
    throw error
  })
}

/** A command that was asked to stop, and stopped, succeeded: 0. */
export const teardown: Runtime.Teardown = (exit, onExit) => {
  const failed = Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)
  onExit(failed ? exitCodeOf(exit.cause) : 0)
}
