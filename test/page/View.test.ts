import { assert, describe, it } from "@effect/vitest"
import { plotPlans, plotText } from "../../page/Plots.js"
import { merged, nothingRecorded } from "../../page/Recording.js"
import { viewOf } from "../../page/View.js"
import { bottleneckAt } from "../../page/Way.js"
import { durationText, plainText } from "../../page/Words.js"
import { frameColumns } from "../../src/telemetry/Frame.ts"

type Figures = Readonly<Record<string, number | null>>

const columns = frameColumns

/** A frame at so many seconds, with these figures; the others are 0. */
const frame = (n: number, figures: Figures = {}, rest: object = {}) => ({
  n,
  t: 1_700_000_000_000 + n * 1_000,
  s: ["well", "Well."] as [string, string],
  v: columns.map((column) => (column in figures ? (figures[column] ?? null) : 0)),
  ...rest
})

const recordingOf = (...frames: ReadonlyArray<ReturnType<typeof frame>>) => ({
  ...nothingRecorded,
  run: "a",
  version: "0.1.0",
  waitingRoomMax: 20_000,
  columns,
  frames
})

const shown = (recording: ReturnType<typeof recordingOf>) => {
  const view = viewOf(recording, recording.frames.length - 1)
  assert.isDefined(view)
  return view as NonNullable<typeof view>
}

const figureOf = (recording: ReturnType<typeof recordingOf>, id: string) =>
  shown(recording).figures.find((figure) => figure.id === id)

