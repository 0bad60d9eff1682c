import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import type { DecodedDelivery } from "../../src/pipeline/DecodedDelivery.ts"
import type { LedgerEntry, Place } from "../../src/pipeline/LedgerEntry.ts"
import { makeStreamLedger, type StreamLedger } from "../../src/pipeline/StreamLedger.ts"
import { deliveryOf } from "../support/Samples.ts"
import { SeededRandom } from "../support/SeededRandom.ts"

type Kind = "done" | "refused"

const ledgerOf = () => makeStreamLedger<Kind>(["done", "refused"])

const decoded = (publishTimeMicros: number): DecodedDelivery<string> => ({
  delivery: deliveryOf(`${publishTimeMicros}`, { publishTimeMicros }),
  decoded: Result.succeed("an order"),
  receivedAtMillis: 0
})

const undecodable = (publishTimeMicros: number): DecodedDelivery<string> => ({
  ...decoded(publishTimeMicros),
  decoded: Result.fail("Expected JSON")
})

/** All that is left of an entry got its fate. */
const finish = (entry: LedgerEntry<Kind>) => {
  entry.fated("done", entry.count)
  entry.close()
}

const imbalanceOf = (ledger: StreamLedger<Kind>) => {
  const { received, fates, inFlight, retrying, waiting, released } = ledger.totals()
  return received - fates.done - fates.refused - inFlight - retrying - waiting - released
}

describe("StreamLedger", () => {
  it("[G5] the oldest publish time is that of any batch, and leaves with it", () => {
    const ledger = ledgerOf()
    assert.isUndefined(ledger.oldestMicros())
    const first = ledger.received([decoded(30), decoded(10)])
    const second = ledger.received([decoded(20)])
    assert.strictEqual(ledger.oldestMicros(), 10)
    finish(first)
    assert.strictEqual(ledger.oldestMicros(), 20)
    finish(second)
    assert.isUndefined(ledger.oldestMicros())
  })

  it("[G5] a batch of which a part has its fate counts with the rest", () => {
    const ledger = ledgerOf()
    const entry = ledger.received([decoded(10), decoded(20), decoded(30)])
    entry.fated("done", 2)
    entry.keepOnly([decoded(30)])
    assert.strictEqual(ledger.oldestMicros(), 30)
  })

  it("[G5] what is only held for the dead-letter topic does not count", () => {
    const ledger = ledgerOf()
    const entry = ledger.received([undecodable(5), decoded(10)])
    assert.strictEqual(ledger.oldestMicros(), 10)
    entry.fated("done", 1)
    entry.keepOnly([undecodable(5)])
    assert.isUndefined(ledger.oldestMicros())
    assert.strictEqual(ledger.lastOldestMicros(), 10)
    finish(entry)
    assert.strictEqual(ledger.lastOldestMicros(), 10)
  })

  it("[G5] where the stream has come to is remembered when nothing is open any more", () => {
    const ledger = ledgerOf()
    assert.strictEqual(ledger.lastOldestMicros(), Number.NEGATIVE_INFINITY)
    const first = ledger.received([decoded(10)])
    const second = ledger.received([decoded(20)])
    finish(second)
    finish(first)
    assert.strictEqual(ledger.lastOldestMicros(), 10)
    finish(ledger.received([decoded(40), decoded(50)]))
    assert.strictEqual(ledger.lastOldestMicros(), 40)
    finish(ledger.received([undecodable(60)]))
    assert.strictEqual(ledger.lastOldestMicros(), 40)
  })

  it("[G5] what moves to another place takes its publish time with it, and is never out of sight", () => {
    const ledger = ledgerOf()
    const batch = [decoded(10), decoded(20)]
    const entry = ledger.received(batch)
    const retrying = ledger.open("retrying")
    entry.moveTo(retrying, batch.slice(0, 1))
    entry.fated("done", 1)
    entry.close()
    assert.strictEqual(ledger.oldestMicros(), 10)
    assert.strictEqual(ledger.lastOldestMicros(), Number.NEGATIVE_INFINITY)
    finish(retrying)
    assert.strictEqual(ledger.lastOldestMicros(), 10)
  })

  it("[G5] waiting deliveries hold up no publish time", () => {
    const ledger = ledgerOf()
    const batch = [decoded(10), decoded(20)]
    const entry = ledger.received(batch)
    const waiting = ledger.open("waiting")
    entry.moveTo(waiting, batch)
    entry.close()
    assert.isUndefined(ledger.oldestMicros())
    assert.strictEqual(ledger.held(), 2)
    assert.strictEqual(ledger.totals().waiting, 2)
  })

  it("[G7] each fate is counted from zero, and bytes as they were received", () => {
    const ledger = ledgerOf()
    assert.deepStrictEqual(ledger.totals(), {
      received: 0,
      receivedBytes: 0,
      fates: { done: 0, refused: 0 },
      inFlight: 0,
      retrying: 0,
      waiting: 0,
      released: 0,
      retries: 0,
      unconfirmed: 0,
      publishFailures: 0
    })
    const batch = [decoded(1), decoded(2), decoded(3)]
    const entry = ledger.received(batch)
    entry.fated("refused", 1)
    entry.released(batch.slice(0, 1))
    ledger.retried(1)
    ledger.unconfirmed(2)
    ledger.publishFailed(4)
    assert.deepStrictEqual(ledger.totals(), {
      received: 3,
      receivedBytes: batch.reduce((sum, { delivery }) => sum + delivery.bytes, 0),
      fates: { done: 0, refused: 1 },
      inFlight: 1,
      retrying: 0,
      waiting: 0,
      released: 1,
      retries: 1,
      unconfirmed: 2,
      publishFailures: 4
    })
  })

  describe("[G7] is right or defective: throws", () => {
    const wrong: Record<string, (entry: LedgerEntry<Kind>, other: LedgerEntry<Kind>) => void> = {
      "where more get a fate than there are": (entry) => entry.fated("done", 3),
      "where more are released than there are": (entry) =>
        entry.released([decoded(1), decoded(2), decoded(3)]),
      "where more are moved than there are": (entry, other) =>
        entry.moveTo(other, [decoded(1), decoded(2), decoded(3)]),
      "where more are said to be left than are": (entry) =>
        entry.keepOnly([decoded(1), decoded(2), decoded(3)]),
      "where fewer are said to be left than are": (entry) => entry.keepOnly([decoded(1)]),
      "where an entry is closed over some": (entry) => entry.close()
    }
    it.each(Object.keys(wrong))("%s", (name) => {
      const ledger = ledgerOf()
      const entry = ledger.received([decoded(1), decoded(2)])
      const before = ledger.totals()
      assert.throws(() => wrong[name]?.(entry, ledger.open("retrying")), /^ledger: /)
      assert.deepStrictEqual(ledger.totals(), before)
    })
  })

  it("[G8] what is abandoned counts as released, wherever it was", () => {
    const ledger = ledgerOf()
    const batch = [decoded(10), decoded(20), decoded(30)]
    const entry = ledger.received(batch)
    entry.moveTo(ledger.open("waiting"), batch.slice(0, 1))
    entry.moveTo(ledger.open("retrying"), batch.slice(1, 2))
    assert.strictEqual(ledger.abandon(), 3)
    assert.strictEqual(ledger.held(), 0)
    assert.strictEqual(ledger.totals().released, 3)
    assert.isUndefined(ledger.oldestMicros())
    assert.strictEqual(ledger.abandon(), 0)
  })

  it("[G7] after any sequence of transitions: received = fates + in flight + retrying + waiting + released", () => {
    for (let seed = 1; seed <= 500; seed++) {
      const random = new SeededRandom(seed)
      const model = new Model()
      for (let step = 0; step < 60; step++) {
        takeStep(model, random)
        assert.deepStrictEqual(model.seen(), model.expected(), `seed ${seed}, step ${step}`)
      }
    }
  })
})

