/** The only wiring: which implementation stands behind each port. Read it first. */
import { Duration, type Effect, Layer } from "effect"
import { Cassandra } from "./cassandra/Cassandra.ts"
import type { CassandraSettings } from "./cassandra/CassandraSettings.ts"
import { refuseClashes } from "./config/NameClashes.ts"
import type { PubSubSettings, RunSettings } from "./config/Settings.ts"
import { DeadLetters } from "./deadletters/DeadLetters.ts"
import { FactStoreCassandra } from "./facts/FactStoreCassandra.ts"
import { FactStoreSqlite } from "./facts/FactStoreSqlite.ts"
import { ProgressTableCassandra } from "./facts/ProgressTableCassandra.ts"
import { ProgressTableMemory } from "./facts/ProgressTableMemory.ts"
import { layerHttpApi } from "./http/HttpApiLayer.ts"
import type { HttpSettings } from "./http/HttpSettings.ts"
import { layerCassandraWithRetry } from "./ingest/CassandraWithRetry.ts"
import { GoogleClient } from "./pubsub/google/GoogleClient.ts"
import { GooglePubSub } from "./pubsub/google/GooglePubSub.ts"
import { MemoryPubSub } from "./pubsub/memory/MemoryPubSub.ts"
import { PubSubAdmin } from "./pubsub/PubSubAdmin.ts"
import { Health, type RemedyOf } from "./telemetry/Health.ts"
import { layerHealthSeries } from "./telemetry/HealthSeries.ts"
import { layerInFlightGauge } from "./telemetry/InFlightGauge.ts"
import { Metrics } from "./telemetry/Metrics.ts"
import { layerOtlp } from "./telemetry/Otlp.ts"
import { layerProcessMetrics } from "./telemetry/ProcessMetrics.ts"
import { Recorder } from "./telemetry/Recorder.ts"
import type { TelemetrySettings } from "./telemetry/TelemetrySettings.ts"
import { layerWatchdogs } from "./telemetry/WatchdogsLayer.ts"

/** What health and metrics report in addition, and to whom. */
interface ObservedOptions {
  readonly appVersion: string
  readonly telemetry: TelemetrySettings
  /** What a person can do about an error. */
  readonly remedyOf?: RemedyOf
}

/** Metrics, health, where they are served, and a collector that they are sent to, with traces. */
export const observed = (
  http: HttpSettings,
  { appVersion, remedyOf = () => undefined, telemetry }: ObservedOptions
) =>
  layerHttpApi(http).pipe(
    Layer.provideMerge(
      Layer.mergeAll(
        layerProcessMetrics(appVersion),
        layerHealthSeries,
        layerWatchdogs,
        layerOtlp(telemetry, appVersion)
      )
    ),
    Layer.provideMerge(Recorder.layer(appVersion)),
    Layer.provideMerge(Layer.merge(Metrics.layer, Health.layerWith(remedyOf)))
  )

/** Google Cloud Pub/Sub, or its emulator. The full form of a short name is known only once the client's project is. */
export const googlePubSub = (settings: PubSubSettings) => {
  const differ = GoogleClient.use(({ projectId }) => refuseClashes(settings, projectId))
  return Layer.effectDiscard(differ).pipe(
    Layer.provideMerge(GooglePubSub.layer(settings, { takesGrpcLog: true }))
  )
}

/** The fact table in Cassandra; fails when the cluster does not answer. */
export const cassandraFacts = (settings: CassandraSettings, maxInFlight: number) =>
  FactStoreCassandra.layer.pipe(Layer.provideMerge(Cassandra.layer(settings, { maxInFlight })))

/** What is done with a cluster once it answers, before anything is read from a subscription. */
type Checked<E> = Effect.Effect<void, E, Cassandra | PubSubAdmin>

/** The fact table in Cassandra; waits indefinitely for a cluster that does not answer. */
const cassandraFactsWithRetry = <E>(settings: CassandraSettings, maxInFlight: number, checked: Checked<E>) =>
  layerInFlightGauge.pipe(
    Layer.provideMerge(FactStoreCassandra.layer),
    Layer.provideMerge(Layer.effectDiscard(checked)),
    Layer.provideMerge(layerCassandraWithRetry(settings, { maxInFlight }))
  )

/** The progress table in Cassandra; none where no payment waits, and so no process has to know of another. */
const progressTable = ({ processing, pubSub }: RunSettings) =>
  Duration.toMillis(processing.paymentGrace) === 0
    ? ProgressTableMemory.layer
    : Layer.unwrap(
        PubSubAdmin.useSync((admin) =>
          ProgressTableCassandra.layer(admin.subscriptionName(pubSub.ordersSubscription))
        )
      )

/** All layers of `run` but {@link observed}. */
export const application = <E>(settings: RunSettings, appVersion: string, checked: Checked<E>) =>
  DeadLetters.layer({ topic: settings.pubSub.dlqTopic, appVersion }).pipe(
    Layer.provideMerge(progressTable(settings)),
    Layer.provideMerge(
      cassandraFactsWithRetry(settings.cassandra, settings.processing.maxInFlightWrites, checked)
    ),
    // Before Cassandra, which may take long to connect: absent credentials are reported at once.
    Layer.provideMerge(googlePubSub(settings.pubSub))
  )

/** All layers of `demo`. */
export const embedded = (
  settings: {
    readonly dlqTopic: string
    readonly file: string
    readonly http: HttpSettings
    readonly telemetry: TelemetrySettings
  },
  appVersion: string
) =>
  DeadLetters.layer({ topic: settings.dlqTopic, appVersion }).pipe(
    Layer.provideMerge(ProgressTableMemory.layer),
    Layer.provideMerge(MemoryPubSub.layer),
    Layer.provideMerge(FactStoreSqlite.layer({ file: settings.file })),
    Layer.provideMerge(observed(settings.http, { ...settings, appVersion }))
  )
