/** A program that ends as every command does, but takes its time to stop; started by Ending.test.ts. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect } from "effect"
import { teardown, watchProcess } from "../../src/cli/ProcessExit.ts"

const [, , stopping = "at once"] = process.argv

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
    )
  ),
  { disableErrorReporting: true, teardown }
)
