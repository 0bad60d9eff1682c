/** The way of a message through the process: how fast each station goes, how full it is, and which holds the others up. */
import { figureAt, ratePerSecond } from "./Recording.js"
import { numberText, percentText } from "./Words.js"

/** @typedef {import("./Recording.js").Recording} Recording */

const deadLetterColumns = ["undecodable", "schema-violation", "unmatched-payment", "store-rejected"].flatMap(
  (reason) => [`orders.${reason}`, `payments.${reason}`]
)
const storedColumns = ["orders.order-stored", "payments.payment-matched", "payments.payment-superseded"]
const receivedColumns = ["orders.received", "payments.received"]

/** From which share on a limit counts as reached; a mean of 15 s is rarely exactly 1. */
const reached = 0.9

/**
 * The limits from the end of the way to its beginning: the first that is reached holds up those before it, whose limits
 * are reached because of it.
 */
const limitsFromTheEnd = [
  {
    limit: "waiting-room",
    station: "waiting",
    text: "The waiting room is full: the intake of payments waits. More places (WAITING_ROOM_MAX), or a shorter PAYMENT_GRACE."
  },
  {
    limit: "retry-places",
    station: "store",
    text: "Storing is the bottleneck: as many messages as allowed are tried again (MAX_RETRYING). Look at Cassandra."
  },
  {
    limit: "writes",
    station: "store",
    text: "Storing is the bottleneck: as many statements as Cassandra takes are in flight."
  },
  {
    limit: "slots",
    station: "decode",
    text: "The slots are the bottleneck: all batches that may be worked on are. Another process helps."
  },
  {
    limit: "credit",
    station: "intake",
    text: "As many messages as allowed are held (MAX_OUTSTANDING_MESSAGES, MAX_OUTSTANDING_BYTES): Pub/Sub waits with the rest. Another process helps."
  }
]

/**
 * @param {Recording} recording
 * @param {number} at
 */
const boundBy = (recording, at) =>
  limitsFromTheEnd.find(({ limit }) => (figureAt(recording, at, `used.${limit}`) ?? 0) >= reached)

/**
 * @param {Recording} recording
 * @param {number} at
 */
export const bottleneckAt = (recording, at) =>
  boundBy(recording, at)?.text ?? "Nothing holds the others up: no limit is reached."

/**
 * @param {Recording} recording
 * @param {number} at
 */
export const stationsAt = (recording, at) => {
  /** @param {string} limit */
  const used = (limit) => figureAt(recording, at, `used.${limit}`)
  /** @param {ReadonlyArray<string>} columns */
  const rate = (columns) => `${numberText(ratePerSecond(recording, at, columns), 1)}/s`
  /** @param {string} column */
  const figure = (column) => numberText(figureAt(recording, at, column))
  const retrying =
    (figureAt(recording, at, "orders.retrying") ?? 0) + (figureAt(recording, at, "payments.retrying") ?? 0)
  const bound = boundBy(recording, at)
  return [
    {
      id: "intake",
      name: "Intake",
      rate: rate(receivedColumns),
      share: used("credit"),
      detail: `${percentText(used("credit"))} of what may be outstanding`
    },
    {
      id: "decode",
      name: "Decode",
      rate: rate(receivedColumns),
      share: used("slots"),
      detail: `${percentText(used("slots"))} of the slots`
    },
    {
      id: "store",
      name: "Store",
      rate: rate(storedColumns),
      share: used("writes"),
      detail:
        figureAt(recording, at, "statements") === null
          ? `${numberText(retrying)} tried again`
          : `${figure("statements")} of ${figure("statementsLimit")} statements; ${numberText(retrying)} tried again`
    },
    {
      id: "acknowledge",
      name: "Acknowledge",
      rate: rate([...storedColumns, ...deadLetterColumns]),
      share: null,
      detail: `${numberText((figureAt(recording, at, "orders.unconfirmed") ?? 0) + (figureAt(recording, at, "payments.unconfirmed") ?? 0))} unconfirmed since the start`
    },
    {
      id: "waiting",
      name: "Waiting room",
      rate: figure("payments.waiting"),
      share: used("waiting-room"),
      detail: `${percentText(used("waiting-room"))} of the room`
    },
    {
      id: "letters",
      name: "Dead letters",
      rate: rate(deadLetterColumns),
      share: null,
      detail: `${numberText(deadLetterColumns.reduce((sum, column) => sum + (figureAt(recording, at, column) ?? 0), 0))} since the start`
    }
  ].map((station) => ({ ...station, isBottleneck: bound?.station === station.id }))
}
