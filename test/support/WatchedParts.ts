/** A health monitor that watches parts which a test sets. */
import { Duration, Effect, Logger, Stream } from "effect"
import { streamNames } from "../../src/domain/StreamName.ts"
import { FactStoreError, FactStoreUnavailable, type SilentHost } from "../../src/facts/FactStore.ts"
import { makeHealthMonitor, type WatchedStream } from "../../src/ingest/HealthMonitor.ts"
import { noAnswer, PubSubError, PubSubUnavailable } from "../../src/pubsub/PubSubError.ts"
import type { SubscriptionStatus } from "../../src/pubsub/Subscriber.ts"
import { Health, type HealthChange } from "../../src/telemetry/Health.ts"
import { pass } from "../../src/testing/VirtualTime.ts"

/** A subscription that is open and idle. */
export const connected: SubscriptionStatus = {
  connected: true,
  trouble: "",
  received: 0,
  held: 0,
  acked: 0,
  released: 0,
  lost: 0,
  leasesLost: 0,
  outstandingShare: 0
}

/** What a ping of a table says that does not answer. */
export const pingError = new FactStoreError({
  operation: "ping",
  reason: new FactStoreUnavailable({ detail: "no host answers", cause: undefined })
})

/** What a check of a topic says while Pub/Sub does not answer. */
export const checkError = new PubSubError({
  operation: "get topic",
  resource: "topic",
  reason: new PubSubUnavailable({ detail: noAnswer, cause: "away" })
})

/** A monitor that watches parts which a test sets, and what it says. */
export const watched = Effect.gen(function* () {
  const health = yield* Health
  const parts = {
    status: connected,
    retrying: 0,
    pausedBecause: undefined as string | undefined,
    ping: Effect.void as Effect.Effect<void, FactStoreError>,
    silentHosts: [] as ReadonlyArray<SilentHost>,
    topicExists: Effect.succeed(true) as Effect.Effect<boolean, PubSubError>
  }
  const lines: Array<string> = []
  const changes: Array<HealthChange> = []
  const capture = Logger.make(({ logLevel, message }) => lines.push(`${logLevel} ${String(message)}`))
  yield* Effect.forkChild(
    Stream.runForEach(health.changes, (change) => Effect.sync(() => changes.push(change)))
  )
  const monitor = yield* makeHealthMonitor("projects/p/topics/t")
  const streams = streamNames.map(
    (stream): WatchedStream => ({
      stream,
      subscription: { status: Effect.sync(() => parts.status) },
      // Of one stream, so that the sum is what the test says.
      retrying: () => (stream === "orders" ? parts.retrying : 0),
      pausedBecause: () => parts.pausedBecause
    })
  )
  yield* monitor
    .watch({
      streams,
      facts: { ping: Effect.suspend(() => parts.ping), silentHosts: () => parts.silentHosts },
      deadLetterTopicExists: Effect.suspend(() => parts.topicExists)
    })
    .pipe(Effect.provide(Logger.layer([capture])), Effect.forkChild)
  yield* pass("1 second")
  const words = (part: HealthChange["part"]) =>
    changes.filter((change) => change.part === part).map(({ state }) => state._tag)
  return {
    monitor,
    parts,
    health,
    lines,
    words,
    tag: (part: HealthChange["part"]) => health.current()[part].state._tag
  }
})

/** Does something once in so many ms, for as long as told. */
export const every = Effect.fnUntraced(function* (
  millis: number,
  total: Duration.Input,
  work: (turn: number) => void
) {
  for (let turn = 0; turn * millis < Duration.toMillis(total); turn++) {
    work(turn)
    yield* pass(Duration.millis(millis))
  }
})
