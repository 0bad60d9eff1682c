/** Judges what a simulation left, from what was published alone; it knows nothing of how the processor works. */
import type { Published } from "../../src/pubsub/memory/internal/Published.ts"
import { attributeOf } from "../support/World.ts"
import { falseDeadLetters } from "./EarlyPayments.ts"
import { ExcuseBook, type ExcuseCounts } from "./Excuses.ts"
import { kindOf, type LedgerEntries, ledgerEntriesOf } from "./LedgerEntries.ts"
import { repeatedDeadLetters } from "./RepeatedDeadLetters.ts"
import { wrongCells } from "./RowJudgement.ts"
import type { SimulationResult } from "./Simulation.ts"
import type { Kind } from "./Traffic.ts"

/** What is wrong, one sentence a case. */
export interface Faults {
  /** Neither in the table nor superseded there nor a dead letter, and not delivered again either. */
  readonly lost: ReadonlyArray<string>
  /** A cell that differs from what the versions say. */
  readonly wrong: ReadonlyArray<string>
  /** Two dead letters of one message, where nothing happened to it that could excuse them. */
  readonly doubled: ReadonlyArray<string>
  /** A dead letter for the wrong reason. */
  readonly misrouted: ReadonlyArray<string>
  /** A dead letter of a payment whose order came in time. */
  readonly givenUp: ReadonlyArray<string>
  /** Not settled in time although nothing was wrong any more. */
  readonly stuck: ReadonlyArray<string>
  /** Bounds and equations that did not hold. */
  readonly violations: ReadonlyArray<string>
}

/** A judgement. */
export interface Judgement {
  readonly faults: Faults
  /** How many messages were judged, and how many of them were excused, by why. */
  readonly messages: number
  readonly excused: ExcuseCounts
}

/** Judges a result. */
export const judge = (result: SimulationResult): Judgement => {
  const ledger = ledgerEntriesOf(result)
  const book = new ExcuseBook()
  const faults: Faults = {
    lost: lost(result, ledger),
    wrong: wrongCells(result, ledger, book),
    doubled: repeatedDeadLetters(result, ledger, book),
    misrouted: misrouted(result, ledger),
    givenUp: falseDeadLetters(result, ledger, book),
    stuck: [...result.pending].map((messageId) => `message ${messageId} is not settled`),
    violations: result.violations
  }
  return { faults, messages: result.published.length, excused: book.counts }
}

/** Whether nothing is wrong. */
export const isClean = ({ faults }: Judgement): boolean =>
  Object.values(faults).every((cases: ReadonlyArray<string>) => cases.length === 0)

const lost = ({ table, pending }: SimulationResult, ledger: LedgerEntries): ReadonlyArray<string> => {
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

const misrouted = ({ published }: SimulationResult, ledger: LedgerEntries): ReadonlyArray<string> => {
  const kinds = new Map(published.map((message) => [message.messageId, kindOf(message)]))
  return [...ledger.deadLettersOf].flatMap(([messageId, deadLetters]) =>
    deadLetters.flatMap((deadLetter) => {
      const kind = kinds.get(messageId)
      const reason = attributeOf(deadLetter, "dlq-reason")
      return kind !== undefined && reasonsOf(kind).includes(reason)
        ? []
        : [`message ${messageId}, ${kind}, is a dead letter for ${reason}`]
    })
  )
}

/** The reasons for which a message of a kind may become a dead letter. */
const reasonsOf = (kind: Kind): ReadonlyArray<string> => {
  if (kind === "order") return []
  if (kind === "payment") return ["unmatched-payment"]
  return kind === "refused-payment" ? ["unmatched-payment", "store-rejected"] : [kind]
}
