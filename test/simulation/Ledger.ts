/** Judges what a simulation left, from what was published alone; it knows nothing of how the processor works. */
import { Duration } from "effect"
import { deadLetterDelayMillis } from "../../src/deadletters/Limits.ts"
import { caughtUpAfterMillis } from "../../src/ingest/Limits.ts"
import { leaseSeconds, publishTimeoutSeconds } from "../../src/pubsub/Limits.ts"
import type { Published } from "../../src/pubsub/memory/internal/Published.ts"
import type { CellTable } from "../support/CellTable.ts"
import {
  type Cells,
  isNewer,
  orderCells,
  orderWrite,
  paymentColumns,
  paymentWrite,
  type Write
} from "../support/Expectation.ts"
import { attributeOf } from "../support/World.ts"
import type { SimulationResult } from "./Simulation.ts"
import { type Kind, kindAttribute } from "./Traffic.ts"

/** What is wrong, one sentence a case. */
export interface Judgement {
  /** Neither in the table nor superseded there nor a dead letter, and not delivered again either. */
  readonly lost: ReadonlyArray<string>
  /** A cell that differs from what the versions say. */
  readonly wrong: ReadonlyArray<string>
  /** Two dead letters of one message, where nothing happened that could excuse it. */
  readonly doubled: ReadonlyArray<string>
  /** A dead letter for the wrong reason, or of a payment whose order was there, or sooner than it may be. */
  readonly misrouted: ReadonlyArray<string>
  /** Not settled although nothing was wrong for minutes. */
  readonly stuck: ReadonlyArray<string>
  /** Bounds and equations that did not hold. */
  readonly violations: ReadonlyArray<string>
}

/** Judges an result. */
export const judge = (result: SimulationResult): Judgement => {
  const ledger = ledgerOf(result)
  return {
    lost: lost(result, ledger),
    wrong: wrong(result, ledger),
    doubled: doubled(result, ledger),
    misrouted: misrouted(result, ledger),
    stuck: [...result.pending].map((messageId) => `message ${messageId} is not settled`),
    violations: result.violations
  }
}

/** Whether nothing is wrong. */
export const isClean = (judgement: Judgement): boolean =>
  Object.values(judgement).every((cases: ReadonlyArray<string>) => cases.length === 0)

interface Entry extends Write {
  readonly message: Published
  readonly deadLetters: ReadonlyArray<Published>
}

interface Ledger {
  readonly orders: ReadonlyMap<bigint, ReadonlyArray<Entry>>
  readonly payments: ReadonlyMap<bigint, ReadonlyArray<Entry>>
  readonly poison: ReadonlyArray<{ readonly message: Published; readonly kind: Kind }>
  readonly deadLettersOf: ReadonlyMap<string, ReadonlyArray<Published>>
}

const ledgerOf = ({ published, deadLetters }: SimulationResult): Ledger => {
  const deadLettersOf = Map.groupBy(deadLetters, (deadLetter) => attributeOf(deadLetter, "dlq-message-id"))
  const entryOf = (message: Published, write: Write): Entry => ({
    message,
    ...write,
    deadLetters: deadLettersOf.get(message.messageId) ?? []
  })
  const ofKind = (kind: Kind) => published.filter((message) => attributeOf(message, kindAttribute) === kind)
  const orders = ofKind("order").map((message) => entryOf(message, orderWrite(message)))
  const payments = ofKind("payment").map((message) => entryOf(message, paymentWrite(message)))
  const poisonKinds = ["undecodable", "schema-violation", "store-rejected"] as const
  return {
    orders: Map.groupBy(orders, ({ orderId }) => orderId),
    payments: Map.groupBy(payments, ({ orderId }) => orderId),
    poison: poisonKinds.flatMap((kind) => ofKind(kind).map((message) => ({ message, kind }))),
    deadLettersOf
  }
}

