/** What `dlq export` does. */
import { Console, Effect } from "effect"
import { deadLetterParts } from "../../deadletters/DeadLetterFile.ts"
import { writeDeadLetterFile } from "../../deadletters/DeadLetterFileWriter.ts"
import { type LookTotals, openDeadLetters } from "../../deadletters/DeadLetterReader.ts"
import { type ExportTally, makeDeadLetterExport } from "../../ingest/DeadLetterExport.ts"
import type { DeadLetterFilter } from "../../ingest/DeadLetterFilter.ts"
import type { Delivery } from "../../pubsub/Message.ts"
import { escapedJson } from "../Escaped.ts"
import { say } from "../Logging.ts"
import { withProgress } from "../Progress.ts"
import { type DlqSettings, deploymentOf } from "./DlqConnected.ts"
import { bytesText, deadLettersText, partialText, shortName, thousands } from "./DlqWords.ts"

/** The options of `dlq export`. */
export interface DlqExportOptions extends Pick<DlqSettings, "pubSub"> {
  /** `-` is standard output. */
  readonly file: string
  readonly filter: DeadLetterFilter
  readonly overwrites: boolean
  readonly json: boolean
}

/**
 * Writes the dead letters to a file, which is there once it is whole; nothing is consumed.
 *
 * **Errors**: `DeadLetterFileError`; `PubSubError`.
 */
export const exportDeadLetters = (options: DlqExportOptions) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { file, filter, json } = options
      const { project, subscription } = yield* deploymentOf(options.pubSub)
      const isToOutput = file === "-"
      const writer = isToOutput ? outputWriter() : yield* writeDeadLetterFile(file, options)
      const reader = yield* openDeadLetters(subscription)
      const { tally, visit } = makeDeadLetterExport({ filter, append: writer.append })
      yield* reader
        .look(visit)
        .pipe(
          withProgress(
            Effect.sync(
              () => `exporting · ${thousands(tally().exported)} of ${thousands(reader.totals().letters)} read`
            )
          )
        )
      yield* writer.commit
      const exported: Exported = { file, ...tally(), bytes: writer.written().bytes, read: reader.totals() }
      const text = json ? exportedJson(exported) : exportedText(exported, shortName(subscription, project))
      yield* isToOutput ? say("Info", text) : Console.log(text)
    })
  )

interface Exported extends ExportTally {
  readonly file: string
  /** **Units**: bytes of the file. */
  readonly bytes: number
  readonly read: LookTotals
}

/** Prints the lines, no more of them at once than a file is written by. */
const outputWriter = () => {
  let bytes = 0
  return {
    append: Effect.fnUntraced(function* (deliveries: ReadonlyArray<Delivery>) {
      for (const part of deadLetterParts(deliveries)) {
        bytes += Buffer.byteLength(part)
        // What is printed gets its last line end there.
        yield* Console.log(part.slice(0, -1))
      }
    }),
    commit: Effect.void,
    written: () => ({ bytes })
  }
}

const exportedText = ({ bytes, exported, file, notMeant, read }: Exported, subscription: string): string =>
  [
    ...(read.ended === "full" ? [partialText(read.letters)] : []),
    [
      `${deadLettersText(exported)} of ${subscription} exported${file === "-" ? "" : ` to ${file}`}, ${bytesText(bytes)}`,
      ...(notMeant > 0 ? [`${thousands(notMeant)} not meant by the filter`] : []),
      `${bytesText(read.bytes)} read`
    ].join(" · ")
  ].join("\n")

const exportedJson = ({ read, ...exported }: Exported): string =>
  escapedJson({
    ...exported,
    read: read.letters,
    bytesRead: read.bytes,
    isPartial: read.ended === "full"
  })
