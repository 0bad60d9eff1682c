/** `npm run services`: a Cassandra and a Pub/Sub emulator for one's own terminal, until Ctrl-C. */
import { rmSync, writeFileSync } from "node:fs"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Exit, Option, Runtime } from "effect"
import { CliConfig, Command, Flag, GlobalFlag } from "effect/cli"
import { cassandraPlace, pubSubPlace } from "./RunningServices.ts"

const flags = {
  // Not --env-file: node takes that one for its own, wherever it stands.
  exportsFile: Flag.Path("exports").pipe(
    Flag.withDescription("Write the export lines to this file once both servers answer; removed at the end"),
    Flag.optional
  ),
  cassandraPort: Flag.Int("cassandra-port").pipe(
    Flag.withDescription("The port that Cassandra listens on [default: 9042]"),
    Flag.withDefault(9042)
  ),
  cassandraHeap: Flag.String("cassandra-heap").pipe(
    Flag.withDescription("The memory of Cassandra's Java heap, as in 512m or 2g [default: 1g]"),
    Flag.withDefault("1g")
  ),
  pubsubPort: Flag.Int("pubsub-port").pipe(
    Flag.withDescription("The port that the Pub/Sub emulator listens on [default: 8085]"),
    Flag.withDefault(8085)
  )
}

const services = Command.make(
  "services",
  flags,
  ({ exportsFile, cassandraPort, cassandraHeap, pubsubPort }) =>
    Effect.gen(function* () {
      yield* Console.error("starting; the first time, Cassandra (66 MB) is fetched with Maven …")
      const [cassandra, pubsub] = yield* Effect.all(
        [cassandraPlace({ port: cassandraPort, heap: cassandraHeap }), pubSubPlace({ port: pubsubPort })],
        { concurrency: 2 }
      )
      const exports = Object.entries({ ...cassandra, ...pubsub }).map(
        ([key, value]) => `export ${key}=${value}\n`
      )
      if (Option.isSome(exportsFile)) yield* written(exportsFile.value, exports.join(""))
      yield* Console.log(exports.join(""))
      yield* Console.error("both servers answer; Ctrl-C stops them")
      return yield* Effect.never
    }).pipe(Effect.scoped)
).pipe(
  Command.withDescription("Starts Cassandra and the Pub/Sub emulator, or uses those the environment names")
)

const written = (file: string, content: string) =>
  Effect.acquireRelease(
    Effect.sync(() => writeFileSync(file, content)),
    () => Effect.sync(() => rmSync(file, { force: true }))
  )

services.pipe(
  Command.run({ version: "1" }),
  Effect.provide([NodeServices.layer, CliConfig.layer({ builtIns: [GlobalFlag.Help] })]),
  NodeRuntime.runMain({
    // Being stopped is how this program ends, not a failure of it.
    teardown: (exit, onExit) =>
      Exit.isFailure(exit) && !Exit.hasInterrupts(exit) ? Runtime.defaultTeardown(exit, onExit) : onExit(0)
  })
)
