/** The only wiring: which implementation stands behind each port. Read it first. */
import { Effect, Layer } from "effect"
import { Cassandra } from "./cassandra/Cassandra.ts"
import type { CassandraSettings } from "./cassandra/CassandraSettings.ts"
import { refuseClashes } from "./config/NameClashes.ts"
import type { PubSubSettings, RunSettings } from "./config/Settings.ts"
import { DeadLetters } from "./deadletters/DeadLetters.ts"
import { FactStoreCassandra } from "./facts/FactStoreCassandra.ts"
import { FactStoreSqlite } from "./facts/FactStoreSqlite.ts"
import { HttpApi } from "./http/HttpApi.ts"
import type { HttpSettings } from "./http/HttpSettings.ts"
import type { ProcessingSettings } from "./ingest/ProcessingSettings.ts"
import { GoogleAdmin } from "./pubsub/google/GoogleAdmin.ts"
import { GoogleClient } from "./pubsub/google/GoogleClient.ts"
import { GooglePublisher } from "./pubsub/google/GooglePublisher.ts"
import { GoogleSubscriber } from "./pubsub/google/GoogleSubscriber.ts"
import { MemoryAdmin } from "./pubsub/memory/MemoryAdmin.ts"
import { MemoryBroker } from "./pubsub/memory/MemoryBroker.ts"
import { MemoryPublisher } from "./pubsub/memory/MemoryPublisher.ts"
import { MemorySubscriber } from "./pubsub/memory/MemorySubscriber.ts"
import { Health } from "./telemetry/Health.ts"
import { layerHealthSeries } from "./telemetry/HealthSeries.ts"
import { layerInFlightGauge } from "./telemetry/InFlightGauge.ts"
import { Metrics } from "./telemetry/Metrics.ts"
import { layerProcessMetrics } from "./telemetry/ProcessMetrics.ts"

/** Metrics, health, and where they are served. */
export const observed = (http: HttpSettings, appVersion: string) =>
  HttpApi.layer(http).pipe(
    Layer.provideMerge(Layer.merge(layerProcessMetrics(appVersion), layerHealthSeries)),
    Layer.provideMerge(Layer.merge(Metrics.layer, Health.layer))
  )

/** Google Cloud Pub/Sub, or its emulator. What names in short mean is known only with the client's project. */
export const googlePubSub = (settings: PubSubSettings) => {
  const differ = GoogleClient.use(({ projectId }) => refuseClashes(settings, projectId))
  return Layer.mergeAll(GoogleSubscriber.layer, GooglePublisher.layer, GoogleAdmin.layer).pipe(
    Layer.provideMerge(Layer.effectDiscard(differ)),
    Layer.provideMerge(GoogleClient.layer(settings))
  )
}

/** The embedded Pub/Sub. */
export const memoryPubSub = Layer.mergeAll(
  MemorySubscriber.layer,
  MemoryPublisher.layer,
  MemoryAdmin.layer
).pipe(Layer.provideMerge(MemoryBroker.layer))

/** The fact table in Cassandra; fails when the cluster does not answer. */
export const cassandraFacts = (settings: CassandraSettings, maxInFlight: number) =>
  FactStoreCassandra.layer.pipe(
    Layer.provideMerge(Cassandra.layer(settings, { maxInFlight, whenUnreachable: "fail" }))
  )

/** The fact table in Cassandra; waits for ever for a cluster that does not answer, while health says why. */
export const cassandraFactsPatiently = (
  settings: CassandraSettings,
  { maxInFlightWrites }: ProcessingSettings
) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const health = yield* Health
      const whenUnreachable = (error: Error) =>
        health.set("facts", { _tag: "Unavailable", reason: error.message })
      const connected = Cassandra.layer(settings, { maxInFlight: maxInFlightWrites, whenUnreachable })
      return layerInFlightGauge.pipe(
        Layer.provideMerge(FactStoreCassandra.layer),
        Layer.provideMerge(connected)
      )
    })
  )

/** What `run` stands on. */
export const application = (settings: RunSettings, appVersion: string) =>
  DeadLetters.layer({ topic: settings.pubSub.dlqTopic, appVersion }).pipe(
    Layer.provideMerge(cassandraFactsPatiently(settings.cassandra, settings.processing)),
    // Before Cassandra, which may be waited for: absent credentials show at once.
    Layer.provideMerge(googlePubSub(settings.pubSub)),
    Layer.provideMerge(observed(settings.http, appVersion))
  )

/** What `demo` stands on. */
export const embedded = (
  settings: { readonly dlqTopic: string; readonly file: string; readonly http: HttpSettings },
  appVersion: string
) =>
  DeadLetters.layer({ topic: settings.dlqTopic, appVersion }).pipe(
    Layer.provideMerge(memoryPubSub),
    Layer.provideMerge(FactStoreSqlite.layer({ file: settings.file })),
    Layer.provideMerge(observed(settings.http, appVersion))
  )
