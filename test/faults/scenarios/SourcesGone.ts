/**
 * Topics and subscriptions that are deleted or forgotten under a running process: never a quiet stream (G4, G5).
 *
 * A detached subscription is not among them: Google's emulator cannot detach one, and pstest does not tell that it has.
 */
import { Effect, type Scope } from "effect"
import { counterfoil, until } from "../../support/Counterfoil.ts"
import { SeededRandom } from "../../support/SeededRandom.ts"
import { isSettled } from "../Ledger.ts"
import { ask, type RunningProcessor, tailOf, untilReady } from "../Processors.ts"
import type { Scenario, ScenarioContext, ScenarioError } from "../Scenario.ts"
import type { Signs } from "../Signs.ts"
import { order, payment, traffic } from "../Traffic.ts"

/** Messages that come after the trouble began; a part of them is about orders that nobody can receive then. */
const pairs = 50

/** What the payments wait for their orders; short, so that a process that took the orders for read would be wrong soon. */
const grace = "10s"

/** For how long payments wait for orders that cannot come. Longer than the grace by far. **Units**: seconds. */
const deafSeconds = 40

/**
 * The orders cannot come: for a while only their payments are published. None of them may become a dead letter, and
 * the process either says why the orders do not come, or ends with exit code 2. Then the sources are put in order, the
 * orders are published, and everything has its effect.
 */
interface Gone extends Omit<Scenario, "run"> {
  readonly trouble: (context: ScenarioContext) => Effect.Effect<void>
  readonly repair: (context: ScenarioContext) => Effect.Effect<void, ScenarioError, Scope.Scope>
}

const gone = ({ trouble, repair, ...described }: Gone): Scenario => ({
  environment: { PAYMENT_GRACE: grace },
  // All of it has its effect before the trouble begins: what a deleted subscription held is lost by Pub/Sub itself.
  load: () => traffic({ messages: 500, seed: 95, unmatched: 0, early: 0 }),
  loadSeconds: "before",
  ...described,
  run: (context) =>
    Effect.gen(function* () {
      const { processors, observer, expect } = context
      const processor = yield* processors.start()
      yield* untilReady(processor)
      yield* until(
        "an effect of all that was published before",
        Effect.promise(async () => isSettled(await observer.judgeNow())),
        "90 seconds",
        () => tailOf(processor)
      )
      yield* trouble(context)
      const told = yield* Effect.raceFirst(
        Effect.as(saysUnavailable(processor), "said"),
        Effect.map(processors.untilEnded(processor), ({ code }) => `ended with exit code ${code}`)
      ).pipe(
        Effect.timeout(`${deafSeconds} seconds`),
        Effect.orElseSucceed(() => "quiet")
      )
      yield* expect(
        told === "said" || told === "ended with exit code 2",
        `${told}: ${yield* ask(processor, "/health")}`
      )
      yield* Effect.all([deaf(context), context.lookForSigns()], { concurrency: 2 })
      yield* repair(context)
      yield* flowAgain(context, processor, told.startsWith("ended"))
    })
})

/** Publishes payments whose orders nobody can receive yet, where payments still can be published. */
const deaf = ({ observer, deployment, expect }: ScenarioContext) =>
  Effect.gen(function* () {
    const random = new SeededRandom(96)
    const payments = Array.from({ length: pairs }, (_, index) => payment(firstId + index, 1, random))
    yield* Effect.promise(() => observer.publish(payments).catch(() => {}))
    yield* Effect.sleep(`${deafSeconds} seconds`)
    const letters = yield* Effect.promise(() =>
      deployment.pubsub.pull(`${deployment.deadLetters}-sub`, 1_000).catch(() => [])
    )
    const unmatched = letters.filter(
      ({ attributes }) => attributes["dlq-reason"] === "unmatched-payment"
    ).length
    yield* expect(
      unmatched === 0,
      `${unmatched} of ${pairs} payments became dead letters while no order could come`
    )
  })

/** Starts another process in place of one that has ended, as its supervisor does, and publishes the orders. */
const flowAgain = ({ processors, observer }: ScenarioContext, first: RunningProcessor, hasEnded: boolean) =>
  Effect.gen(function* () {
    const random = new SeededRandom(97)
    const orders = Array.from({ length: pairs }, (_, index) => order(firstId + index, "Pending", random))
    const payments = orders.map((_, index) => payment(firstId + index, 2, random))
    yield* Effect.promise(() => observer.publish([...orders, ...payments]))
    const startAnother = Effect.flatMap(processors.start(), untilReady)
    if (hasEnded) return yield* startAnother
    // It may yet see that its subscription is another, and end for it.
    yield* Effect.forkScoped(
      Effect.flatMap(processors.untilEnded(first), ({ code }) => (code === 2 ? startAnother : Effect.void))
    )
  })

const saysUnavailable = (processor: RunningProcessor) =>
  until(
    "health saying that the orders are unavailable",
    Effect.map(ask(processor, "/health"), (text) =>
      /"orders":\{"state":"unavailable","reason":"[^"]+/.test(text)
    ),
    "10 minutes",
    () => tailOf(processor)
  )

const firstId = 600_000_000

const promised = (work: (context: ScenarioContext) => Promise<unknown>) => (context: ScenarioContext) =>
  Effect.asVoid(Effect.promise(() => work(context)))

/** Subscribes to the orders anew, the processors and the observer. */
const subscribeToOrders = promised(async ({ deployment: { pubsub, orders }, observer }) => {
  await pubsub.deleteSubscription(`${orders}-sub`).catch(() => {})
  await pubsub.createSubscription(`${orders}-sub`, orders)
  await observer.subscribeAgain("orders")
})

const topicRecreated = gone({
  name: "orders-topic-recreated",
  fault: "the orders topic deleted and created anew",
  signs: {
    sentence: /^No orders have come from Pub\/Sub for .*To do: /,
    doctor: "CF-605",
    alert: /^CounterfoilPubSubUnavailable$/
  },
  trouble: promised(async ({ deployment: { pubsub, orders } }) => {
    await pubsub.deleteTopic(orders)
    await pubsub.createTopic(orders)
  }),
  repair: subscribeToOrders
})

/** The process has ended, with exit code 2 and a line that says why. */
const ended: Signs = { doctor: "CF-604", alert: /^CounterfoilNoProcess$/ }

const subscriptionDeleted = gone({
  name: "orders-subscription-gone",
  fault: "the orders subscription deleted, and created later",
  signs: ended,
  trouble: promised(({ deployment: { pubsub, orders } }) => pubsub.deleteSubscription(`${orders}-sub`)),
  repair: subscribeToOrders
})

const forgetful = gone({
  name: "pubsub-forgot",
  fault: "Pub/Sub restarted and forgot everything",
  signs: ended,
  trouble: ({ pubsub }) =>
    pubsub === undefined ? Effect.void : Effect.andThen(pubsub.kill, Effect.orDie(pubsub.start)),
  repair: ({ deployment, observer }) =>
    Effect.gen(function* () {
      const setup = yield* counterfoil(["setup", "pubsub"], deployment.environment)
      yield* setup.ended
      yield* Effect.promise(async () => {
        for (const stream of ["orders", "payments"] as const) await observer.subscribeAgain(stream)
      })
    }),
  // It forgets, too, which message ids it gave: nothing is published before, or two messages would share one.
  ownPubSub: true,
  load: () => []
})

/** Sources that cannot deliver. */
export const sourcesGone: ReadonlyArray<Scenario> = [topicRecreated, subscriptionDeleted, forgetful]
