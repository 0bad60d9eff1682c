import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import {
  type LimitBounds,
  type LimitState,
  makeAdaptiveLimit,
  nextLimit,
  type Observation,
  type WindowTally
} from "../../../src/cassandra/internal/AdaptiveLimit.ts"
import {
  increaseShare,
  inFlightMin,
  limitWindowMillis,
  slowAnswerMillis
} from "../../../src/cassandra/Limits.ts"

const bounds: LimitBounds = { least: inFlightMin, most: 512 }
const tried: LimitState = { limit: 100, trial: { limit: 200, millis: 1_000 } }
const helpless: LimitState = { limit: 200, inherent: 1_000 }

describe("nextLimit", () => {
  const good = { statements: 1_000, millis: 20_000, slow: 0, overloaded: 0, mostInFlight: 512 }
  const slow = (mean: number) => ({ millis: 1_000 * mean, slow: 800 })
  type Case = readonly [string, LimitState, Partial<WindowTally>, LimitState]
  const cases: ReadonlyArray<Case> = [
    ["all in time, at the most already", { limit: 512 }, {}, { limit: 512 }],
    ["all in time: a fiftieth of the most comes back", { limit: 100 }, {}, { limit: 111 }],
    ["all in time, a step below the most", { limit: 511 }, {}, { limit: 512 }],
    ["half of the limit used", { limit: 200 }, { mostInFlight: 100 }, { limit: 211 }],
    ["less used than half: it proves nothing", { limit: 200 }, { mostInFlight: 99 }, { limit: 200 }],
    ["a quarter was slow: that may be", { limit: 200 }, { slow: 250 }, { limit: 211 }],
    ["more was slow", { limit: 200 }, { slow: 251 }, { limit: 100, trial: { limit: 200, millis: 20 } }],
    ["one time-out or overload", { limit: 200 }, { overloaded: 1 }, { limit: 100 }],
    ["little used, but overloaded", { limit: 200 }, { overloaded: 1, mostInFlight: 1 }, { limit: 100 }],
    ["overloaded near the least", { limit: 20 }, { overloaded: 1_000 }, { limit: 16 }],
    [
      "a fall helped, and more is needed",
      tried,
      slow(750),
      { limit: 50, trial: { limit: 100, millis: 750 } }
    ],
    ["a fall helped, and is enough", tried, {}, { limit: 111 }],
    ["a fall did not help: it is taken back", tried, slow(751), { limit: 200, inherent: 751 }],
    ["overloaded after a fall", tried, { overloaded: 1 }, { limit: 50 }],
    ["as slow as cannot be helped", helpless, slow(1_500), { limit: 211, inherent: 1_000 }],
    ["slower than that", helpless, slow(1_501), { limit: 100, trial: { limit: 200, millis: 1_501 } }],
    ["no longer slow", helpless, {}, { limit: 211 }]
  ]
  it.each(cases)("[G6] %s", (_, state, seen, expected) => {
    assert.deepStrictEqual(nextLimit(state, { ...good, ...seen }, bounds), expected)
  })
})

describe("makeAdaptiveLimit", () => {
  it("[G6] a steady latency below the slow one, at the full limit, stays at the limit", () => {
    const cluster = load(bounds)
    assert.deepStrictEqual(cluster.during(60_000, { latency: slowAnswerMillis - 1 }), [512])
  })

  it("[G4] time-outs take it down to its least, never lower", () => {
    const limits = load(bounds).during(120_000, { latency: 2_000, outcome: "overloaded" })
    assert.deepStrictEqual(limits, [512, 256, 128, 64, 32, 16])
  })

  it("[G4] a cluster that does so much and no more is sent what it can do within the slow latency", () => {
    for (const perSecond of [50, 100, 300, 600]) {
      const cluster = load(bounds)
      cluster.during(60_000, { perSecond })
      const limits = cluster.during(60_000, { perSecond })
      const fits = (perSecond * slowAnswerMillis) / 1_000
      assert.isAtMost(Math.max(...limits), Math.max(bounds.least, fits) * 1.5, `${perSecond} a second`)
      assert.isAtLeast(Math.min(...limits), Math.min(fits / 3, 512), `${perSecond} a second`)
    }
  })

  it("[G6] an inherent latency, which fewer statements would not lessen, leaves it at its most", () => {
    const cluster = load(bounds)
    cluster.during(10_000, { latency: 700 })
    assert.deepStrictEqual(cluster.during(60_000, { latency: 700 }), [512])
  })

  it("[G4] it climbs back to its most within half a minute of good answers", () => {
    const cluster = load(bounds)
    cluster.during(60_000, { latency: 2_000, outcome: "overloaded" })
    const climb = cluster.during(limitWindowMillis / increaseShare + 5_000, { latency: 20 })
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
    "[G6] whatever is observed, it is never outside its bounds, moves by one step a window, and recovers",
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
        assert.isAtMost(next, Math.max(before + Math.ceil(most * increaseShare), 2 * before + 1))
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
  readonly latency?: number
  /** What the cluster does at most; what is in flight beyond it waits. Instead of a latency. */
  readonly perSecond?: number
  readonly outcome?: Observation["outcome"]
}

/** A client that always has as much in flight as it may, in batches of ten. */
const load = (within: LimitBounds) => {
  const limit = makeAdaptiveLimit(within)
  let now = 0
  const observe = ({ latency, perSecond, outcome = "answered" }: Behaviour, answeredAt: number) =>
    limit.observe({
      sentAt: answeredAt - (latency ?? (limit.current() / (perSecond ?? 1)) * 1_000),
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
