/** Tells programs why there are dead letters. */
import { Duration } from "effect"
import type { ExplainedGroup } from "../../ingest/DeadLetterExplanation.ts"
import { lateWithin } from "../../ingest/GraceAdvice.ts"
import { rfc3339 } from "../../time/Rfc3339.ts"
import { escapedJson } from "../Escaped.ts"
import { type Explained, groupStep } from "./DlqExplainText.ts"
import { lookSummary } from "./DlqListText.ts"
import { latenessSteps } from "./LatenessSteps.ts"

/**
 * The explanation for programs: a line on unmatched payments, one for each group of others, and one for the whole.
 *
 * **Shape**: NDJSON; ids are texts, what is not known is null. **Units**: in the names.
 */
export const explanationJson = (explained: Explained): string =>
  [
    paymentsJson(explained),
    ...explained.picture.groups.map((group) => groupJson(group, explained)),
    escapedJson({ ...lookSummary(explained.picture, explained.shown), foreign: explained.picture.foreign })
  ].join("\n")

const paymentsJson = ({ advice, picture, settings }: Explained): string => {
  const { arrivals, lateMillis, latest, absentExample, ...counts } = picture.payments
  return escapedJson({
    type: "unmatched-payments",
    count: arrivals.length,
    known: lateMillis.length,
    ...counts,
    lateMillis: Object.fromEntries(
      [0.5, 0.9, 0.95, 0.99, 1].map((share) => [`${share * 100}%`, lateWithin(lateMillis, share) ?? null])
    ),
    histogram: latenessSteps(lateMillis).map(({ orders, upToMillis }) => ({
      upToMillis: Number.isFinite(upToMillis) ? upToMillis : null,
      orders
    })),
    latest: latest ?? null,
    absentExample: absentExample ?? null,
    advice: advice ?? null,
    settings: {
      graceMillis: Duration.toMillis(settings.paymentGrace),
      waitingRoomMax: settings.waitingRoomMax,
      waitingRoomBytes: settings.waitingRoomBytes
    }
  })
}

const groupJson = (group: ExplainedGroup, { shown }: Explained): string => {
  const { error, exampleId, path, publishedMicros, reason, subscription } = group
  const step = groupStep(group, shown)
  return escapedJson({
    type: "group",
    reason,
    path: path ?? null,
    subscription: subscription ?? null,
    count: publishedMicros.length,
    since: rfc3339(step.at),
    sinceThen: step.since,
    before: step.before,
    oldest: rfc3339(publishedMicros[0] ?? 0),
    newest: rfc3339(publishedMicros.at(-1) ?? 0),
    error: error ?? null,
    exampleId
  })
}
