/** The promise of an open subscription, whatever happens in which order. Shown by the scripted server only. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Scope } from "effect"
import type { SettledIds } from "../../../src/pubsub/HeldIds.ts"
import { leaseSeconds } from "../../../src/pubsub/Limits.ts"
import type { Delivery } from "../../../src/pubsub/Message.ts"
import type { Settled } from "../../../src/pubsub/Settled.ts"
import type { Subscription } from "../../../src/pubsub/Subscriber.ts"
import type { ScriptedPubSub } from "../../support/ScriptedPubSub.ts"
import { SeededRandom } from "../../support/SeededRandom.ts"
import { AnswerLedger } from "./AnswerLedger.ts"
import { later, onTheWire, subscriber, unavailable, until } from "./ScriptedSubscriber.ts"

const steps = 40

/** In half of them no stream breaks, so that nothing may be missing at all; half of each keep the order of keys. */
const cases = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597].map((seed, index) => ({
  seed,
  breaks: index % 2 === 1,
  isOrdered: index % 4 < 2,
  title: `${index % 4 < 2 ? "ordered" : "unordered"}, ${index % 2 === 1 ? "breaking" : "unbroken"}, seed ${seed}`
}))

describe("an open subscription on a scripted server", () => {
  it.effect.each(cases)(
    "[G1] [G7] whatever the interleaving, each delivery is settled at most once, none is dropped in silence or overtaken, and the counts add up ($title)",
    ({ seed, breaks, isOrdered }) =>
      Effect.gen(function* () {
        const random = new SeededRandom(seed)
        const scope = yield* Scope.make()
        const ledger = new AnswerLedger(random, () => received)
        const { server, open, received } = yield* Scope.provide(
          subscriber({
            messages: random.oneOf([6, 1_000]),
            script: ledger.script,
            options: { heldIds: { max: 20, lease: "10 seconds", extendEvery: "3 seconds" } }
          }),
          scope
        )
        yield* until("the streams", () => server.streams.length === 4)
        const played = yield* play({ random, server, open, received, breaks, isOrdered })
        ledger.isCalm = true
        const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
        yield* until("the end of closing", () => closing.pollUnsafe() !== undefined)
        const answers = yield* Effect.forEach(played.settling, ({ fiber, count }) =>
          Effect.map(Fiber.join(fiber), ({ done, lost }) => assert.strictEqual(done + lost.length, count))
        )
        assert.strictEqual(answers.length, played.settling.length)

        assert.strictEqual(new Set(received.map(({ ackId }) => ackId)).size, received.length)
        assert.deepStrictEqual(ledger.settledAgain, [])
        const known = new Set([...ledger.mentioned.keys(), ...received.map(({ ackId }) => ackId)])
        assert.deepStrictEqual(
          [...known].filter((ackId) => !ledger.settled.has(ackId) && !ledger.refused.has(ackId)),
          []
        )
        // What was still unread when its stream broke is the server's to send again.
        if (!breaks) assert.strictEqual(known.size, played.sent.length)
        if (isOrdered) assertOrder(received, played, ledger)
        assert.deepStrictEqual(yield* balanced(open), {
          received: received.length,
          held: 0,
          acked: ledger.acknowledged.size
        })
      })
  )
})

/** Asserts that the counts of a subscription add up; answers some of them. */
const balanced = (open: Subscription) =>
  Effect.map(open.status, ({ acked, held, lost, received, released }) => {
    assert.strictEqual(received, held + acked + released + lost)
    return { received, held, acked }
  })

/** Of each key, deliveries are handed over in the order they were sent, and none after an earlier one came to nothing. */
const assertOrder = (received: ReadonlyArray<Delivery>, played: Played, ledger: AnswerLedger): void => {
  const place = new Map(received.map(({ ackId }, index) => [ackId, index]))
  for (const key of ["A", "B"]) {
    const ids = played.sent.filter(({ orderingKey }) => orderingKey === key).map(({ ackId }) => ackId)
    const handedOver = ids.filter((ackId) => place.has(ackId))
    const inOrder = handedOver.toSorted((left, right) => (place.get(left) ?? 0) - (place.get(right) ?? 0))
    assert.deepStrictEqual(inOrder, handedOver)
    for (const [index, earlier] of ids.entries()) {
      const given = ledger.comesAgain.get(earlier)
      // What was set aside, or done after all, holds up nobody; what an earlier one took along was lost with that one.
      if (given === undefined || played.aside.has(earlier) || ledger.acknowledged.has(earlier)) continue
      if (ledger.releaseAsked.has(earlier) && !played.released.has(earlier)) continue
      // What came later may come after the redelivery; what the server had heard of was here already.
      const overtaking = ids
        .slice(index + 1)
        .filter((ackId) => (ledger.mentioned.get(ackId) ?? given.at) < given.at)
        .filter((ackId) => (place.get(ackId) ?? -1) >= given.handedOver)
      assert.deepStrictEqual(overtaking, [], `${earlier} is overtaken`)
    }
  }
}

