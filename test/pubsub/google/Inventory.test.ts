import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Inventory, type WireCredit } from "../../../src/pubsub/google/Inventory.ts"
import { Settlement } from "../../../src/pubsub/google/Settlement.ts"
import type { Delivery } from "../../../src/pubsub/Message.ts"
import { encodedBytes } from "../../../src/pubsub/MessageLimits.ts"
import { deliveryOf } from "./Deliveries.ts"

const credit = (): WireCredit => ({ asideMessages: 0, asideBytes: 0 })

const limited = (maxOutstandingMessages: number, maxOutstandingBytes = 1_000_000) =>
  new Inventory({ maxOutstandingMessages, maxOutstandingBytes })

const deliver = (inventory: Inventory, deliveries: ReadonlyArray<Delivery>, stream = credit()) =>
  inventory.admit(inventory.receive(deliveries, stream, 0, 0))

const idsOf = (deliveries: ReadonlyArray<Delivery> | undefined) => deliveries?.map(({ ackId }) => ackId)

/** Settles deliveries at once; answers what has to be released with them. */
const settle = (inventory: Inventory, deliveries: ReadonlyArray<Delivery>, comesAgain = false) =>
  inventory
    .claim(deliveries, new Settlement(comesAgain))
    .flatMap((held) => inventory.forget(held, comesAgain))

