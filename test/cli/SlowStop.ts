/** A program that ends as every command does, but takes its time to stop; started by ProcessExit.test.ts. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect } from "effect"
import { exitCodeOf } from "../../src/cli/Failure.ts"
import { stopsInOrder, teardownWith, watchProcess } from "../../src/cli/ProcessExit.ts"

const [, , stopping = "at once", kind = "until stopped"] = process.argv

const asCommand = kind === "until stopped" ? stopsInOrder : <A>(command: Effect.Effect<A>) => command

const finish = stopping === "never" ? Effect.never : Effect.void

watchProcess()
NodeRuntime.runMain(
  Effect.sync(() => process.stdout.write("ready\n")).pipe(
    Effect.andThen(Effect.never),
    Effect.onInterrupt(() =>
      Effect.andThen(
        Effect.sync(() => process.stdout.write("stopping\n")),
        finish
      )
    ),
    asCommand
  ),
  { disableErrorReporting: true, teardown: teardownWith(exitCodeOf) }
)
