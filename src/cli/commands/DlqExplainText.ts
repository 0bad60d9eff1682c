/** Shows to people why there are dead letters. */
import { Option } from "effect"
import type { ExplainedGroup, ExplanationPicture } from "../../ingest/DeadLetterExplanation.ts"
import type { DeadLetterFilter } from "../../ingest/DeadLetterFilter.ts"
import { type GraceAdvice, lateWithin } from "../../ingest/GraceAdvice.ts"
import { type RateStep, rateStep } from "../../ingest/RateStep.ts"
import type { PaymentIds } from "../../ingest/UnmatchedPayments.ts"
import { barLines, timeline } from "../BarPlot.ts"
import { escaped } from "../Escaped.ts"
import { cutTo, joinedTo, wrapped } from "../TextWidth.ts"
import { filterText } from "./DlqFlags.ts"
import { groupTitle, lookRemarks, type Shown } from "./DlqListText.ts"
import { bytesText, lasting, percentText, secondOf, shortName, thousands, withinWords } from "./DlqWords.ts"
import { adviceSentences, type WaitingSettings } from "./GraceAdviceText.ts"
import { latenessSteps } from "./LatenessSteps.ts"

/** What is shown. */
export interface Explained {
  readonly picture: ExplanationPicture
  readonly filter: DeadLetterFilter
  readonly settings: WaitingSettings
  /** Undefined where nothing is known of how late orders were. */
  readonly advice: GraceAdvice | undefined
  readonly shown: Shown
}

/** The explanation for people. **Guarantee**: no line is wider than the terminal, and nothing of a message can touch it. */
export const explanationText = (explained: Explained): string => {
  const { picture, shown } = explained
  const { deployment, width } = shown
  const { foreign, notMeant } = picture
  const head = [
    `${thousands(picture.meant)} dead letters in ${escaped(shortName(deployment.subscription, deployment.project))}`,
    ...(notMeant > 0 ? [`${thousands(notMeant)} others are not meant by the filter`] : []),
    ...(foreign > 0 ? [`${thousands(foreign)} of another deployment are not explained`] : []),
    `${bytesText(shown.bytes)} read`,
    ...Option.match(shown.retention, { onNone: () => [], onSome: (it) => [`kept for ${lasting(it)}`] }),
    "times are in UTC"
  ]
  return [
    ...joinedTo(head, width, ""),
    ...lookRemarks(picture, shown),
    ...paymentLines(explained),
    ...picture.groups.flatMap((group) => ["", ...groupLines(group, explained)])
  ].join("\n")
}

const paymentLines = (explained: Explained): ReadonlyArray<string> => {
  const { advice, picture, settings, shown } = explained
  const { arrivals, lateMillis } = picture.payments
  if (arrivals.length === 0) return []
  const advised = advice === undefined ? [] : adviceSentences(advice, lateMillis.length, settings)
  return [
    "",
    ...sentenceLines(
      `${counted(arrivals.length, "payment")} given up because the order was not there`,
      shown.width,
      ""
    ),
    ...standingSentences(picture).flatMap((sentence) => sentenceLines(sentence, shown.width, "  ")),
    ...plotLines(lateMillis, shown.width),
    ...advised.flatMap((sentence) => sentenceLines(sentence, shown.width, "  ")),
    ...redriveLines(explained)
  ]
}

const sentenceLines = (sentence: string, width: number, indent: string): ReadonlyArray<string> =>
  wrapped(sentence, width - indent.length).map((line) => cutTo(indent + line, width))

/** What is known of the orders by now. */
const standingSentences = ({ payments }: ExplanationPicture): ReadonlyArray<string> => {
  const { absent, absentExample, lateMillis, latest, notAsked, undated, untold } = payments
  const instance = absentExample === undefined ? "" : `, for instance ${idsText(absentExample)}`
  return [
    ...(lateMillis.length === 0 ? [] : [latenessSentence(lateMillis, latest)]),
    ...(absent === 0
      ? []
      : [`${thousands(absent)} still ${absent === 1 ? "has" : "have"} no order${instance}`]),
    ...(untold === 0
      ? []
      : [`${thousands(untold)}: how late is not known, as another program has written the row of the order`]),
    ...(undated === 0
      ? []
      : [`${thousands(undated)}: how late is not known, as nothing says when the payment was published`]),
    ...(notAsked === 0 ? [] : [`${thousands(notAsked)}: not known, as the fact table did not answer`])
  ]
}

