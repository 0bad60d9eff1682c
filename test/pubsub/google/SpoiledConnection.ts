import { Clock, Duration, Effect, Exit, Fiber, Layer, Schedule, Scope } from "effect"
import { GoogleAdmin } from "../../../src/pubsub/google/GoogleAdmin.ts"
import { GoogleClient } from "../../../src/pubsub/google/GoogleClient.ts"
import { GooglePublisher } from "../../../src/pubsub/google/GooglePublisher.ts"
import { GoogleSubscriber } from "../../../src/pubsub/google/GoogleSubscriber.ts"
import { leaseSeconds } from "../../../src/pubsub/Limits.ts"
import type { DeliveryProgress, SubscriptionStatus } from "../../../src/pubsub/Subscriber.ts"
import {
  freshChannel,
  numbered,
  progressOf,
  publishTexts,
  type Reader,
  read
} from "../../../src/testing/SubscriptionReader.ts"
import { realClock } from "../../../src/testing/SuiteClock.ts"
import { type TcpProxy, tcpProxy } from "../../faults/TcpProxy.ts"
import { emulatorHost } from "../../support/TestServices.ts"
import { settingsFor } from "./ScriptedSubscriber.ts"

/** What is asked of Pub/Sub past the proxy. */
export const direct = Layer.mergeAll(GoogleSubscriber.layer, GooglePublisher.layer, GoogleAdmin.layer).pipe(
  Layer.provide(GoogleClient.layer(settingsFor(emulatorHost ?? "")))
)

/** A subscription read through a proxy; what else is asked of Pub/Sub goes around it. The reader ends with `scope`. */
export const spoiled = Effect.gen(function* () {
  const { topic, subscription } = yield* freshChannel
  const proxy = yield* tcpProxy(emulatorHost ?? "")
  const scope = yield* Scope.fork(yield* Effect.scope)
  const through = yield* Layer.build(
    // Fresh: the one that goes around the proxy is another.
    Layer.fresh(GoogleSubscriber.layer).pipe(Layer.provide(GoogleClient.layer(settingsFor(proxy.address))))
  ).pipe(Scope.provide(scope))
  const reader = yield* read(realClock, subscription).pipe(Effect.provide(through), Scope.provide(scope))
  const isConnected = Effect.map(reader.open.status, ({ connected }) => connected)
  yield* realClock.eventually("a connection", isConnected)
  return {
    proxy,
    reader,
    isConnected,
    publish: (count: number) => publishTexts(topic, numbered(count)),
    close: Scope.close(scope, Exit.void),
    /** Whatever was neither acknowledged nor comes back within a lease. */
    left: Effect.scoped(
      Effect.gen(function* () {
        const rest = yield* read(realClock, subscription)
        yield* realClock.pass(Duration.seconds(leaseSeconds + 2))
        return rest.received.length
      })
    )
  }
})

/** Acknowledges all that is and comes in hand until every message was; answers how many were confirmed. */
export const ackUntilAll = (reader: Reader, count: number) =>
  Effect.gen(function* () {
    let done = 0
    const acknowledged = new Set<string>()
    const all = Effect.gen(function* () {
      const hand = [...reader.inHand.values()]
      const settled = yield* reader.ack(hand)
      done += settled.done
      const lost = new Set(settled.lost.map(({ delivery }) => delivery))
      for (const delivery of hand) if (!lost.has(delivery)) acknowledged.add(delivery.messageId)
      return acknowledged.size >= count
    })
    // The emulator may send a message into each of the streams that were cut, one lease after the other.
    yield* Effect.repeat(all, { until: (are) => are, schedule: Schedule.spaced("20 millis") }).pipe(
      Effect.timeout("100 seconds")
    )
    return done
  })

/** Everything that status and progress said while an effect ran, and how long after its begin. **Units**: milliseconds. */
export const statusesDuring = <A>(reader: Reader, effect: Effect.Effect<A>) =>
  Effect.gen(function* () {
    const statuses: Array<SubscriptionStatus & DeliveryProgress & { readonly after: number }> = []
    const began = yield* Clock.currentTimeMillis
    const watching = yield* Effect.all([
      reader.open.status,
      progressOf(reader),
      Clock.currentTimeMillis
    ]).pipe(
      Effect.tap(([status, progress, now]) =>
        Effect.sync(() => statuses.push({ ...status, ...progress, after: now - began }))
      ),
      Effect.andThen(Effect.sleep(50)),
      Effect.forever,
      Effect.forkChild
    )
    yield* effect
    yield* Fiber.interrupt(watching)
    return statuses
  })

export const blackHole = (proxy: TcpProxy) => proxy.set({ _tag: "BlackHole" })
export const pass = (proxy: TcpProxy) => proxy.set({ _tag: "Pass" })
export const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const began = yield* Clock.currentTimeMillis
    yield* effect
    return (yield* Clock.currentTimeMillis) - began
  })
