/** Says what came of the corrections in a file. */
import { Console, Data, Effect, type FileSystem } from "effect"
import type { FiledDeadLetter } from "../../deadletters/DeadLetterFile.ts"
import type { DeadLetterFileError } from "../../deadletters/DeadLetterFileError.ts"
import { type DeadLetterFileIndex, indexDeadLetterFile } from "../../deadletters/DeadLetterFileIndex.ts"
import { receivedDeadLetter } from "../../deadletters/ReceivedDeadLetter.ts"
import type { CorrectedVerdict, TriedCorrection } from "../../ingest/CorrectedAttempt.ts"
import { idsOf } from "../../ingest/DeadLetterMessages.ts"
import { verdictName } from "../../ingest/DeadLetterSurvey.ts"
import type { RedriveTally } from "../../ingest/Redrive.ts"
import { escaped, escapedJson } from "../Escaped.ts"
import { linesNamed } from "../Limits.ts"
import { deadLettersText, thousands, wordsOf } from "./DlqWords.ts"

/**
 * Reads a file to redrive. Warns where a correction gives an unmatched payment another order: a redrive without the file
 * applies the original too, where it is still there once its own order has come.
 *
 * **Errors**: `DeadLetterFileError`.
 */
export const readCorrections = (
  file: string
): Effect.Effect<DeadLetterFileIndex, DeadLetterFileError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const moved: Array<number> = []
    const index = yield* indexDeadLetterFile(file, (letter) => {
      if (movesPayment(letter)) moved.push(letter.line)
    })
    if (moved.length > 0) yield* Effect.logWarning(movedSentence(file, moved))
    return index
  })

const movesPayment = ({ corrected, delivery }: FiledDeadLetter): boolean =>
  corrected !== undefined &&
  receivedDeadLetter(delivery).reason === "unmatched-payment" &&
  idsOf(delivery.data).orderId !== idsOf(corrected).orderId

const movedSentence = (file: string, lines: ReadonlyArray<number>): string =>
  `${file} corrects the order_id of unmatched payments (${namedLines(lines)}): until their originals are acknowledged, ` +
  "a redrive without the file, and `run` with DLQ_REDRIVE_INTERVAL, may apply these too. Switch DLQ_REDRIVE_INTERVAL off first"

/** Corrections in a file were not applied, or may not have been. The command exits 1. */
export class CorrectionsLeft extends Data.TaggedError("CorrectionsLeft")<{
  readonly file: string
  /** Corrected lines whose dead letters were not there. */
  readonly absent: number
  /** Dead letters of the file whose leases were lost. */
  readonly lost: number
}> {
  override get message(): string {
    const { absent, file, lost } = this
    const parts = [
      ...(absent === 0
        ? []
        : [
            `${thousands(absent)} corrected ${absent === 1 ? "line was" : "lines were"} not applied, as the subscription has no such dead letter: it was applied before, or another process holds it`
          ]),
      ...(lost === 0
        ? []
        : [
            `${deadLettersText(lost)} lost ${lost === 1 ? "its lease before it was" : "their leases before they were"} tried, and ${lost === 1 ? "comes" : "come"} again`
          ])
    ]
    return `${file}: ${parts.join("; ")}. The same command, a minute later, applies what is left`
  }
}

/** What is left of the corrections of a file; undefined where nothing is known to be. */
export const correctionsLeft = (
  from: DeadLetterFileIndex,
  tally: RedriveTally
): CorrectionsLeft | undefined => {
  const absent = isWhole(tally) ? from.notFound().filter(({ isCorrected }) => isCorrected).length : 0
  const { lost } = tally
  return absent + lost === 0 ? undefined : new CorrectionsLeft({ file: from.file, absent, lost })
}

/** Prints each correction that was tried, with the verdict on the original and on the corrected data. */
export const tellsCorrections =
  (from: DeadLetterFileIndex, json: boolean) =>
  (tried: TriedCorrection): Effect.Effect<void> => {
    const { delivery } = tried.letter
    const filed = from.find(delivery)
    const line = filed._tag === "NotInFile" ? undefined : filed.line
    const told = {
      type: "correction",
      line,
      id: delivery.messageId,
      ...idsOf(delivery.data),
      before: verdictName(tried.before),
      after: verdictName(tried.after),
      verdict: nameOf(tried.verdict)
    }
    return Console.log(json ? escapedJson(told) : correctionLine(told))
  }

interface ToldCorrection {
  readonly line: number | undefined
  readonly id: string
  readonly orderId: string | undefined
  readonly paymentId: string | undefined
  readonly before: string
  readonly after: string
  readonly verdict: string
}

const correctionLine = ({ after, before, id, line, orderId, paymentId, verdict }: ToldCorrection): string =>
  [
    `line ${line ?? "?"}`,
    escaped(id),
    ...(orderId === undefined ? [] : [`order ${orderId}`]),
    ...(paymentId === undefined ? [] : [`payment ${paymentId}`]),
    `before: ${wordsOf(before)}`,
    `after: ${wordsOf(after)}`,
    ...(verdict === after ? [] : [verdict === refused ? "refused: neither is applied" : wordsOf(verdict)])
  ].join("  ")

const refused = "refused"

const nameOf = (verdict: CorrectedVerdict): string =>
  verdict._tag === "Refused" ? refused : verdictName(verdict)

/** Whether the whole subscription was read, so that what was not found is not there. */
export const isWhole = ({ endedBy }: RedriveTally): boolean => endedBy === "end"

/** What the file has and the subscription has not; nothing where the subscription was not read to its end. */
export const notFoundLines = (from: DeadLetterFileIndex, tally: RedriveTally): ReadonlyArray<string> => {
  const absent = isWhole(tally) ? from.notFound() : []
  if (absent.length === 0) return []
  const corrected = absent.filter(({ isCorrected }) => isCorrected).map(({ line }) => line)
  return [
    `${thousands(absent.length)} of the ${thousands(from.size)} in the file are not in the subscription, and were not applied`,
    ...(corrected.length === 0 ? [] : [`corrected among them: ${namedLines(corrected)}`])
  ]
}

const namedLines = (lines: ReadonlyArray<number>): string => {
  const more = lines.length > linesNamed ? ` and ${thousands(lines.length - linesNamed)} more` : ""
  return `line ${lines.slice(0, linesNamed).join(", ")}${more}`
}
