/** Judges what a simulation left, from what was published alone; it knows nothing of how the processor works. */
import { Duration, Result } from "effect"
import { deadLetterDelayMillis } from "../../src/deadletters/Limits.ts"
import { decodeOrder, decodePayment } from "../../src/domain/Decoder.ts"
import { paymentColumns } from "../../src/domain/Fact.ts"
import type { Order } from "../../src/domain/Order.ts"
import type { Payment } from "../../src/domain/Payment.ts"
import { canonicalPayment, versionOfOrder, versionOfPayment } from "../../src/domain/Version.ts"
import { caughtUpAfterMillis } from "../../src/ingest/Limits.ts"
import { leaseSeconds, publishTimeoutSeconds } from "../../src/pubsub/Limits.ts"
import type { Published } from "../../src/pubsub/memory/internal/Published.ts"
import { CellTable } from "../support/CellTable.ts"
import { attributeOf } from "../support/World.ts"
import type { Aftermath } from "./Simulation.ts"
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

/** Judges an aftermath. */
export const judge = (aftermath: Aftermath): Judgement => {
  const ledger = ledgerOf(aftermath)
  return {
    lost: lost(aftermath, ledger),
    wrong: wrong(aftermath, ledger),
    doubled: doubled(aftermath, ledger),
    misrouted: misrouted(aftermath, ledger),
    stuck: [...aftermath.pending].map((messageId) => `message ${messageId} is not settled`),
    violations: aftermath.violations
  }
}

/** Whether nothing is wrong. */
export const isClean = (judgement: Judgement): boolean =>
  Object.values(judgement).every((cases: ReadonlyArray<string>) => cases.length === 0)

interface Entry<A> {
  readonly message: Published
  readonly value: A
  readonly version: bigint
  readonly letters: ReadonlyArray<Published>
}

interface Ledger {
  readonly orders: ReadonlyMap<bigint, ReadonlyArray<Entry<Order>>>
  readonly payments: ReadonlyMap<bigint, ReadonlyArray<Entry<Payment>>>
  readonly poison: ReadonlyArray<{ readonly message: Published; readonly kind: Kind }>
  readonly lettersOf: ReadonlyMap<string, ReadonlyArray<Published>>
}

const ledgerOf = ({ published, letters }: Aftermath): Ledger => {
  const lettersOf = Map.groupBy(letters, (letter) => attributeOf(letter, "dlq-message-id"))
  const entryOf = <A>(message: Published, value: A, version: bigint): Entry<A> => ({
    message,
    value,
    version,
    letters: lettersOf.get(message.messageId) ?? []
  })
  const ofKind = (kind: Kind) => published.filter((message) => attributeOf(message, kindAttribute) === kind)
  const orders = ofKind("order").map((message) => {
    const value = Result.getOrThrow(decodeOrder(message.data))
    return entryOf(message, value, versionOfOrder(value, message.publishTimeMicros))
  })
  const payments = ofKind("payment").map((message) => {
    const value = Result.getOrThrow(decodePayment(message.data))
    return entryOf(message, value, versionOfPayment(value, message.publishTimeMicros))
  })
  const poisonKinds = ["undecodable", "schema-violation", "store-rejected"] as const
  return {
    orders: Map.groupBy(orders, ({ value }) => value.order_id),
    payments: Map.groupBy(payments, ({ value }) => value.order_id),
    poison: poisonKinds.flatMap((kind) => ofKind(kind).map((message) => ({ message, kind }))),
    lettersOf
  }
}

/** Of two payments the later version wins, of one version the greater tuple. */
const isGreater = (left: Entry<Payment>, right: Entry<Payment>): boolean =>
  left.version === right.version
    ? canonicalPayment(left.value) > canonicalPayment(right.value)
    : left.version > right.version

