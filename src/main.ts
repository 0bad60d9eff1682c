/** The command line's entry. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { cli } from "./cli/Cli.ts"
import { exitCodeOf } from "./cli/Failure.ts"
import { teardownWith, watchProcess } from "./cli/ProcessExit.ts"

watchProcess()
NodeRuntime.runMain(cli, { disableErrorReporting: true, teardown: teardownWith(exitCodeOf) })
