import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { sentenceLinesMax } from "../../src/cli/Limits.ts"
import { type LiveFrame, makeFrameReader } from "../../src/cli/LiveFrame.ts"
import { liveViewText, paintOf } from "../../src/cli/LiveViewText.ts"
import { widthOf } from "../../src/cli/TextWidth.ts"
import { recordedStates, recordingOf } from "../support/RecordedStates.ts"

/** The newest frame of a recording, as a recorder gives it: 300 frames at a time. */
const frameOf = (recording: string): LiveFrame => {
  const whole = JSON.parse(recording)
  const frame = makeFrameReader({
    recording: ({ since }) => {
      const frames = whole.frames.filter(({ n }: { n: number }) => n > since).slice(0, 300)
      const next = frames.at(-1)?.n ?? since
      return JSON.stringify({ ...whole, frames, next, hasMore: next < whole.next })
    }
  })()
  if (frame === undefined) throw new Error("there is no frame")
  return frame
}

const figures = (known: Readonly<Record<string, number>>) => (column: string) => known[column] ?? 0

const well: LiveFrame = {
  atMillis: 1_000_000,
  tone: "well",
  sentence: "Well. 312 orders a second stored, caught up, no payments wait.",
  figure: figures({ "orders.order-stored": 12_345, "payments.payment-matched": 12_001, saturation: 0.234 }),
  lastDeadLetter: undefined
}

describe("the live view of a terminal", () => {
  it("is calm when all is well: the sentence and the figures, two lines", () => {
    assert.deepStrictEqual(liveViewText(well, 80).split("\n"), [
      "✓ Well. 312 orders a second stored, caught up, no payments wait.",
      "  12,345 orders stored · 12,001 payments matched · 0 dead letters · 23 % full"
    ])
    assert.isUndefined(paintOf("well"))
    assert.strictEqual(paintOf("trouble"), "red")
  })

  it("names the last dead letter with its reason; what stands in it cannot touch the terminal", () => {
    const letter = {
      atMillis: 988_000,
      reason: "unmatched-payment",
      orderId: "4711",
      paymentId: "1004711",
      error: "no such order\u001b[2J"
    }
    const frame = { ...well, figure: figures({ "payments.unmatched-payment": 1 }), lastDeadLetter: letter }
    const lines = liveViewText(frame, 120).split("\n")
    assert.strictEqual(
      lines[2],
      "  last dead letter 12 s ago: unmatched-payment (payment 1004711 of order 4711): no such order\\u001b[2J"
    )
    assert.include(lines[1], "1 dead letters")
  })

  it("says in a few lines what is said of an outage, in the words of the page, and that there is more", () => {
    const sentence = `Cassandra has not answered for 41 s. ${"Nothing is lost. ".repeat(30)}`
    const lines = liveViewText({ ...well, tone: "trouble", sentence }, 80).split("\n")
    assert.lengthOf(lines, sentenceLinesMax + 1)
    assert.match(lines[0] ?? "", /^✕ Cassandra has not answered for 41 s\./)
    assert.match(lines[sentenceLinesMax - 1] ?? "", /^ {2}\S.*…$/)
  })

  it.effect.each(recordedStates)(
    "%s: fits any terminal from 20 columns on, and has the sentence of the frame",
    (state) =>
      Effect.gen(function* () {
        const recording = yield* recordingOf(state)
        const frame = frameOf(recording)
        assert.strictEqual(frame.sentence, JSON.parse(recording).frames.at(-1).s[1])
        for (const width of [20, 40, 79, 80, 200]) {
          const lines = liveViewText(frame, width).split("\n")
          assert.isAtMost(lines.length, sentenceLinesMax + 2)
          for (const line of lines) assert.isAtMost(widthOf(line), width, line)
        }
        const text = liveViewText(frame, 400).replaceAll(/\s+/g, " ")
        assert.include(text, frame.sentence.slice(0, 60))
      })
  )

  it("a frame that is not known yet is none", () => {
    const nothing = { columns: [], frames: [], next: 0, hasMore: false, deadLetters: [] }
    assert.isUndefined(makeFrameReader({ recording: () => JSON.stringify(nothing) })())
  })
})