const lost = ({ table, pending }: Aftermath, ledger: Ledger): ReadonlyArray<string> => {
  const cases: Array<string> = []
  const isSettled = ({ messageId }: Published) => !pending.has(messageId)
  for (const [orderId, entries] of ledger.orders) {
    for (const { message } of entries) {
      if (isSettled(message) && table.state(orderId) === undefined)
        cases.push(`order ${orderId} (message ${message.messageId}) is not in the table`)
    }
  }
  for (const [orderId, entries] of ledger.payments) {
    for (const { message, letters } of entries) {
      if (isSettled(message) && letters.length === 0 && table.fact(orderId)?.payment_id == null)
        cases.push(`payment for order ${orderId} (message ${message.messageId}) is nowhere`)
    }
  }
  for (const { message } of ledger.poison) {
    if (isSettled(message) && !ledger.lettersOf.has(message.messageId))
      cases.push(`poison (message ${message.messageId}) is no dead letter`)
  }
  return cases
}

const wrong = ({ plan, table, pending }: Aftermath, ledger: Ledger): ReadonlyArray<string> => {
  const cases: Array<string> = []
  // Orders of a tie are settled by Cassandra cell by cell, so the expectation is too.
  const expected = new CellTable()
  for (const [orderId, entries] of ledger.orders) {
    for (const { value, version } of entries) expected.write(orderId, { ...value }, version)
  }
  for (const orderId of new Set([...table.rows.keys(), ...ledger.orders.keys()])) {
    const row = table.fact(orderId)
    const orderRow = expected.fact(orderId)
    for (const [column, value] of Object.entries(orderRow ?? {})) {
      if ((paymentColumns as ReadonlyArray<string>).includes(column)) continue
      const found = row?.[column as keyof typeof row]
      if (found !== value) cases.push(`order ${orderId}: ${column} is ${found}, not ${value}`)
    }
    if (orderRow === undefined) cases.push(`row ${orderId} is of no order`)
    const payments = (ledger.payments.get(orderId) ?? []).filter(
      ({ message }) => !pending.has(message.messageId)
    )
    const problem = paymentProblem(table, orderId, payments, mayMixTies(plan))
    if (problem !== undefined) cases.push(problem)
  }
  return cases
}

/** The row must have the greatest of the payments without a dead letter, whole, or a greater one that has both. */
const paymentProblem = (
  table: CellTable,
  orderId: bigint,
  payments: ReadonlyArray<Entry<Payment>>,
  tiesMayMix: boolean
): string | undefined => {
  const row = table.fact(orderId)
  if (row === undefined) return undefined
  const must = payments
    .filter(({ letters }) => letters.length === 0)
    .reduce<Entry<Payment> | undefined>(
      (best, one) => (best && !isGreater(one, best) ? best : one),
      undefined
    )
  const may = payments.filter(({ letters }) => letters.length > 0)
  const allowed = [...(must ? [must] : []), ...may.filter((one) => !must || isGreater(one, must))]
  const stands = (value: Payment | undefined) =>
    paymentColumns.every((column) => (row[column] ?? null) === (value?.[column] ?? null))
  if (allowed.some(({ value }) => stands(value)) || (must === undefined && stands(undefined)))
    return undefined
  if (tiesMayMix && must !== undefined) {
    const tied = payments.filter(({ version }) => version === must.version)
    if (paymentColumns.every((column) => tied.some(({ value }) => value[column] === row[column])))
      return undefined
    // The hash of mixed fields is no message's, so that the mix may count as up to a millisecond older than it is.
    const near = tied.length > 1 ? payments.filter(({ version }) => version > must.version - 1_000n) : []
    if (near.some(({ value }) => stands(value))) return undefined
  }
  const found = paymentColumns.map((column) => row[column]).join(", ")
  const wanted = must && paymentColumns.map((column) => must.value[column]).join(", ")
  return `order ${orderId}: its payment is ${found}, not ${wanted}`
}

/**
 * Whether two payments with one version may have been decided at once, which is no guarantee: by two processes, or
 * while a write of the one was still on its way.
 */
