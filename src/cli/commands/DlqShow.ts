/** What `dlq show` does. */
import { Console, Data, Effect, Result } from "effect"
import type { ReceivedDeadLetter } from "../../deadletters/ReceivedDeadLetter.ts"
import { carriedBy, idsOf, sourceOf } from "../../ingest/DeadLetterMessages.ts"
import { verdictName } from "../../ingest/DeadLetterSurvey.ts"
import { type OrderOfPayment, ordersOfPayments } from "../../ingest/OrdersOfPayments.ts"
import type { Verdict } from "../../ingest/RedriveAttempt.ts"
import { withProgress } from "../Progress.ts"
import type { Deployment, DlqSettings } from "./DlqConnected.ts"
import { openLook } from "./DlqLook.ts"
import { letterDetails, letterDetailsJson } from "./DlqShowText.ts"
import { thousands } from "./DlqWords.ts"

/** The options of `dlq show`. */
export interface DlqShowOptions extends Pick<DlqSettings, "pubSub" | "processing"> {
  /** The id in the dead-letter topic, or that of the original message. */
  readonly id: string
  readonly json: boolean
}

/** No dead letter has that id. The command exits 1. */
export class DeadLetterMissing extends Data.TaggedError("DeadLetterMissing")<{
  readonly id: string
  readonly read: number
  readonly isPartial: boolean
}> {
  override get message(): string {
    const part = this.isPartial ? "; there are more, which could not be held at once" : ""
    return `none of the ${thousands(this.read)} dead letters that were read has the id ${this.id}${part}`
  }
}

/** Looks for one dead letter and prints all of it; nothing is consumed. **Errors**: `DeadLetterMissing`; `PubSubError`. */
export const showDeadLetter = (options: DlqShowOptions) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { id, json } = options
      const { attempt, deployment, known, reader, width } = yield* openLook(options)
      let found: { readonly letter: ReceivedDeadLetter; readonly verdict: Verdict } | undefined
      const { ended, letters } = yield* reader
        .look((batch) =>
          Effect.gen(function* () {
            const letter = batch.find((one) => one.delivery.messageId === id || one.messageId === id)
            if (letter === undefined) return "go-on" as const
            const [verdict] = yield* attempt([letter])
            found = { letter, verdict: verdict ?? { _tag: "Lost" } }
            return "enough" as const
          })
        )
        .pipe(
          withProgress(Effect.sync(() => `looking · ${thousands(reader.totals().letters)} dead letters read`))
        )
      if (found === undefined)
        return yield* new DeadLetterMissing({ id, read: letters, isPartial: ended === "full" })
      const { letter, verdict } = found
      const order = yield* orderThere(letter, deployment)
      const details = { letter, verdict: verdictName(verdict), reasonNow: reasonOf(verdict), order }
      const shown = { deployment, retention: known.retention, width, ids: idsOf(letter.delivery.data) }
      yield* Console.log((json ? letterDetailsJson : letterDetails)(details, shown))
    })
  )

const reasonOf = (verdict: Verdict): string | undefined =>
  verdict._tag === "Stays" || verdict._tag === "Unknown" ? verdict.error : undefined

/** Whether the order of a payment is in the table by now, and how late it was. */
const orderThere = Effect.fnUntraced(function* (letter: ReceivedDeadLetter, { sources }: Deployment) {
  const nothing: OrderOfPayment = { _tag: "NotAsked" }
  const carried = carriedBy(letter, sourceOf(letter, sources))
  if (Result.isFailure(carried) || carried.success._tag !== "Payment") return nothing
  const { publishTimeMicros } = letter
  const [order] = yield* ordersOfPayments([{ orderId: carried.success.payment.order_id, publishTimeMicros }])
  return order ?? nothing
})