describe("what the page says of a frame", () => {
  it("has nothing to say before the first", () => {
    assert.isUndefined(viewOf(nothingRecorded, 0))
  })

  it("shows the figures of the frame, each with a link to what stands behind it", () => {
    const recording = recordingOf(
      frame(1, {
        storedPerSecond: 312.25,
        behindSeconds: 4,
        "payments.waiting": 118,
        longestWaitSeconds: 12,
        durableP99Seconds: 0.0434,
        saturation: 0.5,
        "used.writes": 0.5
      })
    )
    const shownFigures = shown(recording).figures.map(({ id, value }) => `${id}: ${value}`)
    assert.deepStrictEqual(shownFigures, [
      "stored: 312/s",
      "matched: 0/s",
      "oldest: 0 s",
      "behind: 4 s",
      "waiting: 118",
      "letters: 0",
      "p99: 43 ms",
      "saturation: 50 %"
    ])
    assert.strictEqual(figureOf(recording, "waiting")?.detail, "of 20,000; longest 12 s")
    assert.strictEqual(figureOf(recording, "saturation")?.detail, "of statements in flight")
    for (const { href } of shown(recording).figures) assert.match(href, /^#[a-z0-9-]+$/)
  })

  it("says a dash, and never 0, of what is not known", () => {
    const unknown = { storedPerSecond: null, behindSeconds: null, durableP99Seconds: null }
    const recording = recordingOf(frame(1, unknown))
    for (const id of ["stored", "behind", "p99"]) assert.match(figureOf(recording, id)?.value ?? "", /^–/)
  })

  it("counts the dead letters of the last 15 minutes by reason", () => {
    const frames = [0, 600, 1_200].map((n, index) => frame(n, { "orders.undecodable": (index + 1) * 10 }))
    const letters = figureOf(recordingOf(...frames), "letters")
    assert.deepInclude(letters, { value: "10", detail: "10 undecodable" })
  })

  it("keeps the health of the frame in which it changed last", () => {
    const parts = { facts: ["unavailable", 1_700_000_000_000, "no host\u202e", "start it"] }
    const [part] = shown(recordingOf(frame(1, {}, { h: parts }), frame(41))).parts
    assert.deepInclude(part, { part: "facts", state: "unavailable", why: "no host\\u202e; start it" })
    assert.match(part?.since ?? "", /^41 s/)
  })

  it("[G7] says whether received is the sum of fates and of what is held and released", () => {
    const whole = {
      "orders.received": 10,
      "orders.order-stored": 6,
      "orders.inFlight": 3,
      "orders.released": 1
    }
    assert.isFalse(shown(recordingOf(frame(1, whole))).isWrong)
    const view = shown(recordingOf(frame(1, { ...whole, "orders.released": 0 })))
    assert.isTrue(view.isWrong)
    assert.include(view.equationText, "does not add up")
  })

  it("[G7] calls a difference from the subscription's own count wrong once it has lasted for 90 s", () => {
    const frames = (count: number) =>
      Array.from({ length: count }, (_, index) => frame(index, { "payments.imbalance": -3 }))
    assert.isFalse(shown(recordingOf(...frames(60))).isWrong)
    assert.isTrue(shown(recordingOf(...frames(100))).isWrong)
    assert.isFalse(shown(recordingOf(...frames(100), frame(100))).isWrong)
  })

  it("shows dead letters up to the moment, with the command that goes on; none where they are hidden", () => {
    const letter = (number: number) => ({
      number,
      atMillis: 1_700_000_000_000 + number * 1_000,
      stream: "payments",
      reason: "unmatched-payment",
      messageId: `m${number}`,
      orderId: "9223372036854775807",
      error: "no such order"
    })
    const recording = { ...recordingOf(frame(2)), deadLetters: [letter(1), letter(2), letter(3)] }
    const { letters } = shown(recording)
    assert.deepStrictEqual(
      letters.map(({ age, command, order }) => [age, order, command]),
      [
        ["0 s", "9223372036854775807", "counterfoil dlq show m2"],
        ["1 s", "9223372036854775807", "counterfoil dlq show m1"]
      ]
    )
    const hidden = shown({ ...recording, deadLetters: null as never })
    assert.deepStrictEqual(hidden.letters, [])
    assert.include(hidden.lettersText, "loopback")
  })

  it.each([
    [{}, "Nothing holds the others up"],
    [{ "used.credit": 1 }, "As many messages as allowed are held"],
    [{ "used.credit": 1, "used.slots": 1 }, "The slots are the bottleneck"],
    [{ "used.credit": 1, "used.slots": 1, "used.writes": 0.95 }, "Storing is the bottleneck"],
    [{ "used.slots": 1, "used.retry-places": 1 }, "Storing is the bottleneck"],
    [{ "used.credit": 1, "used.waiting-room": 1 }, "The waiting room is full"]
  ])("names the bottleneck: the last station on the way whose limit is reached, of %j", (figures, text) => {
    assert.include(bottleneckAt(recordingOf(frame(1, figures as Figures)), 0), text)
  })

  it("beside a plot: a sentence with trend and peak, and twelve rows at most", () => {
    const frames = Array.from({ length: 100 }, (_, n) => frame(n, { storedPerSecond: n === 50 ? 420 : n }))
    const [plan] = plotPlans
    assert.isDefined(plan)
    const { rows, sentence } = plotText(recordingOf(...frames), 99, plan as NonNullable<typeof plan>)
    assert.match(sentence, /^Orders stored: rising, 99\/s now, most 420\/s at \d\d:\d\d:\d\d\./)
    assert.isAtMost(rows.length, 12)
    assert.deepStrictEqual(rows.at(-1)?.slice(1), ["99/s", "0/s"])
  })
})

describe("what is known of a recording", () => {
  it("grows with each answer, and keeps an hour", () => {
    const first = recordingOf(...Array.from({ length: 3_600 }, (_, n) => frame(n + 1)))
    const known = merged(first, recordingOf(frame(3_601)))
    assert.strictEqual(known.frames.length, 3_600)
    assert.strictEqual(known.frames[0]?.n, 2)
  })

  it("has each frame once, however often it was answered", () => {
    const known = merged(recordingOf(frame(1), frame(2)), recordingOf(frame(1), frame(2), frame(3)))
    assert.deepStrictEqual(
      known.frames.map(({ n }) => n),
      [1, 2, 3]
    )
  })

  it("begins anew with another run", () => {
    const known = merged(recordingOf(frame(1), frame(2)), { ...recordingOf(frame(1)), run: "b" })
    assert.deepStrictEqual(
      known.frames.map(({ n }) => n),
      [1]
    )
  })
})

describe("texts of the page", () => {
  it("write out what would deceive a reader, and durations in the unit that fits", () => {
    assert.strictEqual(plainText("a\u001b[2J\u202eb\u2028"), "a\\u001b[2J\\u202eb\\u2028")
    assert.deepStrictEqual(
      [null, 0, 0.0042, 0.25, 3.21, 41, 600, 7_500].map((each) => durationText(each)),
      ["–", "0 s", "4.2 ms", "250 ms", "3.2 s", "41 s", "10 min", "2 h 5 min"]
    )
  })
})
