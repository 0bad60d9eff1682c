import { assert, describe, it } from "@effect/vitest"
import { FrameRing } from "../../src/telemetry/FrameRing.ts"
import { framesBytesMax, framesMax, framesPerAnswer } from "../../src/telemetry/Limits.ts"

const filled = (frames: number, health = (_: number) => "{}") => {
  const ring = new FrameRing()
  for (let frame = 1; frame <= frames; frame++) ring.add({ head: `"t":${frame}`, health: health(frame) })
  return ring
}

const numbers = (json: string): ReadonlyArray<number> =>
  (JSON.parse(json) as ReadonlyArray<{ readonly n: number }>).map(({ n }) => n)

describe("FrameRing", () => {
  it("[G6] keeps the frames of an hour, the newest", () => {
    const ring = filled(framesMax + framesPerAnswer + 5)
    assert.strictEqual(ring.size, framesMax)
    assert.strictEqual(numbers(ring.since(0).json)[0], framesPerAnswer + 6)
  })

  it("[G6] keeps fewer where their texts are long, and counts a text once that stays the same", () => {
    const long = "x".repeat(10_000)
    const changing = filled(framesMax, (frame) => `{"orders":"${long}${frame}"}`)
    assert.isAtMost(changing.bytes, framesBytesMax)
    assert.isBelow(changing.size, 300)
    assert.strictEqual(filled(framesMax, () => `{"orders":"${long}"}`).size, framesMax)
  })

  it("gives what came after a frame, in parts, and says where to go on", () => {
    const ring = filled(framesPerAnswer + 10)
    const first = ring.since(5)
    assert.deepInclude(first, { next: framesPerAnswer + 5, hasMore: true })
    assert.strictEqual(numbers(first.json)[0], 6)
    const second = ring.since(first.next)
    assert.deepStrictEqual(
      numbers(second.json),
      [1, 2, 3, 4, 5].map((more) => framesPerAnswer + 5 + more)
    )
    assert.isFalse(second.hasMore)
    assert.deepStrictEqual(ring.since(second.next), { json: "[]", next: second.next, hasMore: false })
  })

  it("gives all there is to whoever asks with the number of another run", () => {
    assert.deepStrictEqual(numbers(filled(3).since(1_000).json), [1, 2, 3])
  })

  it("tells of health where it has changed, and in the first frame of each answer", () => {
    const ring = filled(4, (frame) => (frame < 3 ? `{"a":1}` : `{"a":2}`))
    const healths = (since: number) =>
      (JSON.parse(ring.since(since).json) as ReadonlyArray<{ readonly h?: object }>).map(({ h }) => h)
    assert.deepStrictEqual(healths(0), [{ a: 1 }, undefined, { a: 2 }, undefined])
    assert.deepStrictEqual(healths(3), [{ a: 2 }])
  })
})
