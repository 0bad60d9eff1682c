/** Adds up why there are dead letters: how late the orders of unmatched payments were, and since when others come. */
import { Effect, Result } from "effect"
import type { ReceivedDeadLetter } from "../deadletters/ReceivedDeadLetter.ts"
import type { Payment } from "../domain/Payment.ts"
import type { FactStore } from "../facts/FactStore.ts"
import { type DeadLetterFilter, isMeant, unknownReason } from "./DeadLetterFilter.ts"
import { carriedBy, type SourceSubscriptions, sourceOf } from "./DeadLetterMessages.ts"
import { surveyGroupsMax } from "./Limits.ts"
import { type OrderOfPayment, ordersOfPayments } from "./OrdersOfPayments.ts"
import { makeUnmatchedPayments, type UnmatchedPayment, type UnmatchedPayments } from "./UnmatchedPayments.ts"

/** Dead letters of another kind, of one reason, field and subscription. */
export interface ExplainedGroup {
  readonly reason: string
  readonly path: string | undefined
  readonly subscription: string | undefined
  /** When the originals were published, the earliest first. **Units**: µs since the epoch. */
  readonly publishedMicros: ReadonlyArray<number>
  /** The id of its newest, and what was expected there. */
  readonly exampleId: string
  readonly error: string | undefined
}

/** What an explanation has seen so far. */
export interface ExplanationPicture {
  /** Those that the filter means. */
  readonly meant: number
  readonly notMeant: number
  /** Of other deployments: of their orders nothing is known here. */
  readonly foreign: number
  readonly payments: UnmatchedPayments
  /** The greatest first. */
  readonly groups: ReadonlyArray<ExplainedGroup>
  /** Dead letters of groups beyond the first 1,000, which are counted and no more. */
  readonly ungrouped: number
  /** Why the fact table was not asked; undefined where it answers. */
  readonly storeError: string | undefined
}

/** Adds dead letters up. */
export interface DeadLetterExplanation {
  readonly add: (letters: ReadonlyArray<ReceivedDeadLetter>) => Effect.Effect<void, never, FactStore>
  readonly picture: () => ExplanationPicture
}

/**
 * Makes an explanation. As in a survey, a fact table that has not answered about a whole batch is not asked again.
 *
 * **Guarantee**: of each dead letter it keeps a time or two, and of groups 1,000 (G6): a look holds 100,000 at most.
 */
export const makeDeadLetterExplanation = (options: {
  readonly filter: DeadLetterFilter
  readonly sources: SourceSubscriptions
}): DeadLetterExplanation => {
  const counts = { meant: 0, notMeant: 0, foreign: 0, ungrouped: 0 }
  const payments = makeUnmatchedPayments()
  const groups = new Map<string, GrowingGroup>()
  let storeError: string | undefined

  const asked = Effect.fnUntraced(function* (unmatched: ReadonlyArray<UnmatchedPayment>) {
    if (storeError !== undefined) return unmatched.map((): OrderOfPayment => ({ _tag: "NotAsked" }))
    const orders = yield* ordersOfPayments(
      unmatched.map(({ letter, payment }) => ({
        orderId: payment.order_id,
        publishTimeMicros: letter.publishTimeMicros
      }))
    )
    const errors = orders.flatMap((order) => (order._tag === "NotAsked" ? (order.error ?? []) : []))
    if (errors.length === orders.length) storeError = errors[0]
    return orders
  })

  return {
    add: Effect.fnUntraced(function* (letters) {
      const unmatched: Array<UnmatchedPayment> = []
      for (const letter of letters) {
        if (!isMeant(options.filter, letter)) {
          counts.notMeant++
          continue
        }
        counts.meant++
        const payment = unmatchedPaymentIn(letter, options.sources)
        if (sourceOf(letter, options.sources) === "foreign") counts.foreign++
        else if (payment !== undefined) unmatched.push({ letter, payment })
        else if (!addToGroup(groups, letter)) counts.ungrouped++
      }
      const orders = yield* asked(unmatched)
      unmatched.forEach((one, index) => {
        payments.add(one, orders[index] ?? { _tag: "NotAsked" })
      })
    }),
    picture: () => ({
      ...counts,
      payments: payments.picture(),
      groups: [...groups.values()]
        .map((group) => ({ ...group, publishedMicros: group.publishedMicros.toSorted(rising) }))
        .sort((one, other) => other.publishedMicros.length - one.publishedMicros.length),
      storeError
    })
  }
}

/** The payment of a dead letter that had no order: it says so, or nobody says anything, as the original's consumer. */
const unmatchedPaymentIn = (
  letter: ReceivedDeadLetter,
  sources: SourceSubscriptions
): Payment | undefined => {
  const { markedBy, reason } = letter
  if (reason !== "unmatched-payment" && (reason !== undefined || markedBy !== "nobody")) return undefined
  const carried = carriedBy(letter, sourceOf(letter, sources))
  return Result.isSuccess(carried) && carried.success._tag === "Payment" ? carried.success.payment : undefined
}

type GrowingGroup = { -readonly [Key in keyof ExplainedGroup]: ExplainedGroup[Key] } & {
  readonly publishedMicros: Array<number>
  newestMicros: number
}

/** Answers whether there is a group for it. */
const addToGroup = (groups: Map<string, GrowingGroup>, letter: ReceivedDeadLetter): boolean => {
  const { delivery, error, path, publishTimeMicros, reason = unknownReason, subscription } = letter
  const key = JSON.stringify([reason, path, subscription])
  let group = groups.get(key)
  if (group === undefined) {
    if (groups.size >= surveyGroupsMax) return false
    const exampleId = delivery.messageId
    group = { reason, path, subscription, error, exampleId, publishedMicros: [], newestMicros: 0 }
    groups.set(key, group)
  }
  group.publishedMicros.push(publishTimeMicros)
  if (publishTimeMicros >= group.newestMicros) {
    group.newestMicros = publishTimeMicros
    group.exampleId = delivery.messageId
    group.error = error
  }
  return true
}

const rising = (one: number, other: number): number => one - other
