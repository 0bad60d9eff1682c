/** The only wiring: which implementation stands behind each port. Read it first. */
import { Effect, Layer } from "effect"
import { Cassandra } from "./cassandra/Cassandra.ts"
import { layerInFlightGauge } from "./cassandra/InFlightGauge.ts"
import { refuseClashes } from "./config/NameClashes.ts"
import type * as Settings from "./config/Settings.ts"
import { DeadLetters } from "./deadletters/DeadLetters.ts"
import { FactStoreCassandra } from "./facts/FactStoreCassandra.ts"
import { FactStoreSqlite } from "./facts/FactStoreSqlite.ts"
import { Health } from "./observe/Health.ts"
import { HttpApi } from "./observe/HttpApi.ts"
import { Metrics } from "./observe/Metrics.ts"
import { GoogleClient } from "./pubsub/google/GoogleClient.ts"
import { GooglePublisher } from "./pubsub/google/GooglePublisher.ts"
import { GoogleSubscription } from "./pubsub/google/GoogleSubscription.ts"
import { GoogleTopology } from "./pubsub/google/GoogleTopology.ts"
import { MemoryBroker } from "./pubsub/memory/MemoryBroker.ts"
import { MemoryPublisher } from "./pubsub/memory/MemoryPublisher.ts"
import { MemorySubscription } from "./pubsub/memory/MemorySubscription.ts"
import { MemoryTopology } from "./pubsub/memory/MemoryTopology.ts"

/** Metrics, health, and where they are served. */
export const observed = (http: Settings.HttpSettings) =>
  HttpApi.layer(http).pipe(Layer.provideMerge(Layer.mergeAll(Metrics.layer, Health.layer)))

/** Google Cloud Pub/Sub, or its emulator. What names in short mean is known only with the client's project. */
export const googlePubSub = (settings: Settings.PubSubSettings) => {
  const differ = GoogleClient.use(({ projectId }) => refuseClashes(settings, projectId))
  return Layer.mergeAll(GoogleSubscription.layer, GooglePublisher.layer, GoogleTopology.layer).pipe(
    Layer.provideMerge(Layer.effectDiscard(differ)),
    Layer.provideMerge(GoogleClient.layer(settings))
  )
}

/** The embedded Pub/Sub. */
export const memoryPubSub = Layer.mergeAll(
  MemorySubscription.layer,
  MemoryPublisher.layer,
  MemoryTopology.layer
).pipe(Layer.provideMerge(MemoryBroker.layer))

/** The fact table in Cassandra; fails when the cluster does not answer. */
export const cassandraFacts = (settings: Settings.CassandraSettings, maxInFlight: number) =>
  FactStoreCassandra.layer.pipe(
    Layer.provideMerge(Cassandra.layer(settings, { maxInFlight, whenUnreachable: "fail" }))
  )

/** The fact table in Cassandra; waits for ever for a cluster that does not answer, while health says why. */
export const cassandraFactsPatiently = (
  settings: Settings.CassandraSettings,
  { maxInFlightWrites }: Settings.ProcessingSettings
) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const health = yield* Health
      const whenUnreachable = (error: Error) => health.set("facts", { _tag: "Away", reason: error.message })
      const connected = Cassandra.layer(settings, { maxInFlight: maxInFlightWrites, whenUnreachable })
      return layerInFlightGauge.pipe(
        Layer.provideMerge(FactStoreCassandra.layer),
        Layer.provideMerge(connected)
      )
    })
  )

/** What `run` stands on. */
export const application = (settings: Settings.RunSettings, appVersion: string) =>
  DeadLetters.layer({ topic: settings.pubSub.dlqTopic, appVersion }).pipe(
    Layer.provideMerge(cassandraFactsPatiently(settings.cassandra, settings.processing)),
    // Before Cassandra, which may be waited for: absent credentials show at once.
    Layer.provideMerge(googlePubSub(settings.pubSub)),
    Layer.provideMerge(observed(settings.http))
  )

/** What `demo` stands on. */
export const embedded = (
  settings: { readonly dlqTopic: string; readonly file: string; readonly http: Settings.HttpSettings },
  appVersion: string
) =>
  DeadLetters.layer({ topic: settings.dlqTopic, appVersion }).pipe(
    Layer.provideMerge(memoryPubSub),
    Layer.provideMerge(FactStoreSqlite.layer({ file: settings.file })),
    Layer.provideMerge(observed(settings.http))
  )
