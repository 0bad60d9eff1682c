/** Judges a run: what was published against what the table, the dead letters and the subscriptions then held. */
import type { PlainRow } from "../support/PlainTable.ts"
import { deadLettersByKey, judgeDeadLetters } from "./DeadLetters.ts"
import { copyExcuse, type Disturbance, latenessExcuse, repetitionExcuse } from "./Disturbances.ts"
import { groupsOf, judgeRow, type OrderGroup } from "./Rows.ts"
import { keyOf, type Planned, type StreamName } from "./Traffic.ts"

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
  /** What may have been lost, and when; without, nothing is repeated, left or late. */
  readonly disturbances: ReadonlyArray<Disturbance>
}

/**
 * What became of a message.
 *
 * `stored`, `matched`, `superseded` by a later one, `dead-lettered` and rightly so, `left` unacknowledged without an
 * effect; `late`: dead-lettered as unmatched while its order was not in the table yet, because a disturbance made
 * Pub/Sub hold that back for longer than G5 waits; `stale`: the same, and matched all the same by a later redelivery.
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
  /** Dead letters with the `dlq-message-id` of another that no disturbance excuses. */
  readonly doubled: number
  readonly misrouted: number
  readonly stale: number
  readonly late: number
  /** Dead letters with the `dlq-message-id` of another, excused or not. */
  readonly copies: number
  /** Messages left on the source subscriptions that no disturbance excuses. */
  readonly left: number
  /** Those, excused or not, that had their effect already: a repetition of each was under way. */
  readonly repeating: number
  /** How many copies, repetitions and late dead letters each disturbance excused, by its words. */
  readonly excused: ReadonlyMap<string, number>
  /** The first of the faults, in words. */
  readonly findings: ReadonlyArray<string>
}

/** Judges a run. */
export const judge = (history: History): Judgement => {
  const findings: Array<string> = []
  const found = (text: string) => void (findings.length < findingsShown && findings.push(text))
  const excused = new Map<string, number>()
  const isExcused = (disturbance: Disturbance | undefined): boolean => {
    if (disturbance === undefined) return false
    excused.set(disturbance.why, (excused.get(disturbance.why) ?? 0) + 1)
    return true
  }
  const { disturbances } = history
  const published = new Map(history.published.map((one) => [keyOf(one.planned.stream, one.messageId), one]))
  const deadLetters = deadLettersByKey(history.deadLetters)
  const left = new Set(history.left.map(({ stream, messageId }) => keyOf(stream, messageId)))
  const judged = judgeDeadLetters(published, deadLetters, (original, first) =>
    isExcused(copyExcuse(disturbances, original, first))
  )
  judged.findings.forEach(found)
  const groups = groupsOf(published)
  const verdicts = verdictsOfPoison(published, deadLetters, left)
  const context = {
    deadLetterOf: (key: string) => deadLetters.get(key)?.[0],
    left,
    wasLate: (orderId: string, orders: OrderGroup["orders"], deadLetter: DeadLetter) =>
      (history.unseenUntil.get(orderId) ?? Number.NEGATIVE_INFINITY) >= deadLetter.publishTimeMillis &&
      isExcused(latenessExcuse(disturbances, orders, deadLetter))
  }
  let wrong = judged.wrong
  for (const orderId of new Set([...groups.keys(), ...history.rows.keys()])) {
    const group: OrderGroup = groups.get(orderId) ?? { orders: [], payments: [] }
    const row = judgeRow(orderId, group, history.rows.get(orderId), context)
    for (const [key, verdict] of row.verdicts) verdicts.set(key, verdict)
    if (row.wrong === undefined) continue
    wrong += 1
    found(`row ${orderId}: ${row.wrong}`)
  }
  for (const [key, verdict] of verdicts) {
    if (!isTold.has(verdict)) continue
    found(`${verdict}: ${describe(key, published.get(key), groups, deadLetters.get(key)?.[0])}`)
  }
  const countOf = (verdict: Verdict) => [...verdicts.values()].filter((one) => one === verdict).length
  const repeating = [...left].filter((key) => isDone.has(verdicts.get(key) ?? "lost"))
  const repeatedRightly = repeating.filter((key) => {
    const message = published.get(key)
    return message !== undefined && isExcused(repetitionExcuse(disturbances, message))
  })
  return {
    verdicts,
    lost: countOf("lost"),
    lostUnmatched: [...groups.values()]
      .flatMap(({ orders, payments }) => (orders.length === 0 ? payments : []))
      .filter(({ key }) => verdicts.get(key) === "lost").length,
    wrong,
    doubled: judged.doubled,
    misrouted: countOf("misrouted") + judged.foreign,
    stale: countOf("stale"),
    late: countOf("late"),
    copies: history.deadLetters.length - deadLetters.size,
    left: left.size - repeatedRightly.length,
    repeating: repeating.length,
    excused,
    findings
  }
}

const verdictsOfPoison = (
  published: ReadonlyMap<string, Published>,
  deadLetters: ReadonlyMap<string, ReadonlyArray<DeadLetter>>,
  left: ReadonlySet<string>
): Map<string, Verdict> => {
  const verdicts = new Map<string, Verdict>()
  for (const [key, { planned }] of published) {
    if (planned.meaning._tag !== "Poison") continue
    const reason = deadLetters.get(key)?.[0]?.attributes["dlq-reason"]
    const missing = left.has(key) ? "left" : "lost"
    verdicts.set(
      key,
      reason === undefined ? missing : reason === planned.meaning.reason ? "dead-lettered" : "misrouted"
    )
  }
  return verdicts
}

/** Whether every message has its effect, whatever still waits to be acknowledged. */
export const isSettled = ({ lost, wrong }: Judgement): boolean => lost === 0 && wrong === 0

/** Whether every message has its effect, but for payments that may wait for an order that never comes. */
export const isRecovered = ({ lost, lostUnmatched, wrong }: Judgement): boolean =>
  lost === lostUnmatched && wrong === 0

/** Whether nothing is wrong with a run that has ended. */
export const isRight = ({ lost, wrong, doubled, misrouted, left }: Judgement): boolean =>
  lost + wrong + doubled + misrouted + left === 0

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

/** Verdicts that are told one by one. */
const isTold: ReadonlySet<Verdict> = new Set(["lost", "misrouted", "stale", "late"])

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