interface PlayOptions {
  readonly random: SeededRandom
  readonly server: ScriptedPubSub
  readonly open: Subscription
  readonly received: ReadonlyArray<Delivery>
  readonly breaks: boolean
  readonly isOrdered: boolean
}

interface Played {
  readonly settling: ReadonlyArray<{
    readonly fiber: Fiber.Fiber<Settled | SettledIds>
    readonly count: number
  }>
  readonly sent: ReadonlyArray<{ readonly ackId: string; readonly orderingKey: string }>
  /** Ids that were set aside, or held by id, at some time. */
  readonly aside: ReadonlySet<string>
  /** Ids that it was asked to release. */
  readonly released: ReadonlySet<string>
}

/** Does one thing after another, some while others are under way. */
const play = Effect.fnUntraced(function* (
  options: PlayOptions
): Effect.fn.Return<Played, never, Scope.Scope> {
  const { random, server, open, received } = options
  const settling: Array<Played["settling"][number]> = []
  const heldIds = new Set<string>()
  const aside = new Set<string>()
  const released = new Set<string>()
  const sent: Array<{ readonly ackId: string; readonly orderingKey: string }> = []
  const properties = {
    messageOrderingEnabled: options.isOrdered,
    exactlyOnceDeliveryEnabled: random.chance(0.5)
  }

  /** Some of everything ever received: also what is settled, or being settled, already. */
  const some = (): ReadonlyArray<Delivery> =>
    received.length === 0 ? [] : Array.from({ length: random.between(1, 4) }, () => random.oneOf(received))
  const openStream = () => {
    const streams = server.streams.filter(({ isLeft }) => !isLeft)
    // The service sends a key on one stream.
    return options.isOrdered || streams.length === 0 ? streams[0] : random.oneOf(streams)
  }
  const send = Effect.sync(() => {
    const stream = openStream()
    if (stream === undefined) return
    const messages = Array.from({ length: random.between(1, 5) }, (_, index) => ({
      ackId: `m-${sent.length + index + 1}`,
      orderingKey: random.oneOf(["", "A", "B"])
    }))
    sent.push(...messages)
    stream.send(messages, properties)
  })
  const settle = Effect.gen(function* () {
    const deliveries = [...new Set(some())]
    const delay = random.oneOf([Duration.zero, Duration.zero, Duration.seconds(30)])
    const acks = random.chance(0.6)
    if (!acks) for (const { ackId } of deliveries) released.add(ackId)
    const fiber = yield* Effect.forkScoped(acks ? open.ack(deliveries) : open.release(deliveries, delay), {
      startImmediately: true
    })
    if (random.chance(0.2)) yield* Fiber.interrupt(fiber)
    else settling.push({ fiber, count: deliveries.length })
  })
  const holdIds = Effect.gen(function* () {
    const deliveries = some()
    for (const { ackId } of deliveries) aside.add(ackId)
    for (const ackId of yield* Effect.orElseSucceed(open.heldIds.hold(deliveries), () => []))
      heldIds.add(ackId)
  })
  /** Some of every id ever held: also what is settled already. */
  const settleIds = Effect.gen(function* () {
    const ids = [...heldIds].filter(() => random.chance(0.4))
    const fiber = yield* Effect.forkScoped(
      random.chance(0.5) ? open.heldIds.ack(ids) : open.heldIds.release(ids),
      { startImmediately: true }
    )
    settling.push({ fiber, count: ids.length })
  })
  const breakStream = Effect.sync(() => {
    const stream = openStream()
    if (random.chance(0.5)) stream?.end()
    else stream?.fail(unavailable)
  })

  for (let step = 0; step < steps; step++) {
    const choice = random.between(1, 12)
    if (choice <= 3) yield* send
    else if (choice <= 7) yield* settle
    else if (choice === 8) {
      const deliveries = some()
      for (const { ackId } of deliveries) aside.add(ackId)
      yield* open.setAside(deliveries)
    } else if (choice === 10) yield* holdIds
    else if (choice === 11) yield* settleIds
    else if (choice === 9 && options.breaks) yield* breakStream
    else yield* later(random.between(1, leaseSeconds))
    if (random.chance(0.7)) yield* Effect.andThen(later(0.02), someArrives)
    yield* balanced(open)
  }
  yield* onTheWire
  return { settling, sent, aside, released }
})

/** What is on the wire may have arrived by then, or not: both shall do. */
const someArrives = Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 10)))