const mayMixTies = ({ places, table, happenings }: Aftermath["plan"]): boolean =>
  places > 1 || table.timedOutLate > 0 || happenings.some(({ _tag }) => _tag === "Crash" || _tag === "Stop")

const doubled = ({ plan }: Aftermath, ledger: Ledger): ReadonlyArray<string> => {
  const { pubSub, happenings } = plan
  const excused =
    pubSub.duplicates > 0 ||
    pubSub.settleRequestsLost > 0 ||
    pubSub.settleAnswersLost > 0 ||
    pubSub.publishAnswersLost > 0 ||
    // A stop that runs out of time is a crash for what it leaves.
    happenings.some(({ _tag }) => _tag === "Crash" || _tag === "Stop" || _tag === "ServerAway")
  if (excused) return []
  return [...ledger.lettersOf]
    .filter(([, letters]) => letters.length > 1)
    .map(([messageId, letters]) => `message ${messageId} has ${letters.length} dead letters`)
}

const misrouted = (aftermath: Aftermath, ledger: Ledger): ReadonlyArray<string> => {
  const cases: Array<string> = []
  const kinds = new Map(
    aftermath.published.map((message) => [message.messageId, attributeOf(message, kindAttribute)])
  )
  for (const [messageId, letters] of ledger.lettersOf) {
    for (const letter of letters) {
      const kind = kinds.get(messageId)
      const expected = kind === "payment" ? "unmatched-payment" : kind
      const reason = attributeOf(letter, "dlq-reason")
      if (reason !== expected) cases.push(`message ${messageId}, ${kind}, is a dead letter for ${reason}`)
    }
  }
  for (const [orderId, entries] of ledger.payments) {
    for (const entry of entries) {
      for (const letter of entry.letters) {
        const problem = unmatchedProblem(aftermath, ledger.orders.get(orderId) ?? [], entry, letter)
        if (problem !== undefined)
          cases.push(`payment for order ${orderId} (message ${entry.message.messageId}) ${problem}`)
      }
    }
  }
  return cases
}

/** Why a payment ought not to have become this dead letter. */
const unmatchedProblem = (
  { plan, storedAt }: Aftermath,
  orders: ReadonlyArray<Entry<Order>>,
  payment: Entry<Payment>,
  letter: Published
): string | undefined => {
  const letterAt = letter.publishTimeMicros / 1_000
  const grace = Duration.toMillis(plan.settings.paymentGrace)
  if (letterAt < payment.message.publishTimeMicros / 1_000 + grace) return "was given up before its grace"
  const stored = storedAt.get(payment.value.order_id) ?? Number.POSITIVE_INFINITY
  if (stored + lookupToLetterMillis(plan) < letterAt) return "was given up after its order was stored"
  // The grace counts in publish time, too; and before the 3 s of quiet, an order published in time was received.
  const inTime = Math.min(payment.message.publishTimeMicros / 1_000 + grace, letterAt - caughtUpAfterMillis)
  const awaited = orders.some(({ message }) => message.publishTimeMicros / 1_000 < inTime)
  if (grace > 0 && awaited && inOrder(plan)) return "was given up before the watermark had passed its order"
  return undefined
}

/** From a reading of the table to the dead letter that follows from it, at most; others of the batch are waited for. */
const lookupToLetterMillis = ({ table, publishLatencyMax, happenings }: Aftermath["plan"]): number => {
  const serverAway = happenings.some(({ _tag }) => _tag === "ServerAway")
  const server = serverAway ? (leaseSeconds + publishTimeoutSeconds) * 1_000 : 0
  return 10 * table.latencyMax + deadLetterDelayMillis + publishLatencyMax + server
}

/** Whether one process received everything in the order in which it was published. */
const inOrder = ({ places, pubSub, happenings }: Aftermath["plan"]): boolean =>
  places === 1 &&
  pubSub.reorderWithin <= 1 &&
  !happenings.some(({ _tag }) => _tag === "Crash" || _tag === "Stop" || _tag === "ServerAway")
