/** What `dlq list` and `dlq show` look with. */
import { Effect } from "effect"
import { openDeadLetters } from "../../deadletters/DeadLetterReader.ts"
import { makeRedriveAttempt } from "../../ingest/RedriveAttempt.ts"
import { OutputWidth } from "../TextWidth.ts"
import { askedAbout, type DlqSettings, deploymentOf } from "./DlqConnected.ts"

/**
 * Opens the dead-letter subscription for the life of the scope, to look through it and to say what would become of
 * each dead letter; nothing is consumed or written, and a fact table that does not answer is not asked again.
 */
export const openLook = Effect.fnUntraced(function* ({
  processing,
  pubSub
}: Pick<DlqSettings, "pubSub" | "processing">) {
  const deployment = yield* deploymentOf(pubSub)
  const width = yield* OutputWidth
  const known = yield* askedAbout(deployment.subscription)
  const reader = yield* openDeadLetters(deployment.subscription)
  const { attempt } = yield* makeRedriveAttempt({
    subscription: reader.subscription,
    sources: deployment.sources,
    maxRowBytes: processing.maxRowBytes,
    isDry: true,
    includesForeign: false,
    patienceMillis: 0
  })
  return { deployment, width, known, reader, attempt }
})
