/** Pub/Sub out of reach, slow, mute, and without its dead-letter topic. */
import { Effect } from "effect"
import { until, whileFrozen } from "../../support/Counterfoil.ts"
import { ask, untilHealthSays, untilReady } from "../Processors.ts"
import type { Scenario, ScenarioContext } from "../Scenario.ts"
import { forAtLeast, type Signs } from "../Signs.ts"
import type { Mode } from "../TcpProxy.ts"
import { traffic } from "../Traffic.ts"
import { withoutCassandra } from "./CassandraAway.ts"

/** What tells that Pub/Sub cannot be reached. */
export const withoutPubSub: Signs = {
  sentence: /^No (orders|payments) have come from Pub\/Sub for .*Nothing is lost/,
  doctor: "CF-602",
  alert: /^CounterfoilPubSubUnavailable$/
}

/** Spoils the connection at these shares of the load, for so long each: acknowledgements are lost, or the answers to them. */
const spoiling =
  (modes: ReadonlyArray<Mode>, seconds: number) =>
  ({ processors, toPubSub, untilPublished, disturb, lookForSigns }: ScenarioContext) =>
    Effect.gen(function* () {
      const processor = yield* processors.start()
      yield* untilReady(processor)
      for (const [index, mode] of modes.entries()) {
        yield* untilPublished((index + 1) / (modes.length + 2))
        yield* disturb(
          `connection ${mode._tag}`,
          toPubSub.set(mode).pipe(
            Effect.andThen(forAtLeast(seconds, index === 0 ? lookForSigns() : Effect.void)),
            Effect.andThen(toPubSub.set({ _tag: "Pass" })),
            // It lasts until the streams are open again.
            Effect.andThen(untilReady(processor))
          )
        )
      }
    })

const cut: Scenario = {
  name: "pubsub-cut",
  fault: "connection to Pub/Sub cut 4 times for 2 s",
  signs: withoutPubSub,
  proxied: ["pubsub"],
  mayBeLate: true,
  run: spoiling(Array(4).fill({ _tag: "Cut" }), 2)
}

const blackHole: Scenario = {
  name: "pubsub-black-hole",
  fault: "connection to Pub/Sub black-holed for 30 s",
  signs: withoutPubSub,
  proxied: ["pubsub"],
  mayBeLate: true,
  run: ({ processors, toPubSub, untilPublished, disturb, lookForSigns }) =>
    Effect.gen(function* () {
      const processor = yield* processors.start()
      yield* untilReady(processor)
      yield* untilPublished(1 / 3)
      const swallow = Effect.gen(function* () {
        yield* toPubSub.set({ _tag: "BlackHole" })
        // Sooner than the connection is replaced: what swallows everything is never taken for quiet.
        yield* until(
          "health saying that the orders are unavailable",
          Effect.map(ask(processor, "/health"), (text) => ordersAway.test(text)),
          "8 seconds"
        )
        yield* forAtLeast(30, lookForSigns())
        yield* toPubSub.set({ _tag: "Pass" })
        yield* untilReady(processor)
      })
      yield* disturb("connection black-holed", swallow)
    })
}

const ordersAway = /"orders":\{[^}]*"unavailable"/i

const slow: Scenario = {
  name: "pubsub-slow",
  fault: "Pub/Sub 500 ms away in each direction",
  signs: { nothingToTell: "it is as fast as it can be" },
  proxied: ["pubsub"],
  run: ({ processors, toPubSub, untilPublished }) =>
    Effect.gen(function* () {
      yield* toPubSub.set({ _tag: "Delay", millis: 500 })
      yield* untilReady(yield* processors.start())
      yield* untilPublished(1)
    })
}

const acknowledgementsLost: Scenario = {
  name: "acks-lost",
  fault: "requests, then answers of Pub/Sub lost",
  signs: withoutPubSub,
  proxied: ["pubsub"],
  loadSeconds: 40,
  mayBeLate: true,
  // Longer than a lease: what was done and could not be acknowledged comes again.
  run: spoiling([{ _tag: "DropRequests" }, { _tag: "DropAnswers" }], 15)
}

const answersLost: Scenario = {
  name: "answers-lost",
  fault: "answers of Cassandra lost 3 times, rows written",
  signs: withoutCassandra,
  proxied: ["cassandra"],
  run: ({ processors, toCassandra, untilPublished, lookForSigns }) =>
    Effect.gen(function* () {
      yield* untilReady(yield* processors.start())
      for (const share of [0.25, 0.5, 0.75]) {
        yield* untilPublished(share)
        yield* toCassandra.set({ _tag: "DropAnswers" })
        yield* share === 0.25 ? lookForSigns() : Effect.sleep("4 seconds")
        yield* toCassandra.set({ _tag: "Pass" })
      }
    })
}

const noTopic: Scenario = {
  name: "dlq-missing",
  fault: "no dead-letter topic until late",
  signs: {
    sentence: /The dead-letter topic has not worked for .*Nothing is lost/,
    doctor: "CF-603",
    alert: /^CounterfoilDeadLettersUnavailable$/
  },
  deployment: { hasDeadLetterTopic: false },
  // Few enough that the payments without an order fill them.
  environment: { WAITING_ROOM_MAX: "20", PAYMENT_GRACE: "5s" },
  load: (messages) =>
    traffic({ messages, seed: 2, poison: { orders: 0, payments: 0.01 }, unmatched: 0.03, early: 0 }),
  run: ({ processors, deployment, observer, untilPublished, expect, lookForSigns }) =>
    Effect.gen(function* () {
      const processor = yield* processors.start()
      yield* untilHealthSays(processor, new RegExp(`topics/${deployment.deadLetters} does not exist`))
      const ready = yield* ask(processor, "/ready")
      yield* expect(
        ready.includes("dead-letters: unavailable"),
        `ready without a dead-letter topic: ${ready}`
      )
      yield* lookForSigns()
      yield* untilPublished(1)
      yield* untilHealthSays(processor, /"payments":\{[^}]*"paused"/i)
      const orders = new Set(
        observer.sent.flatMap(({ planned: { meaning } }) =>
          meaning._tag === "Order" ? [meaning.orderId] : []
        )
      ).size
      yield* until(
        "every order stored while payments stand still",
        Effect.promise(async () => (await deployment.table.count()) === orders),
        "60 seconds"
      )
      // A topic comes before its subscription, and what is published between the two is received by nobody.
      yield* whileFrozen(
        processor,
        Effect.promise(() => deployment.pubsub.create(deployment.deadLetters))
      )
      yield* untilReady(processor)
    })
}

/** Ways in which Pub/Sub can be away. */
export const pubSubAway: ReadonlyArray<Scenario> = [cut, blackHole, slow, noTopic]

/** Answers that never come, though what was asked for was done. */
export const answersAway: ReadonlyArray<Scenario> = [acknowledgementsLost, answersLost]