const latenessSentence = (lateMillis: ReadonlyArray<number>, latest: PaymentIds | undefined): string => {
  const come = `${counted(lateMillis.length, "order")} ${lateMillis.length === 1 ? "has" : "have"} come since`
  const which = latest === undefined ? "" : ` (${idsText(latest)})`
  const [half, most, last] = [0.5, 0.95, 1].map((share) => withinText(lateWithin(lateMillis, share) ?? 0))
  return `${come}; how long after their payments: half ${half}, 95 % ${most}, the last ${last}${which}; of an order published more than once the last time counts`
}

const withinText = (late: number): string =>
  late <= 0 ? "no later than the payment" : `within ${withinWords(late)}`

const idsText = ({ orderId, paymentId }: PaymentIds): string => `order ${orderId}, payment ${paymentId}`

const counted = (count: number, noun: string): string =>
  `${thousands(count)} ${noun}${count === 1 ? "" : "s"}`

/** How many orders were how late, and the share of all up to there. */
const plotLines = (lateMillis: ReadonlyArray<number>, width: number): ReadonlyArray<string> => {
  if (lateMillis.length === 0) return []
  const bars = latenessSteps(lateMillis).map(({ orders, upToHere, upToMillis }) => ({
    label: stepLabel(upToMillis),
    value: orders,
    note: `${thousands(orders)} ${percentText(upToHere, lateMillis.length).padStart(6)}`
  }))
  return ["", ...barLines(bars, width, "  "), ""]
}

const stepLabel = (upToMillis: number): string => {
  if (upToMillis === 0) return "no later"
  return Number.isFinite(upToMillis) ? `up to ${withinWords(upToMillis)}` : "later"
}

/** What to do about those that are there. */
const redriveLines = ({ filter, picture, shown }: Explained): ReadonlyArray<string> => {
  const { lateMillis, undated, untold } = picture.payments
  const ready = lateMillis.length + untold + undated
  if (ready === 0) return []
  const reasons =
    filter.reasons ?? new Set(undated > 0 ? ["unmatched-payment", "unknown"] : ["unmatched-payment"])
  const command = `counterfoil dlq redrive ${escaped(filterText({ ...filter, reasons }))}${shown.deployment.flags ?? ""}`
  return sentenceLines(
    `next: ${command} (${thousands(ready)} ${ready === 1 ? "has its order" : "have their orders"} by now)`,
    shown.width,
    "  "
  )
}

/** Since when there are dead letters of another kind. */
const groupLines = (group: ExplainedGroup, { picture, shown }: Explained): ReadonlyArray<string> => {
  const { error, exampleId, publishedMicros } = group
  const { deployment, now, width } = shown
  const newest = publishedMicros.at(-1) ?? 0
  const from = Math.min(...picture.groups.map((one) => one.publishedMicros[0] ?? newest))
  const until = Math.max(now * 1000, newest)
  const { at, before, since } = groupStep(group, shown)
  return [
    ...groupTitle({ ...group, count: publishedMicros.length }, deployment, width),
    ...joinedTo(
      [
        `${thousands(since)} since ${secondOf(at)}, ${thousands(before)} before`,
        `newest ${secondOf(newest)}`
      ],
      width,
      "  "
    ),
    `  ${timeline(publishedMicros, { from, until }, width - 2)}`,
    ...joinedTo([`from ${secondOf(from)} to ${secondOf(until)}`], width, "  "),
    ...(error === undefined ? [] : joinedTo([escaped(error)], width, "  ")),
    ...joinedTo([`for instance ${exampleId}`], width, "  ")
  ]
}

/** Since when a group comes, as far back as dead letters are kept. */
export const groupStep = ({ publishedMicros }: ExplainedGroup, { now, retention }: Shown): RateStep => {
  const first = publishedMicros[0] ?? now * 1000
  const kept = Option.match(retention, { onNone: () => first, onSome: (millis) => (now - millis) * 1000 })
  const until = Math.max(now * 1000, publishedMicros.at(-1) ?? 0)
  return rateStep(publishedMicros, Math.min(first, kept), until)
}
