import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import {
  type LimitBounds,
  makeAdaptiveLimit,
  nextLimit,
  type Observation,
  type Tally
} from "../../src/cassandra/AdaptiveLimit.ts"
import {
  inFlightWritesMin,
  limitClimb,
  limitWindowMillis,
  slowAnswerMillis
} from "../../src/ingest/Limits.ts"

const bounds: LimitBounds = { least: inFlightWritesMin, most: 512 }

describe("nextLimit", () => {
  const full = { statements: 1_000, slow: 0, overloaded: 0, mostInFlight: 512 }
  const cases: ReadonlyArray<readonly [string, number, Partial<Tally>, number]> = [
    ["all in time, at the most already", 512, {}, 512],
    ["all in time, below the most: a fiftieth of the most comes back", 100, {}, 111],
    ["all in time, a step below the most", 511, {}, 512],
    ["all in time, half of the limit used", 200, { mostInFlight: 100 }, 211],
    ["all in time, less than half of the limit used: it proves nothing", 200, { mostInFlight: 99 }, 200],
    ["a twentieth was slow: that may be", 200, { slow: 50 }, 211],
    ["more than a twentieth was slow", 200, { slow: 51 }, 160],
    ["one was a time-out or an overload", 200, { overloaded: 1 }, 100],
    ["overloaded and slow: halved, once", 200, { overloaded: 1, slow: 900 }, 100],
    ["little used, but overloaded all the same", 200, { overloaded: 1, mostInFlight: 1 }, 100],
    ["slow at the least", 16, { slow: 1_000 }, 16],
    ["overloaded near the least", 20, { overloaded: 1_000 }, 16]
  ]
  it.each(cases)("[G6] %s (at %i)", (_, limit, seen, expected) => {
    assert.strictEqual(nextLimit(limit, { ...full, ...seen }, bounds), expected)
  })
})

describe("makeAdaptiveLimit", () => {
  it("[G6] a steady latency below the slow one, at the full limit, stays at the limit", () => {
    const cluster = load(bounds)
    assert.deepStrictEqual(cluster.during(60_000, { latency: slowAnswerMillis - 1 }), [512])
  })

  it.each([
    ["slow answers", { latency: slowAnswerMillis + 1 }],
    ["time-outs", { latency: 2_000, outcome: "overloaded" }]
  ] as const)("[G4] %s take it down to its least, never lower", (_, behaviour) => {
    const cluster = load(bounds)
    const limits = cluster.during(120_000, behaviour)
    assert.strictEqual(limits.at(-1), bounds.least)
    assert.deepStrictEqual(
      limits,
      limits.toSorted((one, other) => other - one)
    )
  })

  it("[G4] it climbs back to its most within half a minute of good answers", () => {
    const cluster = load(bounds)
    cluster.during(60_000, { latency: 1_000 })
    const climb = cluster.during(limitWindowMillis / limitClimb + 5_000, { latency: 20 })
    assert.deepStrictEqual([climb[0], climb.at(-1)], [bounds.least, bounds.most])
  })

  it("one stall of everything in flight is one fall", () => {
    const cluster = load(bounds)
    cluster.during(5_000, { latency: 20 })
    assert.deepStrictEqual(cluster.stall(3_000, "overloaded"), [512, 256])
  })

  it("a single slow answer among few does not count", () => {
    const limit = makeAdaptiveLimit(bounds)
    for (const at of [0, 1_000, 2_000, 3_000]) limit.observe(answer({ sentAt: at, answeredAt: at + 900 }))
    assert.strictEqual(limit.current(), 512)
  })

  it.each([
    [{ least: 16, most: 4 }, 4],
    [{ least: 16, most: 16 }, 16],
    [{ least: 1, most: 1 }, 1]
  ])("[G6] a most of no more than the least is all there is: %o", (narrow, only) => {
    assert.deepStrictEqual(load(narrow).during(60_000, { latency: 1_000 }), [only])
  })

  it.prop(
    "[G6] whatever is observed, it is never outside its bounds, moves by one rule a window, and recovers",
    {
      least: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 600 })),
      most: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 600 })),
      seen: Schema.Array(
        Schema.Struct({
          after: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 900 })),
          latency: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 6_000 })),
          statements: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 40 })),
          inFlight: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 700 })),
          outcome: Schema.Literals(["answered", "overloaded"])
        })
      )
    },
    ({ least, most, seen }) => {
      const limit = makeAdaptiveLimit({ least, most })
      let now = 0
      let before = limit.current()
      for (const { after, latency, ...rest } of seen) {
        now += after
        const next = limit.observe({ ...rest, sentAt: now - latency, answeredAt: now })
        assert.isAtMost(next, most)
        assert.isAtLeast(next, Math.min(least, most))
        assert.isTrue(Number.isInteger(next))
        assert.isAtMost(next - before, Math.ceil(most * limitClimb))
        assert.isAtLeast(next, Math.floor(before / 2))
        before = next
      }
      for (let windows = 0; windows < 200; windows++) {
        now += limitWindowMillis
        for (let at = 0; at < 20; at++) {
          limit.observe(answer({ sentAt: now - 1, answeredAt: now, inFlight: limit.current() }))
        }
      }
      assert.strictEqual(limit.current(), most)
    }
  )
})

const answer = (fields: Partial<Observation>): Observation => ({
  sentAt: 0,
  answeredAt: 0,
  statements: 1,
  inFlight: 512,
  outcome: "answered",
  ...fields
})

interface Behaviour {
  readonly latency: number
  readonly outcome?: Observation["outcome"]
}

/** A client that always has as much in flight as it may, in batches of ten. */
const load = (within: LimitBounds) => {
  const limit = makeAdaptiveLimit(within)
  let now = 0
  const observe = ({ latency, outcome = "answered" }: Behaviour, answeredAt: number) =>
    limit.observe({
      sentAt: answeredAt - latency,
      answeredAt,
      statements: 10,
      inFlight: limit.current(),
      outcome
    })
  return {
    /** The limits one after another while it behaves so, at an answer every 10 ms. */
    during: (millis: number, behaviour: Behaviour): ReadonlyArray<number> => {
      const limits = [limit.current()]
      for (const end = now + millis; now < end; now += 10) {
        const next = observe(behaviour, now)
        if (next !== limits.at(-1)) limits.push(next)
      }
      return limits
    },
    /** The same while all that is in flight is answered at once, after this long. */
    stall: (millis: number, outcome: Observation["outcome"]): ReadonlyArray<number> => {
      const limits = [limit.current()]
      const sentAt = now
      now += millis
      for (let at = 0; at < 51; at++) {
        const next = observe({ latency: millis, outcome }, sentAt + millis + at * 20)
        if (next !== limits.at(-1)) limits.push(next)
      }
      now += 51 * 20
      return limits
    }
  }
}
