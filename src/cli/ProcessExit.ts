/** How the process ends: on a signal, on a second one, or when the reader of its output is gone. */
import { constants } from "node:os"
import { Cause, Effect, Exit, type Runtime } from "effect"

/**
 * Ends the process at once on the second SIGINT or SIGTERM, with 128 + the signal's number (G8). The first one only
 * asks the command to stop. A reader of standard output that is gone (`| head`) is no error.
 */
export const watchProcess = (): void => {
  let isStopping = false
  const onSignal = (signal: Signal) => {
    if (isStopping) process.exit(128 + constants.signals[signal])
    isStopping = true
    ending.cutOffBy = signal
  }
  process.on("SIGINT", onSignal)
  process.on("SIGTERM", onSignal)
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0)
    throw error
  })
}

/** Marks a command that has no end of its own: to be asked to stop is no failure of it. */
export const stopsInOrder = <A, E, R>(command: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    ending.isInOrder = true
    return command
  })

/** The signal that cut off a command that had an end of its own; undefined where none did. */
export const cutOffBy = (): Signal | undefined => (ending.isInOrder ? undefined : ending.cutOffBy)

/**
 * The end of the process: a command that was asked to stop exits 0 where it {@link stopsInOrder}; one that was cut
 * off, with 128 + the signal's number; one that failed, as `exitCodeOf` says.
 */
export const teardownWith =
  (exitCodeOf: (cause: Cause.Cause<unknown>) => number): Runtime.Teardown =>
  (exit, onExit) => {
    if (Exit.isSuccess(exit)) return onExit(0)
    if (!Cause.hasInterruptsOnly(exit.cause)) return onExit(exitCodeOf(exit.cause))
    const signal = cutOffBy()
    onExit(signal === undefined ? 0 : 128 + constants.signals[signal])
  }

type Signal = "SIGINT" | "SIGTERM"

/** How this process ends; there is one for each process, as there is one set of signal handlers. */
const ending: { cutOffBy: Signal | undefined; isInOrder: boolean } = {
  cutOffBy: undefined,
  isInOrder: false
}
