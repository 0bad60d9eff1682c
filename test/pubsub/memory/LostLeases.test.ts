/** The suite of lost leases on the embedded Pub/Sub. */
import { Duration, Effect, Fiber, Layer } from "effect"
import { leaseSeconds } from "../../../src/pubsub/Limits.ts"
import { MemoryBroker } from "../../../src/pubsub/memory/MemoryBroker.ts"
import { lostLeaseSuite } from "../../../src/testing/LostLeaseSuite.ts"
import { freshChannel, numbered, publishTexts, read } from "../../../src/testing/SubscriptionReader.ts"
import { testClock as clock } from "../../../src/testing/SuiteClock.ts"
import { embeddedPorts } from "./EmbeddedPorts.ts"

lostLeaseSuite("memory", (deliveries) =>
  Effect.gen(function* () {
    const ports = yield* Layer.build(embeddedPorts())
    return yield* Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const broker = yield* MemoryBroker
      const { open, awaitReceived } = yield* read(clock, subscription)
      yield* clock.pass(Duration.seconds(6))
      yield* publishTexts(topic, numbered(deliveries))
      const held = [...(yield* awaitReceived(deliveries))]
      yield* open.stop
      // Leases are extended every 5 s: these end between two rounds, and the outage a little later.
      yield* broker.makeUnavailable(Duration.millis(leaseSeconds * 1_000 + 500))
      yield* clock.pass(Duration.millis(leaseSeconds * 1_000 + 100))
      return {
        open,
        held,
        answered: <A, E>(effect: Effect.Effect<A, E>) =>
          Effect.gen(function* () {
            const settling = yield* Effect.forkChild(effect)
            yield* clock.pass(Duration.seconds(1))
            return yield* Fiber.join(settling)
          })
      }
    }).pipe(Effect.provide(ports))
  })
)
