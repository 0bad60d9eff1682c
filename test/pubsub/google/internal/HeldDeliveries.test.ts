import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { HeldDeliveries } from "../../../../src/pubsub/google/internal/HeldDeliveries.ts"
import type { WireCredit } from "../../../../src/pubsub/google/internal/HeldDelivery.ts"
import { SettleRequest } from "../../../../src/pubsub/google/internal/SettleRequest.ts"
import { givenBackSeconds, handOverMax } from "../../../../src/pubsub/Limits.ts"
import type { Delivery } from "../../../../src/pubsub/Message.ts"
import { encodedBytes } from "../../../../src/pubsub/MessageLimits.ts"
import type { LostDelivery } from "../../../../src/pubsub/Settled.ts"
import { lostAs } from "../../../../src/testing/SubscriptionReader.ts"
import { deliveryOf } from "../Deliveries.ts"

const credit = (): WireCredit => ({ asideMessages: 0, asideBytes: 0 })

const limited = (maxOutstandingMessages: number, maxOutstandingBytes = 1_000_000, clock = { now: 0 }) =>
  new HeldDeliveries({ maxOutstandingMessages, maxOutstandingBytes }, () => clock.now)

const deliver = (heldDeliveries: HeldDeliveries, deliveries: ReadonlyArray<Delivery>, stream = credit()) =>
  heldDeliveries.admit(heldDeliveries.receive(deliveries, stream, 0, 0))

const idsOf = (deliveries: ReadonlyArray<Delivery> | undefined) => deliveries?.map(({ ackId }) => ackId)

/** Settles deliveries at once; answers what has to be released with them. */
const settle = (heldDeliveries: HeldDeliveries, deliveries: ReadonlyArray<Delivery>, comesAgain = false) =>
  heldDeliveries
    .claim(deliveries, new SettleRequest(comesAgain))
    .flatMap((held) => heldDeliveries.forget(held, comesAgain ? "released" : "acked"))