const lost = ({ table, pending }: SimulationResult, ledger: Ledger): ReadonlyArray<string> => {
  const cases: Array<string> = []
  const isSettled = ({ messageId }: Published) => !pending.has(messageId)
  for (const [orderId, entries] of ledger.orders) {
    for (const { message } of entries) {
      if (isSettled(message) && table.state(orderId) === undefined)
        cases.push(`order ${orderId} (message ${message.messageId}) is not in the table`)
    }
  }
  for (const [orderId, entries] of ledger.payments) {
    for (const { message, deadLetters } of entries) {
      if (isSettled(message) && deadLetters.length === 0 && table.fact(orderId)?.payment_id == null)
        cases.push(`payment for order ${orderId} (message ${message.messageId}) is nowhere`)
    }
  }
  for (const { message } of ledger.poison) {
    if (isSettled(message) && !ledger.deadLettersOf.has(message.messageId))
      cases.push(`poison (message ${message.messageId}) is no dead letter`)
  }
  return cases
}

const wrong = ({ plan, table, pending }: SimulationResult, ledger: Ledger): ReadonlyArray<string> => {
  const cases: Array<string> = []
  for (const orderId of new Set([...table.rows.keys(), ...ledger.orders.keys()])) {
    const row = cellsOf(table, orderId)
    const orders = ledger.orders.get(orderId)
    for (const [column, value] of Object.entries(orders === undefined ? {} : orderCells(orders))) {
      const found = row?.[column]
      if (found !== value) cases.push(`order ${orderId}: ${column} is ${found}, not ${value}`)
    }
    if (orders === undefined) cases.push(`row ${orderId} is of no order`)
    const payments = (ledger.payments.get(orderId) ?? []).filter(
      ({ message }) => !pending.has(message.messageId)
    )
    const problem = paymentProblem(table, orderId, payments, mayMixTies(plan))
    if (problem !== undefined) cases.push(problem)
  }
  return cases
}

const cellsOf = (table: CellTable, orderId: bigint): Cells | undefined => {
  const fact = table.fact(orderId)
  return fact && { ...fact }
}

/** The row must have the greatest of the payments without a dead letter, whole, or a greater one that has both. */
const paymentProblem = (
  table: CellTable,
  orderId: bigint,
  payments: ReadonlyArray<Entry>,
  tiesMayMix: boolean
): string | undefined => {
  const row = cellsOf(table, orderId)
  if (row === undefined) return undefined
  const must = payments
    .filter(({ deadLetters }) => deadLetters.length === 0)
    .reduce<Entry | undefined>((best, one) => (best && !isNewer(one, best) ? best : one), undefined)
  const may = payments.filter(({ deadLetters }) => deadLetters.length > 0)
  const allowed = [...(must ? [must] : []), ...may.filter((one) => !must || isNewer(one, must))]
  const stands = (cells: Cells | undefined) =>
    paymentColumns.every((column) => (row[column] ?? null) === (cells?.[column] ?? null))
  if (allowed.some(({ cells }) => stands(cells)) || (must === undefined && stands(undefined)))
    return undefined
  if (tiesMayMix && must !== undefined) {
    const tied = payments.filter(({ version }) => version === must.version)
    if (paymentColumns.every((column) => tied.some(({ cells }) => cells[column] === row[column])))
      return undefined
    // The hash of mixed fields is no message's, so that the mix may count as up to a millisecond older than it is.
    const near = tied.length > 1 ? payments.filter(({ version }) => version > must.version - 1_000n) : []
    if (near.some(({ cells }) => stands(cells))) return undefined
  }
  const found = paymentColumns.map((column) => row[column]).join(", ")
  const wanted = must && paymentColumns.map((column) => must.cells[column]).join(", ")
  return `order ${orderId}: its payment is ${found}, not ${wanted}`
}

/**
 * Whether two payments with one version may have been decided at once, which is no guarantee: by two processes, or
 * while a write of the one was still on its way.
 */
const mayMixTies = ({ places, table, events }: SimulationResult["plan"]): boolean =>
  places > 1 || table.timedOutLate > 0 || events.some(({ _tag }) => _tag === "Crash" || _tag === "Stop")

