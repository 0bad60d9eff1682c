/** Runs commands on dead letters in a world: under a test clock, with what they print. */
import { Effect, Fiber, Layer } from "effect"
import { TestConsole } from "effect/testing"
import { Screen } from "../../src/cli/Screen.ts"
import { FactStore } from "../../src/facts/FactStore.ts"
import { everyDeadLetter } from "../../src/ingest/DeadLetterFilter.ts"
import { MemoryAdmin } from "../../src/pubsub/memory/MemoryAdmin.ts"
import { MemoryBroker } from "../../src/pubsub/memory/MemoryBroker.ts"
import { MemorySubscriber } from "../../src/pubsub/memory/MemorySubscriber.ts"
import { eventually } from "../../src/testing/VirtualTime.ts"
import { worldPubSub as pubSub } from "../cli/commands/WorldPubSub.ts"
import { fakeScreen } from "../cli/FakeScreen.ts"
import { faultyFactStore } from "./FaultyFactStore.ts"
import { processing, type World } from "./World.ts"

/** The settings of a world, and no filter. */
export const commandOptions = { pubSub, processing, filter: everyDeadLetter, json: false }

const portsOf = (world: World) =>
  Layer.mergeAll(
    Layer.mergeAll(MemorySubscriber.layerOf("dlq"), MemoryAdmin.layer).pipe(
      Layer.provide(Layer.succeed(MemoryBroker, world.broker))
    ),
    Layer.succeed(FactStore, faultyFactStore(world.table.store, world.storeFaults)),
    Layer.succeed(Screen, fakeScreen(false).screen)
  )

/** Begins a command in a world. */
export const begun = <A, E>(
  world: World,
  command: Effect.Effect<A, E, Layer.Success<ReturnType<typeof portsOf>>>
) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkScoped(Effect.provide(command, portsOf(world)))
    return {
      end: Effect.andThen(
        eventually(
          "the end of the command",
          Effect.sync(() => fiber.pollUnsafe() !== undefined)
        ),
        Fiber.await(fiber)
      ),
      interrupt: Fiber.interrupt(fiber)
    }
  })

/** What was printed. */
export const printed = Effect.map(TestConsole.logLines, (lines) => lines.join("\n"))
