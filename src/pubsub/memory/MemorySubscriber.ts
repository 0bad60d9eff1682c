import { Cause, Clock, Duration, Effect, Layer, Stream } from "effect"
import { Subscriber, type Subscription } from "../Subscriber.ts"
import { resolveOptions, type SubscriptionOptions } from "../SubscriptionOptions.ts"
import { Consumption } from "./internal/Consumption.ts"
import type { Server } from "./internal/Server.ts"
import { defaultProcess, fullSubscriptionName, MemoryBroker } from "./MemoryBroker.ts"

/** The port `Subscriber` on a {@link MemoryBroker}, for the process of that name, which can be made to crash. */
const layerOf = (process: string): Layer.Layer<Subscriber, never, MemoryBroker> =>
  Layer.effect(
    Subscriber,
    Effect.map(MemoryBroker, ({ server }) =>
      Subscriber.of({ open: (options) => open(server, process, options) })
    )
  )

/** Takes deliveries from the embedded Pub/Sub. */
export const MemorySubscriber = {
  layerOf,
  /** The port `Subscriber` on a {@link MemoryBroker}, for the only process there is. */
  layer: layerOf(defaultProcess)
}

const open = (server: Server, process: string, options: SubscriptionOptions) =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const name = fullSubscriptionName(options.subscription)
    const resolved = yield* resolveOptions({ ...options, subscription: name })
    const consumption = new Consumption({ server, clock, process, options: resolved })
    yield* Effect.addFinalizer(() => Effect.sync(() => consumption.close()))
    yield* Effect.sync(() => consumption.keepLeases()).pipe(
      Effect.delay(Math.min(resolved.leaseExtendMillis, resolved.heldIdsExtendMillis)),
      Effect.forever,
      // supervised: by the stream, which a defect fails; unseen it would let every lease run out.
      Effect.catchDefect((defect) => Effect.sync(() => consumption.die(Cause.die(defect)))),
      Effect.forkScoped
    )
    return toPort(name, consumption)
  })

const toPort = (name: string, consumption: Consumption): Subscription => ({
  name,
  deliveries: Stream.fromPull(Effect.succeed(consumption.pull)).pipe(
    Stream.ensuring(Effect.sync(() => consumption.endStream()))
  ),
  ack: (deliveries) => consumption.ack(deliveries),
  release: (deliveries, delay = Duration.zero) => consumption.release(deliveries, delay),
  setAside: (deliveries) => Effect.sync(() => consumption.setAside(deliveries)),
  heldIds: {
    hold: (deliveries) => consumption.holdIds(deliveries),
    ack: (ackIds) => consumption.ackIds(ackIds),
    release: (ackIds, delay = Duration.zero) => consumption.releaseIds(ackIds, delay),
    releaseAll: Effect.suspend(() => consumption.releaseAllIds()),
    count: Effect.sync(() => consumption.heldIdCount)
  },
  isHeld: (delivery) => consumption.isHeld(delivery),
  stop: Effect.sync(() => consumption.stop()),
  abandon: Effect.sync(() => consumption.stop(true)),
  status: Effect.sync(() => consumption.status()),
  progress: Effect.sync(() => consumption.progress()),
  probe: Effect.void,
  limitOutstanding: (messages) => Effect.sync(() => consumption.limitOutstanding(messages))
})