describe("Inventory", () => {
  it("hands over a server's batch whole, and nothing when there is nothing", () => {
    const inventory = limited(100)
    assert.isUndefined(inventory.take())
    deliver(inventory, [deliveryOf("a"), deliveryOf("b")])
    deliver(inventory, [deliveryOf("c")])
    assert.deepStrictEqual(idsOf(inventory.take()), ["a", "b"])
    assert.deepStrictEqual(idsOf(inventory.take()), ["c"])
    assert.isUndefined(inventory.take())
  })

  it("[G6] parks what is beyond the limit on messages until there is room", () => {
    const inventory = limited(2)
    deliver(
      inventory,
      ["a", "b", "c"].map((id) => deliveryOf(id))
    )
    const first = inventory.take() ?? []
    assert.deepStrictEqual(idsOf(first), ["a", "b"])
    assert.isUndefined(inventory.take())
    assert.isTrue(inventory.isFull)
    assert.strictEqual(inventory.handedOver, 2)
    settle(inventory, first.slice(0, 1))
    assert.deepStrictEqual(idsOf(inventory.take()), ["c"])
  })

  it("[G6] one delivery larger than the limit on bytes is handed over, alone", () => {
    const inventory = limited(10, 100)
    deliver(inventory, [deliveryOf("small"), deliveryOf("large", "", 5_000), deliveryOf("next")])
    const first = inventory.take() ?? []
    assert.deepStrictEqual(idsOf(first), ["small"])
    settle(inventory, first)
    const second = inventory.take() ?? []
    assert.deepStrictEqual(idsOf(second), ["large"])
    settle(inventory, second)
    assert.deepStrictEqual(idsOf(inventory.take()), ["next"])
  })

  it("[G5] what is set aside leaves the limits, and is charged to its stream until it is settled", () => {
    const inventory = limited(1)
    const stream = credit()
    deliver(inventory, [deliveryOf("a"), deliveryOf("b")], stream)
    const first = inventory.take() ?? []
    inventory.setAside(first)
    inventory.setAside(first)
    assert.strictEqual(stream.asideMessages, 1)
    assert.deepStrictEqual(idsOf(inventory.take()), ["b"])
    assert.strictEqual(inventory.handedOver, 2)
    settle(inventory, first)
    assert.deepStrictEqual(stream, credit())
  })

  it("a delivery is claimed once; who claims it again is told that it is lost", () => {
    const inventory = limited(10)
    deliver(inventory, [deliveryOf("a")])
    const deliveries = inventory.take() ?? []
    const first = new Settlement(false)
    const second = new Settlement(false)
    assert.strictEqual(inventory.claim(deliveries, first).length, 1)
    assert.strictEqual(inventory.claim(deliveries, second).length, 0)
    assert.deepStrictEqual(second.lost, deliveries)
  })

  it("a delivery that is held already is not taken again", () => {
    const inventory = limited(10)
    deliver(inventory, [deliveryOf("a")])
    deliver(inventory, [deliveryOf("a")])
    assert.deepStrictEqual(idsOf(inventory.take()), ["a"])
    assert.isUndefined(inventory.take())
  })

  it("tells the oldest publish time among what was not handed over", () => {
    const inventory = limited(1)
    assert.isUndefined(inventory.oldestParkedMicros())
    deliver(inventory, [deliveryOf("a", "", 1, 7), deliveryOf("b", "", 1, 9), deliveryOf("c", "", 1, 8)])
    assert.strictEqual(inventory.oldestParkedMicros(), 7)
    inventory.take()
    assert.strictEqual(inventory.oldestParkedMicros(), 8)
  })

  it("with ordering, a lost acknowledgement takes the later ones of its key along", () => {
    const inventory = limited(10)
    inventory.keepOrder()
    deliver(inventory, [deliveryOf("a1", "A"), deliveryOf("a2", "A"), deliveryOf("b1", "B")])
    const first = inventory.take() ?? []
    assert.deepStrictEqual(idsOf(first), ["a1", "b1"])
    const behind = settle(inventory, first.slice(0, 1), true)
    assert.deepStrictEqual(
      behind.map(({ delivery }) => delivery.ackId),
      ["a2"]
    )
  })

  it("with ordering, one that is gone before it is confirmed blocks nobody behind it", () => {
    const inventory = limited(10)
    inventory.keepOrder()
    const received = inventory.receive([deliveryOf("a1", "A")], credit(), 0, 0)
    settle(inventory, [deliveryOf("a1", "A")], true)
    inventory.admit(received)
    deliver(inventory, [deliveryOf("a2", "A")])
    assert.deepStrictEqual(idsOf(inventory.take()), ["a2"])
  })

  it("with ordering, one that is confirmed late is handed over before the later ones of its key", () => {
    const inventory = limited(10)
    inventory.keepOrder()
    const early = inventory.receive([deliveryOf("a1", "A")], credit(), 0, 0)
    deliver(inventory, [deliveryOf("a2", "A")])
    assert.isUndefined(inventory.take())
    inventory.admit(early)
    const first = inventory.take() ?? []
    assert.deepStrictEqual(idsOf(first), ["a1"])
    settle(inventory, first)
    assert.deepStrictEqual(idsOf(inventory.take()), ["a2"])
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

/** Runs the steps against an inventory of small limits, checks after each, and settles everything in the end. */
const run = (plan: ReadonlyArray<PlannedStep>, isOrdered: boolean): void => {
  const maxOutstandingBytes = 200
  const inventory = limited(3, maxOutstandingBytes)
  if (isOrdered) inventory.keepOrder()
  const received: Array<Delivery> = []
  const inHand: Array<Delivery> = []
  const aside: Array<Delivery> = []
  const settled: Array<Delivery> = []

  const releaseWith = (behind: ReturnType<typeof settle>): void => {
    const deliveries = behind.map(({ delivery }) => delivery)
    if (deliveries.length === 0) return
    settled.push(...deliveries)
    releaseWith(settle(inventory, deliveries, true))
  }
  const finish = (from: Array<Delivery>, pick: number, comesAgain: boolean): void => {
    const [delivery] = from.splice(pick % Math.max(1, from.length), 1)
    if (delivery === undefined) return
    settled.push(delivery)
    releaseWith(settle(inventory, [delivery], comesAgain))
  }
  const take = (): boolean => {
    const taken = inventory.take()
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
    for (const delivery of [...inHand, ...aside]) assert.isTrue(inventory.isHeld(delivery))
    for (const delivery of settled) assert.isFalse(inventory.isHeld(delivery))
  }

  for (const { step, key, pick } of plan) {
    if (step === "receive") {
      const batch = Array.from({ length: pick }, (_, index) =>
        deliveryOf(`${received.length + index}`, key, 10 * (index + 1))
      )
      received.push(...batch)
      deliver(inventory, batch)
    } else if (step === "take") take()
    else if (step === "ack") finish(inHand, pick, false)
    else if (step === "release") finish(inHand, pick, true)
    else if (step === "lose") finish(aside, pick, true)
    else {
      const [delivery] = inHand.splice(pick % Math.max(1, inHand.length), 1)
      if (delivery !== undefined) aside.push(delivery)
      inventory.setAside(delivery === undefined ? [] : [delivery])
    }
    check()
  }
  while (take() || inHand.length > 0) {
    check()
    while (inHand.length > 0) finish(inHand, 0, false)
  }
  while (aside.length > 0) finish(aside, 0, false)
  assert.strictEqual(inventory.handedOver, 0)
  assert.isUndefined(inventory.oldestParkedMicros())
  assert.deepStrictEqual(idsOf(settled)?.sort(), idsOf(received)?.sort())
}
