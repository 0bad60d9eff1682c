/** What the page says of one moment of a recording: texts only, and from nothing but the recording. */

import { figureAt, indexBefore, partsAt, sumAt } from "./Recording.js"
import { bottleneckAt, stationsAt } from "./Way.js"
import { clockText, countText, durationText, numberText, percentText, plainText } from "./Words.js"

/** @typedef {import("./Recording.js").Recording} Recording */

/** For how long dead letters count as new. **Units**: ms. */
const recentMillis = 15 * 60_000

const deadLetterKinds = ["undecodable", "schema-violation", "unmatched-payment", "store-rejected"]

/** The names of the limits that `/health` and the metrics use, in words. @type {Readonly<Record<string, string>>} */
const limitTexts = {
  slots: "slots for batches",
  writes: "statements in flight",
  credit: "outstanding messages",
  "waiting-room": "the waiting room",
  "retry-places": "places for retries"
}

const toneSymbols = { well: "✓", attention: "!", trouble: "✕", starting: "…", stopping: "■" }

/**
 * @param {Recording} recording
 * @param {number} at
 */
export const viewOf = (recording, at) => {
  const frame = recording.frames[at]
  if (frame === undefined) return undefined
  const [tone, text] = frame.s
  return {
    tone,
    symbol: toneSymbols[/** @type {keyof typeof toneSymbols} */ (tone)] ?? "…",
    text: plainText(text),
    process: plainText(
      `${recording.version}${recording.process === undefined ? "" : ` · ${recording.process}`}`
    ),
    moment: clockText(frame.t),
    figures: figuresAt(recording, at),
    stations: stationsAt(recording, at),
    bottleneck: bottleneckAt(recording, at),
    parts: Object.entries(partsAt(recording, at)).map(([part, [state, since, reason, remedy]]) => ({
      part,
      state,
      since: `${durationText((frame.t - since) / 1000)} (${clockText(since)})`,
      why: plainText([reason, remedy].filter((each) => each !== null).join("; "))
    })),
    ...equationAt(recording, at),
    ...lettersAt(recording, at),
    ...processesAt(recording, at)
  }
}

/**
 * @param {Recording} recording
 * @param {number} at
 */
const figuresAt = (recording, at) => {
  /** @param {string} column */
  const figure = (column) => figureAt(recording, at, column)
  const oldest = Math.max(figure("orders.oldestSeconds") ?? 0, figure("payments.oldestSeconds") ?? 0)
  const behind = figure("behindSeconds")
  const limit = bindingLimit(recording, at)
  const letters = newLetters(recording, at)
  return [
    {
      id: "stored",
      label: "Orders stored",
      value: `${numberText(figure("storedPerSecond"), 1)}/s`,
      detail: `${numberText(figure("orders.order-stored"))} since the start`,
      href: "#plot-flow"
    },
    {
      id: "matched",
      label: "Payments matched",
      value: `${numberText(figure("matchedPerSecond"), 1)}/s`,
      detail: `${numberText(figure("payments.payment-matched"))} since the start`,
      href: "#plot-flow"
    },
    {
      id: "oldest",
      label: "Oldest unsettled",
      value: durationText(oldest),
      detail: countText(
        sumAt(recording, at, [
          "orders.inFlight",
          "orders.retrying",
          "payments.inFlight",
          "payments.retrying"
        ]),
        "message is worked on",
        "messages are worked on"
      ),
      href: "#equation"
    },
    {
      id: "behind",
      label: "Reading of orders, behind",
      value: behind === 0 ? "caught up" : durationText(behind),
      detail: behind === null ? "not known yet" : "as the orders watermark says",
      href: "#processes"
    },
    {
      id: "waiting",
      label: "Payments waiting",
      value: numberText(figure("payments.waiting")),
      detail: `of ${numberText(recording.waitingRoomMax ?? null)}; longest ${durationText(figure("longestWaitSeconds"))}`,
      href: "#plot-waiting"
    },
    {
      id: "letters",
      label: "Dead letters, 15 min",
      value: letters.value,
      detail: letters.detail,
      href: "#letters"
    },
    {
      id: "p99",
      label: "Receipt to durable, p99",
      value: durationText(figure("durableP99Seconds")),
      detail: figure("durableP99Seconds") === null ? "nothing came in the last minute" : "of the last minute",
      href: "#plot-p99"
    },
    {
      id: "saturation",
      label: "Saturation",
      value: percentText(figure("saturation")),
      detail: `of ${limitTexts[limit] ?? limit}`,
      href: "#way"
    }
  ]
}

/**
 * The limit of which most is used.
 *
 * @param {Recording} recording
 * @param {number} at
 */
const bindingLimit = (recording, at) => {
  const used = Object.keys(limitTexts).map((limit) => ({
    limit,
    share: figureAt(recording, at, `used.${limit}`) ?? 0
  }))
  return used.reduce((most, one) => (one.share > most.share ? one : most)).limit
}

/**
 * @param {Recording} recording
 * @param {number} at
 */
