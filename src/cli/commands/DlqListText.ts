/** Shows a survey of dead letters: to people, and as JSON. */
import { Option } from "effect"
import type {
  DeadLetterGroup,
  DeadLetterSurvey,
  SurveyedLetter,
  SurveyPicture
} from "../../ingest/DeadLetterSurvey.ts"
import { verdictName } from "../../ingest/DeadLetterSurvey.ts"
import { rfc3339 } from "../../time/Rfc3339.ts"
import { escaped, escapedJson } from "../Escaped.ts"
import { newestShownMax } from "../Limits.ts"
import { cutTo, joinedTo } from "../TextWidth.ts"
import type { Deployment, SubscriptionKnown } from "./DlqConnected.ts"
import {
  bytesText,
  lasting,
  partialText,
  secondOf,
  shortName,
  thousands,
  verdictsText,
  wordsOf
} from "./DlqWords.ts"

/** What is shown of a look beside its survey. */
export interface Shown extends SubscriptionKnown {
  readonly deployment: Deployment
  /** **Units**: columns. */
  readonly width: number
  /** **Units**: ms since the epoch. */
  readonly now: number
  readonly letters: number
  readonly bytes: number
  /** More could not be held: there are others that were not read. */
  readonly isPartial: boolean
}

/** The survey for people: the groups, then the newest. **Guarantee**: no line is wider than `width`. */
export const surveyText = (picture: ReturnType<DeadLetterSurvey["picture"]>, shown: Shown): string => {
  const { deployment, width } = shown
  const head = [
    `${thousands(picture.meant)} dead letters in ${escaped(shortName(deployment.subscription, deployment.project))}`,
    ...(picture.notMeant > 0 ? [`${thousands(picture.notMeant)} others are not meant by the filter`] : []),
    `${bytesText(shown.bytes)} read`,
    "times are in UTC"
  ]
  const lines = [
    ...joinedTo(head, width, ""),
    ...lookRemarks(picture, shown),
    ...picture.groups.flatMap((group) => ["", ...groupLines(group, shown)])
  ]
  if (picture.newest.length > 0) lines.push("", ...newestLines(picture, shown))
  return lines.join("\n")
}

/** What one has to know to read the rest of a look. */
export const lookRemarks = (
  picture: Pick<SurveyPicture, "storeError" | "ungrouped">,
  shown: Shown
): ReadonlyArray<string> => {
  const { isPartial, letters, maxAttempts, width } = shown
  const texts = [
    ...(isPartial ? [partialText(letters)] : []),
    ...Option.match(maxAttempts, {
      onNone: () => [],
      onSome: (most) => [
        `CAREFUL: this subscription has a dead-letter policy itself; a dead letter leaves it after ${most} looks`
      ]
    }),
    ...(picture.storeError === undefined ? [] : [`verdict unknown: ${escaped(picture.storeError)}`]),
    ...(picture.ungrouped > 0
      ? [`${thousands(picture.ungrouped)} are of further groups, which are not shown`]
      : [])
  ]
  return texts.flatMap((text) => joinedTo([text], width, ""))
}

/** How many dead letters are of which reason, field and subscription. */
export const groupTitle = (
  { count, path, reason, subscription }: Pick<DeadLetterGroup, "count" | "path" | "reason" | "subscription">,
  { project }: Deployment,
  width: number
): ReadonlyArray<string> => {
  const where = subscription === undefined ? "unmarked" : escaped(shortName(subscription, project))
  const title = [
    `${thousands(count)} × ${escaped(reason)}`,
    ...(path === undefined ? [] : [`field ${escaped(path)}`]),
    `from ${where}`
  ]
  return joinedTo(title, width, "")
}

const groupLines = (group: DeadLetterGroup, shown: Shown): ReadonlyArray<string> => {
  const { deployment, now, retention, width } = shown
  const age = lasting(now - group.oldestMicros / 1000)
  const kept = Option.match(retention, { onNone: () => "", onSome: (millis) => ` of ${lasting(millis)}` })
  const times = [
    `oldest ${secondOf(group.oldestMicros)}, ${age} old${kept}`,
    `newest ${secondOf(group.newestMicros)}`
  ]
  const by = group.appVersion === undefined ? [] : [`given up by version ${escaped(group.appVersion)}`]
  return [
    ...groupTitle(group, deployment, width),
    ...joinedTo(times, width, "  "),
    ...joinedTo([`now: ${verdictsText(group.verdicts)}`], width, "  "),
    ...joinedTo([`for instance ${group.exampleId}`, ...by], width, "  ")
  ]
}

const newestLines = (picture: SurveyPicture, { width }: Shown): ReadonlyArray<string> => {
  const { meant, newest } = picture
  const all =
    meant <= newestShownMax ? `--newest ${meant} shows all` : `--newest shows up to ${newestShownMax}`
  const title =
    newest.length === meant
      ? "all of them, the newest first:"
      : `the newest ${thousands(newest.length)} of ${thousands(meant)} (${all}):`
  return [cutTo(title, width), ...newest.map((letter) => letterLine(letter, width))]
}

/** One dead letter as one line. */
export const letterLine = (letter: SurveyedLetter, width: number): string =>
  cutTo(
    [
      secondOf(letter.sinceMicros),
      letter.id,
      escaped(letter.path === undefined ? letter.reason : `${letter.reason} ${letter.path}`),
      ...(letter.orderId === undefined ? [] : [`order ${letter.orderId}`]),
      ...(letter.paymentId === undefined ? [] : [`payment ${letter.paymentId}`]),
      wordsOf(verdictName(letter.verdict))
    ].join("  "),
    width
  )

/** The survey for programs: a line for each group, for each of the newest, and for the whole. **Shape**: NDJSON; ids are texts. */
export const surveyJson = (picture: SurveyPicture, shown: Shown): string =>
  [
    ...picture.groups.map(
      ({ newestMicros, oldestMicros, path, subscription, appVersion, verdicts, ...group }) =>
        escapedJson({
          type: "group",
          ...group,
          path: path ?? null,
          subscription: subscription ?? null,
          appVersion: appVersion ?? null,
          oldest: rfc3339(oldestMicros),
          newest: rfc3339(newestMicros),
          verdicts: Object.fromEntries(verdicts)
        })
    ),
    ...picture.newest.map(letterJson),
    escapedJson(lookSummary(picture, shown))
  ].join("\n")

/** The whole of a look for programs. */
export const lookSummary = (
  picture: Pick<SurveyPicture, "meant" | "notMeant" | "storeError" | "ungrouped">,
  shown: Shown
) => ({
  type: "summary",
  subscription: shown.deployment.subscription,
  deadLetters: picture.meant,
  notMeant: picture.notMeant,
  ungrouped: picture.ungrouped,
  bytesRead: shown.bytes,
  isPartial: shown.isPartial,
  storeError: picture.storeError ?? null,
  retentionSeconds: Option.getOrNull(Option.map(shown.retention, (millis) => millis / 1000))
})

/** One dead letter as a line of JSON. */
export const letterJson = ({ sinceMicros, verdict, path, subscription, ...letter }: SurveyedLetter): string =>
  escapedJson({
    type: "letter",
    id: letter.id,
    since: rfc3339(sinceMicros),
    reason: letter.reason,
    path: path ?? null,
    subscription: subscription ?? null,
    orderId: letter.orderId ?? null,
    paymentId: letter.paymentId ?? null,
    verdict: verdictName(verdict)
  })
