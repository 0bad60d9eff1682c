/** Completes fact rows with their payments. */
import { Effect, Result } from "effect"
import type { FactState } from "../domain/Fact.ts"
import {
  type Fate,
  type HandlingFailure,
  type Stored,
  StoreUnavailable,
  UnmatchedPayment
} from "../domain/Fate.ts"
import type { Payment } from "../domain/Payment.ts"
import { canonicalPayment, type Version, versionAbove, versionOfPayment } from "../domain/Version.ts"
import { type Answers, FactStore, type FactStoreError, type PaymentWrite } from "../facts/FactStore.ts"
import type { Handle } from "../pipeline/DecodedDelivery.ts"
import { makeOrderLock, type OrderLock } from "./OrderLock.ts"
import { decide, type PaymentDecision, winnerOf } from "./PaymentDecision.ts"
import { oversizeOf } from "./RowSize.ts"
import { storeFailureOf } from "./StoreFailure.ts"

/** What the handling of payments depends on. */
export interface PaymentHandlerOptions {
  /** **Units**: bytes. */
  readonly maxRowBytes: number
  /**
   * Which writes are read back: those that a null of a foreign writer may hide, as the row shows; or all, as the row
   * may hide it. By default the former.
   */
  readonly readsBack?: "where-hidden" | "always"
  /** Shared with whatever else writes payments in this process. Left out: nothing else does. */
  readonly locks?: OrderLock
}

type Outcome = Result.Result<Stored, HandlingFailure>

interface Contending {
  readonly position: number
  readonly payment: Payment
  readonly version: Version
}

type Group = readonly [Contending, ...Array<Contending>]

interface Planned {
  readonly group: Group
  readonly state: FactState | undefined
  readonly winner: Contending
  readonly version: Version
  readonly mayBeHiddenByTombstone: boolean
}

/**
 * Handles a batch of payments: each is `payment-matched`, `payment-superseded`, or unmatched.
 *
 * One order id is worked on by one batch at a time; of several payments for one order in a batch the winner is
 * found first, so a hot order costs one read and one write.
 *
 * **Errors** (per payment): `UnmatchedPayment`: its order is not in the table; `StoreRejected`: this row can never
 * be stored; `StoreUnavailable`: try again.
 * **Guarantee**: G2; cells of two payments never mix within a process.
 */
export const makePaymentHandler = (
  options: PaymentHandlerOptions
): Effect.Effect<Handle<Payment, HandlingFailure, Fate>, never, FactStore> =>
  Effect.gen(function* () {
    const facts = yield* FactStore
    const locks = options.locks ?? makeOrderLock()
    const readsAllBack = options.readsBack === "always"

    const matchGroups = Effect.fnUntraced(function* (
      groups: ReadonlyMap<bigint, Group>,
      outcomes: Array<Outcome>
    ) {
      const states = yield* facts.states([...groups.keys()])
      let planned: Array<Planned> = []
      let index = 0
      for (const group of groups.values()) {
        const state = states[index++]
        if (state === undefined) continue
        if (Result.isFailure(state)) settleAll(group, outcomes, Result.fail(storeFailureOf(state.failure)))
        else plan(group, state.success, outcomes, planned)
      }
      const hiddenCandidates: Array<Planned> = []
      while (planned.length > 0) {
        const again: Array<Planned> = []
        const writes = planned.map(({ winner, version }) => ({ payment: winner.payment, version }))
        const answers = yield* facts.storePayments(writes)
        planned.forEach((entry, position) => {
          const answer = answers[position]
          if (answer === undefined) return
          if (Result.isFailure(answer)) settleWriteFailure(entry, outcomes, answer.failure, again)
          else if (readsAllBack || entry.mayBeHiddenByTombstone) hiddenCandidates.push(entry)
          else settleWritten(entry, outcomes)
        })
        planned = again
      }
      if (hiddenCandidates.length > 0) yield* rewriteAboveTombstones(facts, hiddenCandidates, outcomes)
    })

    const handle: Handle<Payment, HandlingFailure, Fate> = Effect.fnUntraced(function* (items) {
      const outcomes = new Array<Outcome>(items.length)
      const groups = new Map<bigint, [Contending, ...Array<Contending>]>()
      items.forEach((item, position) => {
        const oversize = oversizeOf(item, options.maxRowBytes)
        if (oversize !== undefined) {
          outcomes[position] = Result.fail(oversize)
          return
        }
        const contending: Contending = {
          position,
          payment: item.value,
          version: versionOfPayment(item.value, item.publishTimeMicros)
        }
        const group = groups.get(item.value.order_id)
        if (group === undefined) groups.set(item.value.order_id, [contending])
        else group.push(contending)
      })
      yield* locks.withLocks<Group>(groups, (free) => matchGroups(free, outcomes))
      return outcomes
    })
    return handle
  })