const newLetters = (recording, at) => {
  const from = indexBefore(recording, at, recentMillis)
  const byReason = deadLetterKinds
    .map((reason) => {
      const columns = [`orders.${reason}`, `payments.${reason}`]
      // The first frame of a run may have counted already: of it, everything is new.
      const before = from === 0 && recording.frames[0]?.n === 1 ? 0 : sumAt(recording, from, columns)
      return { reason, count: sumAt(recording, at, columns) - before }
    })
    .filter(({ count }) => count > 0)
  return {
    value: numberText(byReason.reduce((sum, { count }) => sum + count, 0)),
    detail:
      byReason.length === 0
        ? "none"
        : byReason.map(({ count, reason }) => `${numberText(count)} ${reason}`).join(", ")
  }
}

/**
 * @param {Recording} recording
 * @param {number} at
 */
const equationAt = (recording, at) => {
  const equation = ["orders", "payments"].map((stream) => {
    /** @param {string} column */
    const figure = (column) => figureAt(recording, at, `${stream}.${column}`) ?? 0
    const fates = ["order-stored", "payment-matched", "payment-superseded", ...deadLetterKinds].reduce(
      (sum, fate) => sum + figure(fate),
      0
    )
    const held = figure("inFlight") + figure("retrying") + figure("waiting")
    const imbalance = figure("imbalance")
    const differs = fates + held + figure("released") !== figure("received")
    return {
      stream,
      cells: [
        figure("received"),
        fates,
        figure("inFlight"),
        figure("retrying"),
        figure("waiting"),
        figure("released"),
        held - imbalance
      ].map((value) => numberText(value)),
      oldest: durationText(figureAt(recording, at, `${stream}.oldestSeconds`)),
      differs,
      // Releases that are not answered yet, and leases that were lost unnoticed, make it differ for about a minute.
      isLong: imbalance !== 0 && imbalanceLasts(recording, at, stream),
      imbalance
    }
  })
  const wrong = equation.filter(({ differs, isLong }) => differs || isLong)
  return {
    equation,
    equationText:
      wrong.length === 0
        ? "No. Every message received has exactly one fate, or is here, or was given back."
        : `It does not add up: ${wrong.map(({ imbalance, stream }) => `${stream} differ by ${Math.abs(imbalance)} from what the subscription holds`).join("; ")}.`,
    isWrong: wrong.length > 0
  }
}

/**
 * @param {Recording} recording
 * @param {number} at
 * @param {string} stream
 */
const imbalanceLasts = (recording, at, stream) => {
  const from = indexBefore(recording, at, 90_000)
  if ((recording.frames[at]?.t ?? 0) - (recording.frames[from]?.t ?? 0) < 85_000) return false
  for (let index = from; index <= at; index++) {
    if (figureAt(recording, index, `${stream}.imbalance`) === 0) return false
  }
  return true
}

/**
 * @param {Recording} recording
 * @param {number} at
 */
const lettersAt = ({ deadLetters, frames }, at) => {
  const now = frames[at]?.t ?? 0
  if (deadLetters === null) {
    const lettersText =
      "They are shown where HTTP_HOST is loopback, and elsewhere to whoever knows HTTP_TOKEN. `counterfoil dlq list` shows all of them, and says which would go through now."
    return { letters: [], lettersText, isHidden: true }
  }
  const letters = deadLetters
    .filter(({ atMillis }) => atMillis <= now)
    .toReversed()
    .map(({ atMillis, error, messageId, orderId, paymentId, reason }) => ({
      age: durationText(Math.floor((now - atMillis) / 1000)),
      reason,
      order: plainText(orderId ?? "–"),
      payment: plainText(paymentId ?? "–"),
      error: plainText(error),
      message: plainText(messageId),
      command: `counterfoil dlq show ${plainText(messageId)}`
    }))
  return {
    letters,
    isHidden: false,
    lettersText:
      letters.length === 0
        ? "None in this run."
        : `The last ${letters.length} of this process, the newest first. \`counterfoil dlq list\` shows all of them, and says which would go through now; \`counterfoil dlq redrive --dry-run\` tries it.`
  }
}

/**
 * @param {Recording} recording
 * @param {number} at
 */
const processesAt = ({ frames, process, processes }, at) => {
  const now = frames[at]?.t ?? 0
  return {
    processesText:
      processes.length === 0
        ? "No progress table is read: there is no grace, or it has not begun."
        : `${countText(processes.length, "process", "processes")} in the progress table, as last read.`,
    processes: processes.map((row) => ({
      process: plainText(row.process === process ? `${row.process} (this one)` : row.process),
      behind:
        row.watermarkMillis === null
          ? "not known"
          : `${durationText(Math.max(0, (now - row.watermarkMillis) / 1000))} ago`,
      changed: `${durationText(row.unchangedMillis / 1000)} ago`,
      waiting: row.hasWaiting ? "yes" : "no",
      orders: numberText(row.orders)
    }))
  }
}