describe("HeldDeliveries", () => {
  it("hands over batches that are there together as one, and nothing when there is nothing", () => {
    const heldDeliveries = limited(100)
    assert.isUndefined(heldDeliveries.take())
    deliver(heldDeliveries, [deliveryOf("a"), deliveryOf("b")])
    deliver(heldDeliveries, [deliveryOf("c")])
    assert.deepStrictEqual(idsOf(heldDeliveries.take()), ["a", "b", "c"])
    assert.isUndefined(heldDeliveries.take())
  })

  it("[G6] hands over a server's batch whole, and with it only what keeps it small", () => {
    const heldDeliveries = limited(10_000)
    const many = (prefix: string, count: number) =>
      Array.from({ length: count }, (_, index) => deliveryOf(`${prefix}-${index}`))
    for (const [prefix, count] of [
      ["a", handOverMax + 1],
      ["b", handOverMax - 1],
      ["c", 1],
      ["d", 1]
    ] as const)
      deliver(heldDeliveries, many(prefix, count))
    const sizes = Array.from({ length: 3 }, () => heldDeliveries.take()?.length)
    assert.deepStrictEqual(sizes, [handOverMax + 1, handOverMax, 1])
    assert.isUndefined(heldDeliveries.take())
  })

  it("[G6] parks what is beyond the limit on messages until there is room", () => {
    const heldDeliveries = limited(2)
    deliver(
      heldDeliveries,
      ["a", "b", "c"].map((id) => deliveryOf(id))
    )
    const first = heldDeliveries.take() ?? []
    assert.deepStrictEqual(idsOf(first), ["a", "b"])
    assert.isUndefined(heldDeliveries.take())
    assert.isTrue(heldDeliveries.room.isFull)
    assert.strictEqual(heldDeliveries.handedOver, 2)
    settle(heldDeliveries, first.slice(0, 1))
    assert.deepStrictEqual(idsOf(heldDeliveries.take()), ["c"])
  })

  it("[G6] one delivery larger than the limit on bytes is handed over, alone", () => {
    const heldDeliveries = limited(10, 100)
    deliver(heldDeliveries, [deliveryOf("small"), deliveryOf("large", "", 5_000), deliveryOf("next")])
    const first = heldDeliveries.take() ?? []
    assert.deepStrictEqual(idsOf(first), ["small"])
    settle(heldDeliveries, first)
    const second = heldDeliveries.take() ?? []
    assert.deepStrictEqual(idsOf(second), ["large"])
    settle(heldDeliveries, second)
    assert.deepStrictEqual(idsOf(heldDeliveries.take()), ["next"])
  })

  it("[G5] what is set aside leaves the limits, and is charged to its stream until it is settled", () => {
    const heldDeliveries = limited(1)
    const stream = credit()
    deliver(heldDeliveries, [deliveryOf("a"), deliveryOf("b")], stream)
    const first = heldDeliveries.take() ?? []
    heldDeliveries.setAside(first)
    heldDeliveries.setAside(first)
    assert.strictEqual(stream.asideMessages, 1)
    assert.deepStrictEqual(idsOf(heldDeliveries.take()), ["b"])
    assert.strictEqual(heldDeliveries.handedOver, 2)
    settle(heldDeliveries, first)
    assert.deepStrictEqual(stream, credit())
  })

  it("a delivery is claimed once; who claims it again is told that it is lost", () => {
    const heldDeliveries = limited(10)
    deliver(heldDeliveries, [deliveryOf("a")])
    const deliveries = heldDeliveries.take() ?? []
    const first = new SettleRequest<LostDelivery>(false)
    const second = new SettleRequest<LostDelivery>(false)
    assert.strictEqual(heldDeliveries.claim(deliveries, first).length, 1)
    assert.strictEqual(heldDeliveries.claim(deliveries, second).length, 0)
    assert.deepStrictEqual(second.lost, lostAs("already-settled", deliveries))
  })

  it("a delivery that is held already is not taken again", () => {
    const heldDeliveries = limited(10)
    deliver(heldDeliveries, [deliveryOf("a")])
    deliver(heldDeliveries, [deliveryOf("a")])
    assert.deepStrictEqual(idsOf(heldDeliveries.take()), ["a"])
    assert.isUndefined(heldDeliveries.take())
  })

  it("tells the oldest publish time among what was not handed over", () => {
    const heldDeliveries = limited(1)
    assert.isUndefined(heldDeliveries.oldestParkedMicros())
    deliver(heldDeliveries, [deliveryOf("a", "", 1, 7), deliveryOf("b", "", 1, 9), deliveryOf("c", "", 1, 8)])
    assert.strictEqual(heldDeliveries.oldestParkedMicros(), 7)
    heldDeliveries.take()
    assert.strictEqual(heldDeliveries.oldestParkedMicros(), 8)
  })

  it("with ordering, a lost acknowledgement takes the later ones of its key along", () => {
    const heldDeliveries = limited(10)
    heldDeliveries.keepOrder()
    deliver(heldDeliveries, [deliveryOf("a1", "A"), deliveryOf("a2", "A"), deliveryOf("b1", "B")])
    const first = heldDeliveries.take() ?? []
    assert.deepStrictEqual(idsOf(first), ["a1", "b1"])
    const behind = settle(heldDeliveries, first.slice(0, 1), true)
    assert.deepStrictEqual(
      behind.map(({ delivery }) => delivery.ackId),
      ["a2"]
    )
  })

  it("with ordering, one that is gone before it is confirmed blocks nobody behind it", () => {
    const heldDeliveries = limited(10)
    heldDeliveries.keepOrder()
    const received = heldDeliveries.receive([deliveryOf("a1", "A")], credit(), 0, 0)
    settle(heldDeliveries, [deliveryOf("a1", "A")], true)
    heldDeliveries.admit(received)
    deliver(heldDeliveries, [deliveryOf("a2", "A")])
    assert.deepStrictEqual(idsOf(heldDeliveries.take()), ["a2"])
  })

  it("with ordering, one that is confirmed late is handed over before the later ones of its key", () => {
    const heldDeliveries = limited(10)
    heldDeliveries.keepOrder()
    const early = heldDeliveries.receive([deliveryOf("a1", "A")], credit(), 0, 0)
    deliver(heldDeliveries, [deliveryOf("a2", "A")])
    assert.isUndefined(heldDeliveries.take())
    heldDeliveries.admit(early)
    const first = heldDeliveries.take() ?? []
    assert.deepStrictEqual(idsOf(first), ["a1"])
    settle(heldDeliveries, first)
    assert.deepStrictEqual(idsOf(heldDeliveries.take()), ["a2"])
  })

  const Step = Schema.Literals(["receive", "take", "ack", "release", "aside", "lose"])
  const Key = Schema.Literals(["", "A", "B"])
  const Plan = Schema.Array(
    Schema.Struct({
      step: Step,
      key: Key,
      pick: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 }))
    })
  )

  it.effect.prop(
    "[G6] whatever the interleaving, limits and order of keys hold, each delivery is settled at most once, none vanishes",
    { plan: Plan, isOrdered: Schema.Boolean },
    ({ plan, isOrdered }) => Effect.sync(() => run(plan, isOrdered)),
    { arbitrary: { runs: 400 } }
  )
})

