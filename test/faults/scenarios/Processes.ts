/** Processors that die, leave and take turns. */
import { Effect } from "effect"
import { SeededRandom } from "../../support/SeededRandom.ts"
import { untilReady } from "../Processors.ts"
import type { Scenario } from "../Scenario.ts"
import { steadyTraffic } from "../SteadyTraffic.ts"

const killed: Scenario = {
  name: "kill-9",
  fault: "processor killed 5 times",
  signs: { nothingToTell: "whoever starts it anew knows that it ended" },
  loadSeconds: 25,
  mayBeLate: true,
  run: ({ processors, untilPublished }) =>
    Effect.gen(function* () {
      const random = new SeededRandom(9)
      for (let kills = 1; kills <= 5; kills++) {
        const processor = yield* processors.start()
        yield* untilReady(processor)
        yield* Effect.sleep(random.between(200, 2_000))
        yield* untilPublished(kills / 6)
        yield* processors.kill(processor)
      }
      yield* processors.start()
    })
}

const shared: Scenario = {
  name: "two-processors",
  fault: "of two processors one killed, one stopped",
  signs: { nothingToTell: "the others go on" },
  mayBeLate: true,
  run: ({ processors, untilPublished }) =>
    Effect.gen(function* () {
      const [one, other] = yield* Effect.all([processors.start(), processors.start()])
      yield* Effect.forEach([one, other], untilReady)
      yield* untilPublished(0.4)
      yield* processors.kill(one)
      const third = yield* processors.start()
      yield* untilReady(third)
      yield* untilPublished(0.7)
      yield* processors.stop(other)
    })
}

const rolling: Scenario = {
  name: "rolling-restart",
  fault: "10 rolling restarts, 100 attempts",
  signs: { nothingToTell: "one of two is always ready" },
  loadSeconds: 60,
  deployment: { deliveryAttempts: 100 },
  run: ({ processors, untilPublished }) =>
    Effect.gen(function* () {
      let current = yield* processors.start()
      yield* untilReady(current)
      for (let restarts = 1; restarts <= restartsInAll; restarts++) {
        yield* untilPublished(restarts / (restartsInAll + 2))
        const next = yield* processors.start()
        yield* untilReady(next)
        yield* processors.stop(current)
        current = next
      }
    }),
  afterwards: ({ expect, observer }) =>
    Effect.gen(function* () {
      const givenUp = yield* Effect.promise(() => observer.readGivenUp())
      yield* expect(givenUp === 0, `Pub/Sub gave up on ${givenUp} messages`)
      const attempts = observer.deadLetters.map(({ attributes }) =>
        Number(attributes["dlq-delivery-attempt"])
      )
      const most = Math.max(...attempts)
      // A payment that waits is released by each process that stops, and by no other reason.
      yield* expect(most <= restartsInAll + 1, `a message took ${most} attempts in ${restartsInAll} restarts`)
    })
}

const restartsInAll = 10

/** **Units**: seconds. */
const [comingSeconds, changeEverySeconds] = [300, 20]

const coming: Scenario = {
  name: "joining-and-leaving",
  fault: `one joins and one leaves every ${changeEverySeconds} s for ${comingSeconds / 60} minutes`,
  signs: { nothingToTell: "at least two are always ready" },
  load: () =>
    steadyTraffic({
      seconds: comingSeconds,
      seed: 121,
      ordersPerSecond: 98,
      paymentsPerSecond: 100,
      lateOrderEverySeconds: 5
    }),
  loadSeconds: comingSeconds,
  unmatchedWithinSeconds: 30 + 90,
  run: ({ processors, untilPublished }) =>
    Effect.gen(function* () {
      const all = yield* Effect.replicateEffect(processors.start(), 2)
      yield* Effect.forEach(all, untilReady)
      for (let at = changeEverySeconds; at < comingSeconds; at += changeEverySeconds) {
        yield* untilPublished(at / comingSeconds)
        const next = yield* processors.start()
        yield* untilReady(next)
        all.push(next)
        const oldest = all.shift()
        if (oldest !== undefined) yield* processors.stop(oldest)
      }
    })
}

/** Scenarios of processes. */
export const processes: ReadonlyArray<Scenario> = [killed, shared]

/** Turns under load; one has a policy on its source subscriptions. */
export const restarts: ReadonlyArray<Scenario> = [rolling, coming]
