/** What a processor does with a source that cannot deliver: the table of docs/sources.md. */
import { assert, describe, it } from "@effect/vitest"
import { Cause, Context, Duration, Effect, Exit, Fiber, Layer } from "effect"
import { MemoryAdmin } from "../../src/pubsub/memory/MemoryAdmin.ts"
import { MemoryBroker } from "../../src/pubsub/memory/MemoryBroker.ts"
import { PubSubAdmin } from "../../src/pubsub/PubSubAdmin.ts"
import { PubSubError, type PubSubReason } from "../../src/pubsub/PubSubError.ts"
import { reasonOf } from "../../src/telemetry/Health.ts"
import { eventually, pass } from "../../src/testing/VirtualTime.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"
import { makeWorld, ordersTopic, type World } from "../support/World.ts"

const ordersSubscription = `${ordersTopic}-sub`

const adminOf = ({ broker }: World) =>
  Effect.map(
    Layer.build(MemoryAdmin.layer.pipe(Layer.provide(Layer.succeed(MemoryBroker, broker)))),
    (context) => Context.get(context, PubSubAdmin)
  )

/** As `setup pubsub` does. */
const setUp = (world: World) =>
  Effect.gen(function* () {
    const admin = yield* adminOf(world)
    yield* admin.createTopic(ordersTopic)
    yield* admin.createSubscription({
      topic: ordersTopic,
      subscription: ordersSubscription,
      ackDeadline: Duration.seconds(60),
      retention: Duration.days(7)
    })
  })

type Happening = (world: World) => Effect.Effect<unknown, unknown, never>

const deletion = (what: "deleteTopic" | "deleteSubscription") => (world: World) =>
  Effect.scoped(
    Effect.flatMap(adminOf(world), (admin) =>
      admin[what](what === "deleteTopic" ? ordersTopic : ordersSubscription)
    )
  )

const setUpAnew = (world: World) => Effect.scoped(setUp(world))

const unavailable: ReadonlyArray<[what: string, happening: Happening, reason: string]> = [
  [
    "a topic that is deleted",
    deletion("deleteTopic"),
    "its topic was deleted, so nothing new will ever come"
  ],
  [
    "a topic that is deleted and set up anew",
    (world) => Effect.andThen(deletion("deleteTopic")(world), setUpAnew(world)),
    "its topic was deleted, so nothing new will ever come"
  ]
]

const ending: ReadonlyArray<[what: string, happening: Happening, reason: PubSubReason["_tag"]]> = [
  ["a subscription that is deleted", deletion("deleteSubscription"), "ResourceMissing"],
  [
    "a subscription that is deleted and set up anew in the same moment",
    (world) => Effect.andThen(deletion("deleteSubscription")(world), setUpAnew(world)),
    "ResourceMissing"
  ],
  [
    "a subscription that is deleted and, after a moment, set up anew",
    (world) =>
      Effect.andThen(
        deletion("deleteSubscription")(world),
        Effect.andThen(pass("1 second"), setUpAnew(world))
      ),
    "ResourceMissing"
  ],
  ["a subscription that is detached", ({ broker }) => broker.detach(ordersSubscription), "RequestRejected"]
]

/** A payment waits when it happens, and its order is published where it cannot come from. */
const during = (happening: Happening) =>
  Effect.gen(function* () {
    const world = yield* makeWorld()
    const process = yield* world.start({ paymentGrace: Duration.seconds(10) })
    yield* pass("1 second")
    yield* happening(world)
    yield* world.publishPayments(paymentOf(1n))
    yield* Effect.ignore(world.publishOrders(orderOf(1n)))
    return { world, process }
  })

describe("a source that cannot deliver", () => {
  it.effect.each(unavailable)(
    "[G4] [G5] %s is unavailable, and makes no dead letter",
    ([, happening, reason]) =>
      Effect.gen(function* () {
        const { world, process } = yield* during(happening)
        yield* pass("10 minutes")
        const { orders } = yield* process.health
        assert.strictEqual(orders._tag, "Unavailable")
        assert.include(reasonOf(orders) ?? "", reason)
        assert.isDefined("error" in orders ? orders.error : undefined)
        assert.lengthOf(yield* world.deadLetters, 0)
        assert.isUndefined(process.running.pollUnsafe())
        // The payment still waits, and is matched once its order is stored by whoever has it.
        assert.strictEqual((yield* process.totals("payments")).waiting, 1)
        const { order_id, ...columns } = orderOf(1n)
        world.table.write(order_id, columns, 1n)
        yield* eventually(
          "the payment is matched",
          Effect.map(process.totals("payments"), ({ waiting }) => waiting === 0)
        )
        assert.lengthOf(yield* world.deadLetters, 0)
      })
  )

  it.effect.each(ending)("[G4] [G5] %s ends the process, and makes no dead letter", ([, happening, reason]) =>
    Effect.gen(function* () {
      const { world, process } = yield* during(happening)
      yield* pass("10 minutes")
      const exit = yield* Fiber.await(process.running)
      const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
      assert.instanceOf(error, PubSubError)
      assert.strictEqual(error.reason._tag, reason)
      assert.isFalse(error.isRetryable)
      assert.lengthOf(yield* world.deadLetters, 0)
      // The supervisor starts the next one, which takes what is there.
      yield* process.shutDown
      if (reason === "RequestRejected") return
      yield* setUpAnew(world)
      yield* world.start({ paymentGrace: Duration.seconds(10) }, "process-2")
      yield* world.publishOrders(orderOf(1n))
      yield* eventually(
        "the order is stored, and its payment matched",
        Effect.sync(() => world.table.fact(1n)?.payment_id === paymentOf(1n).payment_id)
      )
      assert.lengthOf(yield* world.deadLetters, 0)
    })
  )
})