interface PlannedStep {
  readonly step: "receive" | "take" | "ack" | "release" | "aside" | "lose"
  readonly key: string
  readonly pick: number
}

/** Runs the steps against held deliveries with small limits, checks after each, and settles everything in the end. */
const run = (plan: ReadonlyArray<PlannedStep>, isOrdered: boolean): void => {
  const maxOutstandingBytes = 200
  const clock = { now: 0 }
  const heldDeliveries = limited(3, maxOutstandingBytes, clock)
  if (isOrdered) heldDeliveries.keepOrder()
  const received: Array<Delivery> = []
  const inHand: Array<Delivery> = []
  const aside: Array<Delivery> = []
  const settled: Array<Delivery> = []

  const releaseWith = (behind: ReturnType<typeof settle>): void => {
    const deliveries = behind.map(({ delivery }) => delivery)
    if (deliveries.length === 0) return
    settled.push(...deliveries)
    releaseWith(settle(heldDeliveries, deliveries, true))
  }
  const finish = (from: Array<Delivery>, pick: number, comesAgain: boolean): void => {
    const [delivery] = from.splice(pick % Math.max(1, from.length), 1)
    if (delivery === undefined) return
    settled.push(delivery)
    releaseWith(settle(heldDeliveries, [delivery], comesAgain))
  }
  const take = (): boolean => {
    const taken = heldDeliveries.take()
    if (taken === undefined) return false
    assert.isAbove(taken.length, 0)
    inHand.push(...taken)
    return true
  }
  const check = (): void => {
    assert.isAtMost(inHand.length, 3)
    const bytes = inHand.reduce((sum, delivery) => sum + encodedBytes(delivery), 0)
    if (inHand.length > 1) assert.isAtMost(bytes, maxOutstandingBytes)
    const keys = inHand.map(({ orderingKey }) => orderingKey).filter((key) => key !== "")
    if (isOrdered) assert.strictEqual(new Set(keys).size, keys.length)
    for (const delivery of [...inHand, ...aside]) assert.isTrue(heldDeliveries.isHeld(delivery))
    for (const delivery of settled) assert.isFalse(heldDeliveries.isHeld(delivery))
  }

  for (const { step, key, pick } of plan) {
    if (step === "receive") {
      const batch = Array.from({ length: pick }, (_, index) =>
        deliveryOf(`${received.length + index}`, key, 10 * (index + 1))
      )
      received.push(...batch)
      deliver(heldDeliveries, batch)
    } else if (step === "take") take()
    else if (step === "ack") finish(inHand, pick, false)
    else if (step === "release") finish(inHand, pick, true)
    else if (step === "lose") finish(aside, pick, true)
    else {
      const [delivery] = inHand.splice(pick % Math.max(1, inHand.length), 1)
      if (delivery !== undefined) aside.push(delivery)
      heldDeliveries.setAside(delivery === undefined ? [] : [delivery])
    }
    check()
  }
  while (take() || inHand.length > 0) {
    check()
    while (inHand.length > 0) finish(inHand, 0, false)
  }
  while (aside.length > 0) finish(aside, 0, false)
  assert.strictEqual(heldDeliveries.handedOver, 0)
  // What was given back before it was handed over may be anywhere for a while.
  clock.now += givenBackSeconds * 1_000
  assert.isUndefined(heldDeliveries.oldestParkedMicros())
  assert.deepStrictEqual(idsOf(settled)?.sort(), idsOf(received)?.sort())
}