const plan = (
  group: Group,
  state: FactState | undefined,
  outcomes: Array<Outcome>,
  planned: Array<Planned>
): void => {
  const { winner, version } = winnerOf(group)
  const decision: PaymentDecision = decide(winner.payment, winner.version, state, version)
  switch (decision._tag) {
    case "Unmatched":
      settleAll(group, outcomes, unmatched)
      break
    case "AlreadyMatched":
      settleWon(group, winner, outcomes)
      break
    case "Superseded":
      settleAll(group, outcomes, superseded)
      break
    case "Write":
      planned.push({
        group,
        state,
        winner,
        version: decision.version,
        mayBeHiddenByTombstone: decision.mayBeHiddenByTombstone
      })
  }
}

/**
 * Reads back writes that explicit nulls of a foreign writer may hide, repeats the hidden ones above those nulls, and
 * reads them back again. Cassandra reports no error for a hidden write; an INSERT gives its nulls the write timestamp
 * of its order. What is hidden even then was deleted deliberately, later than everything this process knows.
 */
const rewriteAboveTombstones = Effect.fnUntraced(function* (
  facts: FactStore["Service"],
  entries: ReadonlyArray<Planned>,
  outcomes: Array<Outcome>
) {
  const lifted: Array<Planned> = []
  yield* readBack(facts, entries, outcomes, (entry, { orderVersion }) => {
    const hidden = orderVersion > entry.version ? orderVersion : entry.version
    const version = versionAbove(entry.winner.payment, hidden)
    if (version === undefined) settleAll(entry.group, outcomes, superseded)
    else lifted.push({ ...entry, version })
  })
  if (lifted.length === 0) return
  const writes: ReadonlyArray<PaymentWrite> = lifted.map(({ winner, version }) => ({
    payment: winner.payment,
    version
  }))
  const answers: Answers<void> = yield* facts.storePayments(writes)
  const written: Array<Planned> = []
  lifted.forEach((entry, position) => {
    const answer = answers[position]
    if (answer === undefined) return
    if (Result.isFailure(answer)) settleWriteFailure(entry, outcomes, answer.failure)
    else written.push(entry)
  })
  if (written.length === 0) return
  yield* readBack(facts, written, outcomes, ({ group }) => settleAll(group, outcomes, superseded))
})

/** Settles the payments that are visible in their rows, and calls `onHidden` for each other one. */
const readBack = Effect.fnUntraced(function* (
  facts: FactStore["Service"],
  entries: ReadonlyArray<Planned>,
  outcomes: Array<Outcome>,
  onHidden: (entry: Planned, state: FactState) => void
) {
  const states = yield* facts.states(entries.map(({ winner }) => winner.payment.order_id))
  entries.forEach((entry, position) => {
    const state = states[position]
    if (state === undefined) return
    if (Result.isFailure(state)) settleAll(entry.group, outcomes, Result.fail(storeFailureOf(state.failure)))
    else if (state.success === undefined) settleAll(entry.group, outcomes, vanished)
    else if (state.success.payment !== undefined) settleWritten(entry, outcomes)
    else onHidden(entry, state.success)
  })
})

const settleWritten = (entry: Planned, outcomes: Array<Outcome>): void =>
  settleWon(entry.group, entry.winner, outcomes)

/** The winner is in the row. Payments with the same fields match too; the others are superseded. */
const settleWon = (group: Group, winner: Contending, outcomes: Array<Outcome>): void => {
  outcomes[winner.position] = matched
  if (group.length === 1) return
  const standing = canonicalPayment(winner.payment)
  for (const { position, payment } of group) {
    outcomes[position] = canonicalPayment(payment) === standing ? matched : superseded
  }
}

/**
 * A winner that the table refuses must not take the others with it: they contend again without it, now where they are
 * added to `again`, else at their next try.
 */
const settleWriteFailure = (
  entry: Planned,
  outcomes: Array<Outcome>,
  error: FactStoreError,
  again?: Array<Planned>
): void => {
  const failure = storeFailureOf(error)
  if (error.reason._tag === "FactStoreUnavailable") {
    settleAll(entry.group, outcomes, Result.fail(failure))
    return
  }
  outcomes[entry.winner.position] = Result.fail(failure)
  const [first, ...others] = entry.group.filter((contending) => contending !== entry.winner)
  if (first === undefined) return
  const rest: Group = [first, ...others]
  const message = "another payment for this order was refused"
  if (again === undefined)
    settleAll(
      rest,
      outcomes,
      Result.fail(new StoreUnavailable({ message, cause: error, row: first.payment.order_id }))
    )
  else plan(rest, entry.state, outcomes, again)
}

const settleAll = (group: Group, outcomes: Array<Outcome>, outcome: Outcome): void => {
  for (const { position } of group) outcomes[position] = outcome
}

const matched: Outcome = Result.succeed("payment-matched")
const superseded: Outcome = Result.succeed("payment-superseded")
const unmatched: Outcome = Result.fail(
  new UnmatchedPayment({ message: "order_id: no such order in the table" })
)

/** The order was deleted between our read and our write; the next try finds out what holds now. */
const vanished: Outcome = Result.fail(
  new StoreUnavailable({ message: "the order vanished while its payment was written", cause: undefined })
)