const doubled = ({ plan }: SimulationResult, ledger: Ledger): ReadonlyArray<string> => {
  const { pubSub, events } = plan
  const mayBePublishedTwice = pubSub.publishAnswersLost > 0
  const mayBeRedelivered =
    pubSub.duplicates > 0 ||
    pubSub.settleRequestsLost > 0 ||
    pubSub.settleAnswersLost > 0 ||
    // A stop that runs out of time is a crash for what it leaves.
    events.some(({ _tag }) => _tag === "Crash" || _tag === "Stop" || _tag === "ServerAway")
  return [...ledger.deadLettersOf].flatMap(([messageId, deadLetters]) => {
    const deliveries = new Set(deadLetters.map((one) => attributeOf(one, "dlq-delivery-attempt"))).size
    if (deadLetters.length > deliveries && !mayBePublishedTwice)
      return [`message ${messageId} has ${deadLetters.length} dead letters of ${deliveries} deliveries`]
    if (deliveries > 1 && !mayBeRedelivered)
      return [`message ${messageId} has dead letters of ${deliveries} deliveries`]
    return []
  })
}

const misrouted = (result: SimulationResult, ledger: Ledger): ReadonlyArray<string> => {
  const cases: Array<string> = []
  const kinds = new Map(
    result.published.map((message) => [message.messageId, attributeOf(message, kindAttribute)])
  )
  for (const [messageId, deadLetters] of ledger.deadLettersOf) {
    for (const deadLetter of deadLetters) {
      const kind = kinds.get(messageId)
      const expected = kind === "payment" ? "unmatched-payment" : kind
      const reason = attributeOf(deadLetter, "dlq-reason")
      if (reason !== expected) cases.push(`message ${messageId}, ${kind}, is a dead letter for ${reason}`)
    }
  }
  for (const [orderId, entries] of ledger.payments) {
    for (const entry of entries) {
      for (const deadLetter of entry.deadLetters) {
        const problem = unmatchedProblem(result, ledger.orders.get(orderId) ?? [], entry, deadLetter)
        if (problem !== undefined)
          cases.push(`payment for order ${orderId} (message ${entry.message.messageId}) ${problem}`)
      }
    }
  }
  return cases
}

/** Why a payment ought not to have become this dead letter. */
const unmatchedProblem = (
  { plan, storedAt }: SimulationResult,
  orders: ReadonlyArray<Entry>,
  payment: Entry,
  deadLetter: Published
): string | undefined => {
  const publishedAt = deadLetter.publishTimeMicros / 1_000
  const grace = Duration.toMillis(plan.settings.paymentGrace)
  if (publishedAt < payment.message.publishTimeMicros / 1_000 + grace) return "was given up before its grace"
  const stored = storedAt.get(payment.orderId) ?? Number.POSITIVE_INFINITY
  if (stored + lookupToLetterMillis(plan) < publishedAt) return "was given up after its order was stored"
  // The grace counts in publish time, too; and before the 3 s of quiet, an order published in time was received.
  const inTime = Math.min(
    payment.message.publishTimeMicros / 1_000 + grace,
    publishedAt - caughtUpAfterMillis
  )
  const awaited = orders.some(({ message }) => message.publishTimeMicros / 1_000 < inTime)
  if (grace > 0 && awaited && inOrder(plan)) return "was given up before the watermark had passed its order"
  return undefined
}

/** From a reading of the table to the dead letter that follows from it, at most; others of the batch are waited for. */
const lookupToLetterMillis = ({ table, publishLatencyMax, events }: SimulationResult["plan"]): number => {
  const serverAway = events.some(({ _tag }) => _tag === "ServerAway")
  const server = serverAway ? (leaseSeconds + publishTimeoutSeconds) * 1_000 : 0
  return 10 * table.latencyMax + deadLetterDelayMillis + publishLatencyMax + server
}

/** Whether one process received everything in the order in which it was published. */
const inOrder = ({ places, pubSub, events }: SimulationResult["plan"]): boolean =>
  places === 1 &&
  pubSub.reorderWithin <= 1 &&
  !events.some(({ _tag }) => _tag === "Crash" || _tag === "Stop" || _tag === "ServerAway")
