/** Shows one dead letter: to people, and as JSON. */
import { Option } from "effect"
import type { ReceivedDeadLetter } from "../../deadletters/ReceivedDeadLetter.ts"
import { unknownReason } from "../../ingest/DeadLetterFilter.ts"
import type { CarriedIds } from "../../ingest/DeadLetterMessages.ts"
import type { OrderOfPayment } from "../../ingest/OrdersOfPayments.ts"
import { rfc3339 } from "../../time/Rfc3339.ts"
import { escaped, escapedJson } from "../Escaped.ts"
import { dataShownBytes } from "../Limits.ts"
import { joinedTo } from "../TextWidth.ts"
import type { Deployment } from "./DlqConnected.ts"
import { bytesText, lasting, secondOf, shortName, wordsOf } from "./DlqWords.ts"
import { shownData } from "./MessageData.ts"

/** What is shown of a dead letter. */
export interface LetterDetails {
  readonly letter: ReceivedDeadLetter
  /** By its name. */
  readonly verdict: string
  /** Why it would stay, or why that is unknown. */
  readonly reasonNow: string | undefined
  /** `NotAsked` also where it is no payment. */
  readonly order: OrderOfPayment
}

/** What it is shown with. */
export interface DetailsShown {
  readonly deployment: Deployment
  /** **Units**: milliseconds. */
  readonly retention: Option.Option<number>
  /** **Units**: columns. */
  readonly width: number
  readonly ids: CarriedIds
}

/** One dead letter for people. **Guarantee**: no character of a message can touch the terminal. */
export const letterDetails = (details: LetterDetails, shown: DetailsShown): string => {
  const { letter } = details
  const { deployment, retention, width } = shown
  const { delivery } = letter
  const since = delivery.publishTimeMicros
  const from = letter.subscription ?? "not known: its attributes name no subscription"
  const kept = Option.match(retention, {
    onNone: () => "",
    onSome: (millis) => `, kept until ${secondOf(since + millis * 1000)}`
  })
  const rows: ReadonlyArray<readonly [string, string | undefined]> = [
    ["reason", [letter.reason ?? unknownReason, letter.error].filter((it) => it !== undefined).join(": ")],
    ["field", letter.path],
    ["from", shortName(from, deployment.project)],
    ["message", letter.messageId],
    ["published", `${secondOf(letter.publishTimeMicros)} UTC`],
    [
      "given up",
      letter.failedAtMicros === undefined ? undefined : givenUpText(letter, letter.failedAtMicros)
    ],
    ["dead letter", `since ${secondOf(since)} UTC${kept}`],
    ["ordering key", letter.orderingKey || undefined],
    ...Object.entries(letter.attributes).map(([key, value]) => ["attribute", `${key}=${value}`] as const),
    ["dropped", letter.droppedAttributes && `${letter.droppedAttributes} attributes, for want of room`],
    [
      "cut",
      letter.truncatedBytes && `${letter.truncatedBytes} bytes at the end of the data, for want of room`
    ],
    ["now", nowText(details)]
  ]
  return [
    `dead letter ${delivery.messageId} in ${escaped(shortName(deployment.subscription, deployment.project))}`,
    ...rows.flatMap(([name, value]) => (value === undefined ? [] : rowLines(name, value, width))),
    "",
    ...dataLines(delivery.data),
    "",
    `next: ${nextCommand(details, shown.ids, deployment.flags)}`
  ].join("\n")
}

const nameWidth = 14

/** A value in a column of its own, over as many lines as it takes. */
const rowLines = (name: string, value: string, width: number): ReadonlyArray<string> => {
  const room = Math.max(20, width - nameWidth)
  const characters = [...escaped(value)]
  const lines: Array<string> = []
  for (let start = 0; start === 0 || start < characters.length; start += room) {
    const part = characters.slice(start, Number.isFinite(room) ? start + room : undefined).join("")
    lines.push((start === 0 ? name : "").padEnd(nameWidth) + part)
    if (!Number.isFinite(room)) break
  }
  return lines
}

