/** What `dlq explain` does. */
import { Clock, Console, Duration, Effect } from "effect"
import { graceMaxMinutes, graceSafeSeconds } from "../../config/ProcessingSection.ts"
import { makeDeadLetterExplanation } from "../../ingest/DeadLetterExplanation.ts"
import type { DeadLetterFilter } from "../../ingest/DeadLetterFilter.ts"
import { graceAdvice } from "../../ingest/GraceAdvice.ts"
import { demoGraceSeconds } from "../Limits.ts"
import { withProgress } from "../Progress.ts"
import { isDemo } from "./DemoSettings.ts"
import type { DlqSettings } from "./DlqConnected.ts"
import { explanationJson } from "./DlqExplainJson.ts"
import { type Explained, explanationText } from "./DlqExplainText.ts"
import { openLook } from "./DlqLook.ts"
import { bytesText, thousands } from "./DlqWords.ts"

/** The options of `dlq explain`. */
export interface DlqExplainOptions extends Pick<DlqSettings, "pubSub" | "processing"> {
  readonly filter: DeadLetterFilter
  readonly json: boolean
}

/**
 * Looks through the dead letters and prints how late the orders of unmatched payments were, which grace would have
 * matched them, and since when other dead letters come; nothing is consumed.
 *
 * **Errors**: `PubSubError`. A fact table that does not answer is none: then it is unknown how late orders were.
 */
export const explainDeadLetters = (options: DlqExplainOptions) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { filter, json } = options
      const paymentGrace = Duration.seconds(demoGraceSeconds)
      const processing = isDemo(options.pubSub) ? { ...options.processing, paymentGrace } : options.processing
      const { deployment, known, reader, width } = yield* openLook(options)
      const explanation = makeDeadLetterExplanation({ filter, sources: deployment.sources })
      const { bytes, ended, letters } = yield* reader
        .look((batch) => Effect.as(explanation.add(batch), "go-on" as const))
        .pipe(
          withProgress(
            Effect.sync(() => {
              const totals = reader.totals()
              return `reading · ${thousands(totals.letters)} dead letters · ${bytesText(totals.bytes)}`
            })
          )
        )
      const picture = explanation.picture()
      const explained: Explained = {
        picture,
        filter,
        settings: processing,
        advice: graceAdvice({
          lateMillis: picture.payments.lateMillis,
          arrivals: picture.payments.arrivals,
          presentMillis: Duration.toMillis(processing.paymentGrace),
          leastMillis: graceSafeSeconds * 1000,
          mostMillis: graceMaxMinutes * 60_000
        }),
        shown: {
          ...{ deployment, width, ...known, letters, bytes },
          now: yield* Clock.currentTimeMillis,
          isPartial: ended === "full"
        }
      }
      yield* Console.log((json ? explanationJson : explanationText)(explained))
    })
  )
