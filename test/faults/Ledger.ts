/** Judges a run: what was published against what the table, the dead letters and the subscriptions then held. */
import { isDeepStrictEqual } from "node:util"
import type { PlainRow } from "../support/PlainTable.ts"
import { groupsOf, judgeRow, type OrderGroup } from "./Rows.ts"
import type { Planned, StreamName } from "./Traffic.ts"

/** A message as Pub/Sub has it. */
export interface Published {
  readonly planned: Planned
  readonly messageId: string
  /** **Units**: ms since the epoch, as the server says. */
  readonly publishMillis: number
}

/** A dead letter as its subscription gives it, redeliveries of it apart. */
export interface DeadLetter {
  readonly data: Buffer
  readonly attributes: Readonly<Record<string, string>>
  /** **Units**: ms since the epoch, as the server says. */
  readonly publishTimeMillis: number
}

/** A message left on a source subscription. */
export interface Left {
  readonly stream: StreamName
  readonly messageId: string
}

/** What was published, and the three things that are read afterwards. */
export interface History {
  readonly published: ReadonlyArray<Published>
  readonly rows: ReadonlyMap<string, PlainRow>
  readonly deadLetters: ReadonlyArray<DeadLetter>
  readonly left: ReadonlyArray<Left>
  /**
   * By order id, until when no look at the table had found the order that was looked for; empty where nobody looked.
   * **Units**: ms since the epoch.
   */
  readonly unseenUntil: ReadonlyMap<string, number>
}

/**
 * What became of a message.
 *
 * `stored`, `matched`, `superseded` by a later one, `dead-lettered` and rightly so, `left` unacknowledged without an
 * effect; `stale`: dead-lettered as unmatched, and matched all the same by a later redelivery; `late`: dead-lettered
 * as unmatched while its order was not in the table yet, because Pub/Sub held that back for longer than G5 waits.
 * The faults: `lost` without an effect anywhere; `wrong`: its row shows what no message said; `misrouted`: a dead
 * letter it should not have become, or of another reason.
 */
export type Verdict =
  | "stored"
  | "matched"
  | "superseded"
  | "dead-lettered"
  | "left"
  | "stale"
  | "late"
  | "lost"
  | "wrong"
  | "misrouted"

/** The judgement of a run. */
export interface Judgement {
  /** By `stream:message id`. */
  readonly verdicts: ReadonlyMap<string, Verdict>
  /** Messages without an effect anywhere. */
  readonly lost: number
  /** Of those, payments without an order: they have to wait before they become dead letters. */
  readonly lostUnmatched: number
  /** Rows with a cell that is not as published, and dead letters that are not the message they stand for. */
  readonly wrong: number
  /** Dead letters with the `dlq-message-id` of another, beyond the copies that were allowed. */
  readonly doubled: number
  readonly misrouted: number
  readonly stale: number
  readonly late: number
  /** Dead letters with the `dlq-message-id` of another. */
  readonly copies: number
  /** Messages left on the source subscriptions, beyond the repetitions that were allowed. */
  readonly left: number
  /** Those that had their effect already: a repetition of each was under way. */
  readonly repeating: number
  /** The first of the faults, in words. */
  readonly findings: ReadonlyArray<string>
}

/**
 * Judges a run in which up to `repetitionsAllowed` dead letters may be there twice, and as many messages may be
 * delivered once more after they had their effect: 0 without crash, lost acknowledgement or lost lease.
 */
