import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { Undecodable } from "../../src/domain/Fate.ts"
import { makeOpenWorks } from "../../src/ingest/OpenWork.ts"
import type { Work } from "../../src/ingest/Work.ts"
import { deliveryOf } from "../support/Samples.ts"

const work = (publishTimeMicros: number): Work<string> => ({
  delivery: deliveryOf(`${publishTimeMicros}`, { publishTimeMicros }),
  decoded: Result.succeed("an order"),
  receivedAtMillis: 0
})

const undecodable = (publishTimeMicros: number): Work<string> => ({
  ...work(publishTimeMicros),
  decoded: Result.fail(new Undecodable({ message: "Expected JSON" }))
})

describe("OpenWork", () => {
  it("[G5] the oldest publish time is that of any batch, and leaves with it", () => {
    const open = makeOpenWorks()
    assert.isUndefined(open.oldest())
    const first = open.add([work(30), work(10)])
    const second = open.add([work(20)])
    assert.strictEqual(open.oldest(), 10)
    open.remove(first)
    assert.strictEqual(open.oldest(), 20)
    open.remove(second)
    assert.isUndefined(open.oldest())
  })

  it("[G5] a batch of which a part has its fate counts with the rest", () => {
    const open = makeOpenWorks()
    const record = open.add([work(10), work(20), work(30)])
    open.narrow(record, [work(30)])
    assert.strictEqual(open.oldest(), 30)
  })

  it("[G5] what is only held for the dead-letter topic does not count", () => {
    const open = makeOpenWorks()
    const record = open.add([undecodable(5), work(10)])
    assert.strictEqual(open.oldest(), 10)
    open.narrow(record, [undecodable(5)])
    assert.isUndefined(open.oldest())
    assert.strictEqual(open.lastOldest(), 10)
    open.remove(record)
    assert.strictEqual(open.lastOldest(), 10)
  })

  it("[G5] where the stream has come to is remembered when nothing is open any more", () => {
    const open = makeOpenWorks()
    assert.strictEqual(open.lastOldest(), Number.NEGATIVE_INFINITY)
    const first = open.add([work(10)])
    const second = open.add([work(20)])
    open.remove(second)
    open.remove(first)
    assert.strictEqual(open.lastOldest(), 10)
    open.remove(open.add([work(40), work(50)]))
    assert.strictEqual(open.lastOldest(), 40)
    open.remove(open.add([undecodable(60)]))
    assert.strictEqual(open.lastOldest(), 40)
  })
})
