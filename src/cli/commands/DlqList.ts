/** What `dlq list` does. */
import { Clock, Console, Effect } from "effect"
import type { DeadLetterFilter } from "../../ingest/DeadLetterFilter.ts"
import { makeDeadLetterSurvey } from "../../ingest/DeadLetterSurvey.ts"
import { withProgress } from "../Progress.ts"
import type { DlqSettings } from "./DlqConnected.ts"
import { letterJson, letterLine, type Shown, surveyJson, surveyText } from "./DlqListText.ts"
import { openLook } from "./DlqLook.ts"
import { bytesText, thousands } from "./DlqWords.ts"

/** The options of `dlq list`. */
export interface DlqListOptions extends Pick<DlqSettings, "pubSub" | "processing"> {
  readonly filter: DeadLetterFilter
  /** How many of the newest are shown. */
  readonly newest: number
  /** Go on, and tell each new one once. */
  readonly follow: boolean
  readonly json: boolean
}

/**
 * Looks through the dead letters and prints groups, the verdict of now, and the newest; nothing is consumed.
 *
 * **Errors**: `PubSubError`. A fact table that does not answer is none: then the verdicts are unknown.
 */
export const listDeadLetters = (options: DlqListOptions) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { attempt, deployment, known, reader, width } = yield* openLook(options)
      const survey = makeDeadLetterSurvey({ filter: options.filter, newestMax: options.newest, attempt })
      let isFollowing = false

      const print = Effect.gen(function* () {
        const { bytes, ended, letters } = reader.totals()
        const now = yield* Clock.currentTimeMillis
        const isPartial = ended === "full"
        const shown: Shown = { deployment, width, now, ...known, letters, bytes, isPartial }
        yield* Console.log((options.json ? surveyJson : surveyText)(survey.picture(), shown))
        isFollowing = true
      })
      const looked = yield* reader
        .look(
          (letters) =>
            Effect.gen(function* () {
              const added = yield* survey.add(letters)
              if (!isFollowing) return "go-on" as const
              for (const letter of added)
                yield* Console.log(options.json ? letterJson(letter) : letterLine(letter, width))
              return "go-on" as const
            }),
          { follow: options.follow, onQuiet: print }
        )
        .pipe(
          withProgress(
            Effect.sync(() => {
              const { bytes, letters } = reader.totals()
              return isFollowing
                ? `waiting for new dead letters · ${thousands(letters)} seen`
                : `reading · ${thousands(letters)} dead letters · ${bytesText(bytes)}`
            })
          )
        )
      if (!isFollowing || looked.ended === "full") yield* print
    })
  )
