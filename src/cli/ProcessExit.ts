/** How the process ends: on a signal, on a second one, or when the reader of its output is gone. */
import { constants } from "node:os"
import { Cause, Effect, Exit, type Runtime } from "effect"
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
    ending.cutOffBy = signal
  }
  process.on("SIGINT", onSignal)
  process.on("SIGTERM", onSignal)
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0)
    throw error
  })
}

/** Marks a command that has no end of its own, or loses nothing when it stops: to be asked to stop is no failure of it. */
export const stopsInOrder = <A, E, R>(command: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.onInterrupt(command, () =>
    Effect.sync(() => {
      ending.isInOrder = true
    })
  )

/** A command that was asked to stop exits 0 where it {@link stopsInOrder}; one that was cut off, 128 + the signal's number. */
export const teardown: Runtime.Teardown = (exit, onExit) => {
  if (Exit.isSuccess(exit)) return onExit(0)
  if (!Cause.hasInterruptsOnly(exit.cause)) return onExit(exitCodeOf(exit.cause))
  const { cutOffBy, isInOrder } = ending
  onExit(isInOrder || cutOffBy === undefined ? 0 : 128 + constants.signals[cutOffBy])
}

/** How this process ends; there is one for each process, as there is one set of signal handlers. */
const ending: { cutOffBy: "SIGINT" | "SIGTERM" | undefined; isInOrder: boolean } = {
  cutOffBy: undefined,
  isInOrder: false
}
