/** Makes its tables where they are missing, and consumes temperatures until it is stopped; with `--drain`, until everything that was waiting has its fate. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Cassandra } from "counterfoil/cassandra"
import { apply } from "counterfoil/cassandra/Migrator"
import { DeadLetters } from "counterfoil/deadletters"
import { GooglePubSub } from "counterfoil/pubsub/google/GooglePubSub"
import { Config, Effect, Layer } from "effect"
import { startTemperatures } from "./Temperatures.ts"

const parts = Effect.gen(function* () {
  const projectId = yield* Config.option(Config.String("PUBSUB_PROJECT_ID"))
  const emulatorHost = yield* Config.option(Config.String("PUBSUB_EMULATOR_HOST"))
  const contactPoints = [yield* Config.String("CASSANDRA_CONTACT_POINT")]
  const keyspace = yield* Config.String("CASSANDRA_KEYSPACE")
  const cassandra = { contactPoints, localDataCenter: "datacenter1", keyspace }
  yield* apply(cassandra, { folder: "cql", replication: { _tag: "Simple", factor: 1 } })
  return DeadLetters.layer({ topic: "dead-temperatures", appVersion: "1" }).pipe(
    Layer.provideMerge(GooglePubSub.layer({ projectId, emulatorHost })),
    Layer.merge(Cassandra.layer(cassandra))
  )
})

const program = Effect.gen(function* () {
  const consumer = yield* startTemperatures(yield* Config.String("TEMPERATURES_SUBSCRIPTION"))
  yield* process.argv.includes("--drain") ? consumer.drained : consumer.ended
  yield* Effect.logInfo(JSON.stringify(consumer.totals().fates))
})

NodeRuntime.runMain(Effect.scoped(program).pipe(Effect.provide(Layer.unwrap(parts))))