interface OpenEntry {
  readonly entry: LedgerEntry<Kind>
  readonly place: Place
  left: ReadonlyArray<DecodedDelivery<string>>
}

/** A ledger beside what is known of it by other means. */
class Model {
  readonly ledger = ledgerOf()
  open: Array<OpenEntry> = []
  received = 0

  seen() {
    const { inFlight, retrying, waiting, received } = this.ledger.totals()
    return {
      ...{ inFlight, retrying, waiting, received, held: this.ledger.held() },
      ...{ imbalance: imbalanceOf(this.ledger), oldest: this.ledger.oldestMicros() }
    }
  }

  expected() {
    const at = (place: Place) =>
      this.open.filter((each) => each.place === place).reduce((sum, { left }) => sum + left.length, 0)
    const [inFlight, retrying, waiting] = [at("inFlight"), at("retrying"), at("waiting")]
    const times = this.open
      .filter(({ place }) => place !== "waiting")
      .flatMap(({ left }) => left.map(({ delivery }) => delivery.publishTimeMicros))
    return {
      ...{ inFlight, retrying, waiting, received: this.received, held: inFlight + retrying + waiting },
      ...{ imbalance: 0, oldest: times.length === 0 ? undefined : Math.min(...times) }
    }
  }
}

const takeStep = (model: Model, random: SeededRandom): void => {
  const { ledger, open } = model
  const one = open[random.between(0, open.length)]
  if (one === undefined) {
    const left = Array.from({ length: random.between(0, 5) }, () => decoded(++model.received))
    open.push({ entry: ledger.received(left), left, place: "inFlight" })
    return
  }
  const some = one.left.slice(0, random.between(0, one.left.length))
  const what = random.oneOf(["fate", "release", "move", "move", "close", "abandon"])
  if (what === "abandon") {
    if (random.chance(0.9)) return
    ledger.abandon()
    model.open = []
    return
  }
  if (what === "close") {
    one.entry.released(one.left)
    one.entry.close()
    open.splice(open.indexOf(one), 1)
    return
  }
  if (what === "fate") one.entry.fated(random.oneOf(["done", "refused"]), some.length)
  if (what === "release") one.entry.released(some)
  if (what === "move") {
    const place = random.oneOf(["inFlight", "retrying", "waiting"])
    const entry = ledger.open(place)
    one.entry.moveTo(entry, some)
    open.push({ entry, left: some, place })
  }
  one.left = one.left.slice(some.length)
  one.entry.keepOnly(one.left)
}
