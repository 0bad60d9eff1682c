/** Looks an order or a payment up among the dead letters, without consuming any. */
import { Effect } from "effect"
import { everyDeadLetter } from "../../ingest/DeadLetterFilter.ts"
import { type CarriedIds, idsOf } from "../../ingest/DeadLetterMessages.ts"
import { makeDeadLetterSurvey, type SurveyedLetter } from "../../ingest/DeadLetterSurvey.ts"
import type { LookUpKey } from "../../telemetry/LookUp.ts"
import { whereLettersShown } from "../Limits.ts"
import { withProgress } from "../Progress.ts"
import { whyOf } from "../Remedies.ts"
import type { DlqSettings } from "./DlqConnected.ts"
import { openLook } from "./DlqLook.ts"
import { thousands } from "./DlqWords.ts"

/** What was found among the dead letters. */
export interface DeadLettersLook {
  /** The newest of those that are meant. */
  readonly letters: ReadonlyArray<SurveyedLetter>
  /** How many there are. */
  readonly count: number
  /** How many dead letters were read. */
  readonly read: number
  /** How many of them have no id that can be read: what is looked for may be one of these. */
  readonly withoutId: number
  /** There are more than can be held at once. */
  readonly isPartial: boolean
}

/** Looks; answers why they were not looked at where Pub/Sub does not answer. */
export const lookThroughDeadLetters = (
  settings: Pick<DlqSettings, "pubSub" | "processing">,
  { id, kind }: LookUpKey
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { attempt, reader } = yield* openLook(settings)
      const filter = { ...everyDeadLetter, [kind === "order" ? "orderId" : "paymentId"]: String(id) }
      const survey = makeDeadLetterSurvey({ filter, newestMax: whereLettersShown, attempt })
      let withoutId = 0
      const { ended, letters } = yield* reader
        .look((batch) => {
          withoutId += batch.filter(({ delivery }) => hasNoId(idsOf(delivery.data))).length
          return Effect.as(survey.add(batch), "go-on" as const)
        })
        .pipe(
          withProgress(Effect.sync(() => `looking · ${thousands(reader.totals().letters)} dead letters read`))
        )
      const { meant, newest } = survey.picture()
      const look: DeadLettersLook = {
        letters: newest,
        count: meant,
        read: letters,
        withoutId,
        isPartial: ended === "full"
      }
      return look
    })
  ).pipe(Effect.mapError(whyOf), Effect.result)

const hasNoId = ({ orderId, paymentId }: CarriedIds): boolean =>
  orderId === undefined && paymentId === undefined