export const judge = (history: History, repetitionsAllowed = 0): Judgement => {
  const findings: Array<string> = []
  const found = (text: string) => void (findings.length < findingsShown && findings.push(text))
  const published = new Map(history.published.map((one) => [keyOf(one.planned.stream, one.messageId), one]))
  const deadLetters = deadLettersByKey(history.deadLetters)
  const left = new Set(history.left.map(({ stream, messageId }) => keyOf(stream, messageId)))
  const verdicts = new Map<string, Verdict>()
  let wrong = 0
  let foreign = 0

  for (const [key, copies] of deadLetters) {
    const original = published.get(key)
    if (original === undefined) {
      foreign += 1
      found(`a dead letter for ${key}, which was not published`)
    } else if (!copies.every((deadLetter) => isCopyOf(deadLetter, original.planned))) {
      wrong += 1
      found(`the dead letter for ${key} is not the message it stands for`)
    }
  }
  for (const [key, { planned }] of published) {
    if (planned.meaning._tag !== "Poison") continue
    const reason = deadLetters.get(key)?.[0]?.attributes["dlq-reason"]
    const missing = left.has(key) ? "left" : "lost"
    verdicts.set(
      key,
      reason === undefined ? missing : reason === planned.meaning.reason ? "dead-lettered" : "misrouted"
    )
  }
  const context = {
    deadLetterOf: (key: string) => deadLetters.get(key)?.[0],
    left,
    unseenUntil: history.unseenUntil
  }
  const groups = groupsOf(published)
  for (const orderId of new Set([...groups.keys(), ...history.rows.keys()])) {
    const group: OrderGroup = groups.get(orderId) ?? { orders: [], payments: [] }
    const judged = judgeRow(orderId, group, history.rows.get(orderId), context)
    for (const [key, verdict] of judged.verdicts) verdicts.set(key, verdict)
    if (judged.wrong !== undefined) {
      wrong += 1
      found(`row ${orderId}: ${judged.wrong}`)
    }
  }
  for (const [key, verdict] of verdicts) {
    if (verdict === "lost" || verdict === "misrouted" || verdict === "stale" || verdict === "late") {
      found(`${verdict}: ${describe(key, published.get(key), groups, deadLetters.get(key)?.[0])}`)
    }
  }
  const countOf = (verdict: Verdict) => [...verdicts.values()].filter((one) => one === verdict).length
  const copies = history.deadLetters.length - deadLetters.size
  if (copies > repetitionsAllowed) {
    for (const [key, all] of deadLetters) if (all.length > 1) found(`doubled: ${key}: ${copiesIn(all)}`)
  }
  const repeating = [...left].filter((key) => isDone.has(verdicts.get(key) ?? "lost")).length
  return {
    verdicts,
    lost: countOf("lost"),
    lostUnmatched: [...groups.values()]
      .flatMap(({ orders, payments }) => (orders.length === 0 ? payments : []))
      .filter(({ key }) => verdicts.get(key) === "lost").length,
    wrong,
    doubled: Math.max(0, copies - repetitionsAllowed),
    misrouted: countOf("misrouted") + foreign,
    stale: countOf("stale"),
    late: countOf("late"),
    copies,
    left: left.size - Math.min(repeating, repetitionsAllowed),
    repeating,
    findings
  }
}

/** Whether every message has its effect, whatever still waits to be acknowledged. */
export const isSettled = ({ lost, wrong }: Judgement): boolean => lost === 0 && wrong === 0

/** Whether every message has its effect, but for payments that may wait for an order that never comes. */
export const isRecovered = ({ lost, lostUnmatched, wrong }: Judgement): boolean =>
  lost === lostUnmatched && wrong === 0

/** Whether nothing is wrong with a run that has ended. */
export const isRight = ({ lost, wrong, doubled, misrouted, left }: Judgement): boolean =>
  lost + wrong + doubled + misrouted + left === 0

/** How a message is named here: ids may repeat between topics. */
export const keyOf = (stream: StreamName, messageId: string): string => `${stream}:${messageId}`

/** The stream a dead letter comes from, by the name of its subscription. */
const streamOf = ({ attributes }: DeadLetter): StreamName =>
  /\/subscriptions\/payment/.test(attributes["dlq-subscription"] ?? "") ? "payments" : "orders"

const deadLettersByKey = (
  deadLetters: ReadonlyArray<DeadLetter>
): ReadonlyMap<string, ReadonlyArray<DeadLetter>> =>
  Map.groupBy(deadLetters, (deadLetter) =>
    keyOf(streamOf(deadLetter), deadLetter.attributes["dlq-message-id"] ?? "?")
  )

/** Tells a second publish of one delivery from a delivery that came again. */
const copiesIn = (deadLetters: ReadonlyArray<DeadLetter>): string =>
  deadLetters
    .map(
      ({ attributes }) =>
        `${attributes["dlq-reason"]} at ${attributes["dlq-failed-at"]}, delivery ${attributes["dlq-delivery-attempt"]}`
    )
    .join("; ")

const isCopyOf = ({ data, attributes }: DeadLetter, planned: Planned): boolean =>
  data.equals(planned.data) &&
  isDeepStrictEqual(
    Object.fromEntries(Object.entries(attributes).filter(([name]) => !name.startsWith("dlq-"))),
    { ...planned.attributes }
  )

const describe = (
  key: string,
  message: Published | undefined,
  groups: ReadonlyMap<string, OrderGroup>,
  deadLetter: DeadLetter | undefined
): string => {
  if (message === undefined || message.planned.meaning._tag === "Poison") return key
  const { orderId } = message.planned.meaning
  const orderedAt = groups.get(orderId)?.orders.map(({ publishMillis }) => publishMillis) ?? []
  const ahead = Math.min(...orderedAt) - message.publishMillis
  const failedAt = Date.parse(deadLetter?.attributes["dlq-failed-at"] ?? "")
  return [
    `${key} for order ${orderId}, published ${Math.abs(ahead)} ms ${ahead > 0 ? "before" : "after"} it`,
    ...(deadLetter === undefined
      ? []
      : [
          `a dead letter (${deadLetter.attributes["dlq-reason"]}) ${(failedAt - message.publishMillis) / 1000} s later`
        ])
  ].join("; ")
}

/** Verdicts of messages whose effect stands. */
const isDone: ReadonlySet<Verdict> = new Set([
  "stored",
  "matched",
  "superseded",
  "dead-lettered",
  "stale",
  "late"
])

const findingsShown = 10