const givenUpText = ({ appVersion, deliveryAttempt }: ReceivedDeadLetter, failedAtMicros: number): string =>
  [
    `${secondOf(failedAtMicros)} UTC`,
    ...(appVersion === undefined ? [] : [`by version ${appVersion}`]),
    ...(deliveryAttempt === undefined || deliveryAttempt === "0" ? [] : [`at delivery ${deliveryAttempt}`])
  ].join(", ")

const nowText = ({ order, reasonNow, verdict }: LetterDetails): string => {
  const said = reasonNow === undefined ? wordsOf(verdict) : `${wordsOf(verdict)}: ${reasonNow}`
  if (order._tag === "NotAsked") return said
  if (order._tag === "Absent") return said
  const { lateMillis } = order
  if (lateMillis === undefined) return `${said}; its order is there, how late it was is not known`
  const when =
    lateMillis > 0 ? `${lasting(lateMillis)} after the payment` : `${lasting(-lateMillis)} before the payment`
  return `${said}; its order was published ${when}, when it was published last`
}

const dataLines = (data: Uint8Array): ReadonlyArray<string> => {
  const isCut = data.length > dataShownBytes
  const { form, lines } = shownData(isCut ? data.subarray(0, dataShownBytes) : data)
  return [
    `${bytesText(data.length)} of data, as ${form}${isCut ? `, the first ${bytesText(dataShownBytes)} (--json has all)` : ""}:`,
    ...lines.flatMap((line) => joinedTo([line], Number.POSITIVE_INFINITY, ""))
  ]
}

/** What a person does next, by the verdict. */
const nextCommand = (
  { letter, verdict }: LetterDetails,
  { orderId, paymentId }: CarriedIds,
  flags = ""
): string => {
  const filter = [
    ...(orderId === undefined ? [] : [`--order-id ${orderId}`]),
    ...(paymentId === undefined ? [] : [`--payment-id ${paymentId}`])
  ].join(" ")
  if (verdict === "stays(unmatched-payment)")
    return `find out what became of order ${orderId ?? ""}; once it is stored, counterfoil dlq redrive ${filter}${flags}`
  if (verdict === "foreign") return `ask the deployment that reads ${escaped(letter.subscription ?? "")}`
  if (verdict === "unknown") return "the same command again, once the fact table answers"
  if (verdict.startsWith("stays(")) return "correct its publisher; it stays a dead letter as it is"
  // A redrive without a filter is one of all dead letters.
  if (filter === "") return "the same command again"
  return `counterfoil dlq redrive ${filter}${flags}`
}

/** One dead letter for programs. **Shape**: one line; the data in base64, ids and times as text. */
export const letterDetailsJson = (
  { letter, order, reasonNow, verdict }: LetterDetails,
  { deployment, ids }: DetailsShown
): string => {
  const { delivery } = letter
  return escapedJson({
    id: delivery.messageId,
    deadLetterSubscription: deployment.subscription,
    since: rfc3339(delivery.publishTimeMicros),
    reason: letter.reason ?? unknownReason,
    path: letter.path ?? null,
    error: letter.error ?? null,
    markedBy: letter.markedBy,
    subscription: letter.subscription ?? null,
    messageId: letter.messageId ?? null,
    publishTime: rfc3339(letter.publishTimeMicros),
    failedAt: letter.failedAtMicros === undefined ? null : rfc3339(letter.failedAtMicros),
    appVersion: letter.appVersion ?? null,
    orderingKey: letter.orderingKey,
    attributes: letter.attributes,
    orderId: ids.orderId ?? null,
    paymentId: ids.paymentId ?? null,
    verdict,
    verdictReason: reasonNow ?? null,
    orderLateMillis: order._tag === "There" ? (order.lateMillis ?? null) : null,
    data: Buffer.from(delivery.data).toString("base64")
  })
}
