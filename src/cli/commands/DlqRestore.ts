/** What `dlq restore` does. */
import { Console, Data, Effect } from "effect"
import { makeRestore, type NotRestored, type RestoreTally } from "../../deadletters/DeadLetterRestore.ts"
import { escapedJson } from "../Escaped.ts"
import { linesNamed } from "../Limits.ts"
import { withProgress } from "../Progress.ts"
import { userName } from "../UserName.ts"
import { type DlqSettings, deploymentOf } from "./DlqConnected.ts"
import { bytesText, deadLettersText, partialText, thousands } from "./DlqWords.ts"

/** The options of `dlq restore`. */
export interface DlqRestoreOptions extends Pick<DlqSettings, "pubSub"> {
  readonly file: string
  readonly json: boolean
}

/** Some dead letters of the file cannot be published as they are. The command exits 1. */
export class DeadLettersNotRestored extends Data.TaggedError("DeadLettersNotRestored")<{
  readonly file: string
  readonly refused: ReadonlyArray<NotRestored>
}> {
  override get message(): string {
    const { file, refused } = this
    const more = refused.length - linesNamed
    return [
      ...refused.slice(0, linesNamed).map(({ error, line }) => `${file}: line ${line}: ${error.message}`),
      ...(more > 0 ? [`${file}: and ${thousands(more)} more lines`] : [])
    ].join("\n")
  }
}

/**
 * Publishes the dead letters of a file that are not in the subscription, and prints what came of it, also where it was
 * interrupted.
 *
 * **Errors**: `DeadLettersNotRestored`, exit 1; `DeadLetterFileError`; `PubSubError`.
 */
export const restoreDeadLetters = (options: DlqRestoreOptions) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { file, json, pubSub } = options
      const { subscription } = yield* deploymentOf(pubSub)
      const restore = yield* makeRestore({ file, subscription, topic: pubSub.dlqTopic })
      yield* restore.run.pipe(
        withProgress(Effect.sync(() => progressLine(restore.tally()))),
        Effect.ensuring(
          Effect.suspend(() => {
            const tally = restore.tally()
            if (tally.inFile === undefined) return Effect.void
            const text = json ? tallyJson(tally, file) : tallyText(tally, file)
            return Effect.andThen(audit(tally, file, subscription), Console.log(text))
          })
        )
      )
      const { refused } = restore.tally()
      if (refused.length > 0) return yield* new DeadLettersNotRestored({ file, refused })
    })
  )

const progressLine = ({ inFile = 0, present, read, restored }: RestoreTally): string =>
  restored + present === 0
    ? `looking for those that are still there · ${thousands(read.letters)} dead letters read`
    : `restoring · ${thousands(restored)} of ${thousands(inFile - present)}`

/** One line that says who did what, and what came of it. */
const audit = ({ present, refused, restored }: RestoreTally, file: string, subscription: string) =>
  Effect.logInfo("dead letters were restored").pipe(
    Effect.annotateLogs({ by: userName(), subscription, file, restored, present, refused: refused.length })
  )

const notDone = ({ inFile = 0, present, refused, restored }: RestoreTally): number =>
  inFile - present - refused.length - restored

const tallyText = (tally: RestoreTally, file: string): string => {
  const { corrected, inFile = 0, present, read, refused, restored } = tally
  const rows: ReadonlyArray<readonly [number, string]> = [
    [restored, "restored"],
    [present, "in the subscription: left as they are"],
    [refused.length, "not restored: Pub/Sub does not take them as they are"],
    [notDone(tally), "not restored: it was cut short; the same command again restores them"],
    [inFile, `in ${file}`],
    [corrected, "with a corrected text, which `dlq redrive --from` applies: the originals are restored"]
  ]
  return [
    ...(read.ended === "full" ? [partialText(read.letters)] : []),
    ...rows
      .filter(([count, what]) => count > 0 || what === "restored")
      .map(([count, what]) => `${thousands(count).padStart(10)}  ${what}`),
    `${deadLettersText(read.letters)} read, ${bytesText(read.bytes)}`
  ].join("\n")
}

const tallyJson = (tally: RestoreTally, file: string): string => {
  const { corrected, inFile, present, read, refused, restored } = tally
  return escapedJson({
    ...{ file, inFile, restored, present, refused: refused.length, notDone: notDone(tally), corrected },
    read: read.letters,
    bytesRead: read.bytes,
    isPartial: read.ended === "full"
  })
}
