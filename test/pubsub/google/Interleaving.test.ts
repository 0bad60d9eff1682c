/** The promise of an open subscription, whatever happens in which order. Shown by the scripted server only. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Scope } from "effect"
import { leaseSeconds } from "../../../src/ingest/Limits.ts"
import type { Delivery } from "../../../src/pubsub/Message.ts"
import type { OpenSubscription, Settled } from "../../../src/pubsub/Subscription.ts"
import { makeRandom, type Random } from "../../faults/Random.ts"
import type { ScriptedAnswer, ScriptedPubSub } from "../../support/ScriptedPubSub.ts"
import { later, onTheWire, subscriber, unavailable, until } from "./ScriptedSubscriber.ts"

const seeds = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233]
const steps = 40

describe("an open subscription on a scripted server", () => {
  it.effect.each(seeds)(
    "[G1] whatever the interleaving, each delivery is settled at most once, and none is dropped in silence (seed %i)",
    (seed) =>
      Effect.gen(function* () {
        const random = makeRandom(seed)
        const ledger = new Ledger(random)
        const scope = yield* Scope.make()
        const { server, open, received } = yield* Scope.provide(
          subscriber({ messages: random.oneOf([6, 1_000]), script: ledger.script }),
          scope
        )
        yield* until("the streams", () => server.streams.length === 4)
        const played = yield* play(random, server, open, received)
        ledger.isCalm = true
        const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
        yield* until("the end of closing", () => closing.pollUnsafe() !== undefined)
        const answers = yield* Effect.forEach(played.settling, ({ fiber, count }) =>
          Effect.map(Fiber.join(fiber), ({ done, lost }) => assert.strictEqual(done + lost.length, count))
        )
        assert.strictEqual(answers.length, played.settling.length)

        assert.strictEqual(new Set(received.map(({ ackId }) => ackId)).size, received.length)
        assert.deepStrictEqual(ledger.settledAgain, [])
        const known = new Set([...ledger.mentioned, ...received.map(({ ackId }) => ackId)])
        assert.deepStrictEqual(
          [...known].filter((ackId) => !ledger.settled.has(ackId) && !ledger.refused.has(ackId)),
          []
        )
        // What was still unread when its stream broke is the server's to send again.
        if (!played.hasBroken) assert.strictEqual(known.size, played.sent)
        assert.strictEqual((yield* open.status).held, 0)
      })
  )
})

/** What the server answers, and what it therefore knows of each delivery. */
class Ledger {
  isCalm = false
  /** Acknowledged or released, and told so. */
  readonly settled = new Set<string>()
  /** Told that the lease is gone. */
  readonly refused = new Set<string>()
  readonly settledAgain: Array<string> = []
  readonly mentioned = new Set<string>()
  readonly script: ScriptedPubSub["script"]
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
    this.script = {
      acknowledge: (ackIds) => this.#answer(ackIds, true),
      changeLease: (ackIds, seconds) => this.#answer(ackIds, seconds !== leaseSeconds)
    }
  }

  #answer(ackIds: ReadonlyArray<string>, settles: boolean): ScriptedAnswer {
    for (const ackId of ackIds) this.mentioned.add(ackId)
    if (!this.isCalm && this.#random.chance(0.2)) return unavailable
    const failed = this.isCalm || !this.#random.chance(0.2) ? {} : this.#failures(ackIds)
    for (const ackId of ackIds) {
      if (failed[ackId]?.startsWith("PERMANENT")) this.refused.add(ackId)
      if (failed[ackId] !== undefined || !settles) continue
      if (this.settled.has(ackId)) this.settledAgain.push(ackId)
      this.settled.add(ackId)
    }
    return Object.keys(failed).length === 0 ? undefined : { code: 9, details: "some failed", ackIds: failed }
  }

  #failures(ackIds: ReadonlyArray<string>): Record<string, string> {
    const gone = this.#random.oneOf(ackIds)
    const later = this.#random.oneOf(ackIds)
    return {
      [later]: "TRANSIENT_FAILURE_SERVICE_UNAVAILABLE",
      ...(this.settled.has(gone) ? {} : { [gone]: "PERMANENT_FAILURE_INVALID_ACK_ID" })
    }
  }
}

/** Does one thing after another, some while others are under way. */
const play = Effect.fnUntraced(function* (
  random: Random,
  server: ScriptedPubSub,
  open: OpenSubscription,
  received: ReadonlyArray<Delivery>
) {
  const settling: Array<{ readonly fiber: Fiber.Fiber<Settled>; readonly count: number }> = []
  const properties = {
    messageOrderingEnabled: random.chance(0.5),
    exactlyOnceDeliveryEnabled: random.chance(0.5)
  }
  let sent = 0
  let hasBroken = false

  /** Some of everything ever received: also what is settled, or being settled, already. */
  const some = (): ReadonlyArray<Delivery> =>
    received.length === 0 ? [] : Array.from({ length: random.between(1, 4) }, () => random.oneOf(received))
  const openStream = () => {
    const streams = server.streams.filter(({ isLeft }) => !isLeft)
    return streams.length === 0 ? undefined : random.oneOf(streams)
  }
  const send = Effect.sync(() => {
    const count = random.between(1, 5)
    openStream()?.send(
      Array.from({ length: count }, () => ({
        ackId: `m-${++sent}`,
        orderingKey: random.oneOf(["", "A", "B"])
      })),
      properties
    )
  })
  const settle = Effect.gen(function* () {
    const deliveries = [...new Set(some())]
    const delay = random.oneOf([Duration.zero, Duration.zero, Duration.seconds(30)])
    const fiber = yield* Effect.forkScoped(
      random.chance(0.6) ? open.ack(deliveries) : open.release(deliveries, delay),
      { startImmediately: true }
    )
    if (random.chance(0.2)) yield* Fiber.interrupt(fiber)
    else settling.push({ fiber, count: deliveries.length })
  })
  const breakStream = Effect.sync(() => {
    const stream = openStream()
    hasBroken = true
    if (random.chance(0.5)) stream?.end()
    else stream?.fail(unavailable)
  })

  for (let step = 0; step < steps; step++) {
    const choice = random.between(1, 10)
    if (choice <= 3) yield* send
    else if (choice <= 7) yield* settle
    else if (choice === 8) yield* open.setAside(some())
    else if (choice === 9) yield* breakStream
    else yield* later(random.between(1, leaseSeconds))
    if (random.chance(0.7)) yield* Effect.andThen(later(0.02), someArrives)
  }
  yield* onTheWire
  return { settling, sent, hasBroken }
})

/** What is on the wire may have arrived by then, or not: both shall do. */
const someArrives = Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 10)))
