/** What `dlq discard` does. */
import { Console, Data, Effect, Option, Terminal } from "effect"
import { writeDeadLetterFile } from "../../deadletters/DeadLetterFileWriter.ts"
import { type DiscardTally, makeDiscard } from "../../ingest/DeadLetterDiscard.ts"
import type { DeadLetterFilter } from "../../ingest/DeadLetterFilter.ts"
import { escaped, escapedJson } from "../Escaped.ts"
import { withProgress } from "../Progress.ts"
import { Screen } from "../Screen.ts"
import { userName } from "../UserName.ts"
import { type DlqSettings, deploymentOf } from "./DlqConnected.ts"
import { filterText } from "./DlqFlags.ts"
import { bytesText, deadLettersText, partialText, thousands } from "./DlqWords.ts"

/** The options of `dlq discard`. */
export interface DlqDiscardOptions extends Pick<DlqSettings, "pubSub"> {
  /** At least one condition. */
  readonly filter: DeadLetterFilter
  /** Where they are exported first; undefined where they are not. */
  readonly file: string | undefined
  readonly includesForeign: boolean
  /** Ask for their number on the terminal. */
  readonly asks: boolean
  readonly note: Option.Option<string>
  readonly json: boolean
}

/** The number typed was not that of the dead letters. The command exits 1. */
export class DiscardNotConfirmed extends Data.TaggedError("DiscardNotConfirmed")<{
  readonly counted: number
  readonly typed: string
}> {
  override get message(): string {
    const typed = this.typed === "" ? "nothing was typed" : `"${this.typed}" is not ${this.counted}`
    return `${typed}: no dead letter was acknowledged, and no file written`
  }
}

/** Some of the acknowledgements were not confirmed. The command exits 1. */
export class DiscardUnconfirmed extends Data.TaggedError("DiscardUnconfirmed")<{
  readonly unconfirmed: number
}> {
  override get message(): string {
    return `${thousands(this.unconfirmed)} of them may come again: discard again`
  }
}

/**
 * Exports what the filter means, asks, and acknowledges it; prints what came of it, also where it was interrupted.
 *
 * **Errors**: `DiscardNotConfirmed`, `DiscardUnconfirmed`, exit 1; `DeadLetterFileError`; `PubSubError`.
 */
export const discardDeadLetters = (options: DlqDiscardOptions) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { asks, file, filter, includesForeign, json } = options
      const { flags = "", sources, subscription } = yield* deploymentOf(options.pubSub)
      const writer = file === undefined ? undefined : yield* writeDeadLetterFile(file, { overwrites: false })
      const question = asks ? makeQuestion(options, yield* Terminal.Terminal) : unasked
      const discard = yield* makeDiscard({
        ...{ subscription, sources, filter, includesForeign, writer },
        confirm: question.ask
      })
      yield* discard.run.pipe(
        withProgress(Effect.sync(() => (question.isOpen() ? "" : progressLine(discard.tally())))),
        Effect.ensuring(
          Effect.suspend(() => {
            const tally = discard.tally()
            const text = json ? tallyJson(tally, file) : tallyText(tally, file, flags)
            return Effect.andThen(audit(options, subscription, tally), Console.log(text))
          })
        )
      )
      const { unconfirmed } = discard.tally()
      if (unconfirmed > 0) return yield* new DiscardUnconfirmed({ unconfirmed })
    })
  )

/** Whether the dead letters may be acknowledged, now that they are counted. */
interface Question {
  readonly ask: (counted: number) => Effect.Effect<boolean, DiscardNotConfirmed>
  /** Whether somebody is to answer at the moment. */
  readonly isOpen: () => boolean
}

const unasked: Question = { ask: () => Effect.succeed(true), isOpen: () => false }

/** Has the number typed back. */
const makeQuestion = ({ file, filter }: DlqDiscardOptions, terminal: Terminal.Terminal): Question => {
  let isOpen = false
  const exported =
    file === undefined
      ? "They are not exported: nothing brings them back."
      : `They are exported to ${file} first.`
  return {
    isOpen: () => isOpen,
    ask: Effect.fnUntraced(function* (counted) {
      const screen = yield* Screen
      isOpen = true
      screen.setLive("")
      screen.writeLine(
        escaped(
          `${deadLettersText(counted)} for ${filterText(filter)}. ${exported} Type ${counted} to acknowledge them:`
        )
      )
      const typed = yield* terminal.readLine.pipe(
        Effect.map((line) => line.trim()),
        Effect.catchTag("QuitError", () => Effect.succeed(""))
      )
      isOpen = false
      if (typed !== String(counted)) return yield* new DiscardNotConfirmed({ counted, typed })
      return true
    })
  }
}

const progressLine = ({ acknowledged, counted, read }: DiscardTally): string =>
  acknowledged === 0
    ? `counting · ${thousands(counted)} of ${thousands(read.letters)} read`
    : `discarding · ${thousands(acknowledged)} of ${thousands(counted)} acknowledged`

/** One line that says who did what, and what came of it. */
const audit = ({ file, filter, note }: DlqDiscardOptions, subscription: string, tally: DiscardTally) =>
  Effect.logInfo("dead letters were discarded").pipe(
    Effect.annotateLogs({
      by: userName(),
      ...Option.match(note, { onNone: () => ({}), onSome: (text) => ({ note: text }) }),
      subscription,
      filter: filterText(filter),
      file: tally.isExported ? (file ?? "none") : "none",
      counted: tally.counted,
      acknowledged: tally.acknowledged
    })
  )

const tallyText = (tally: DiscardTally, file: string | undefined, flags: string): string => {
  const { acknowledged, counted, foreign, isExported, notMeant, read, unconfirmed } = tally
  const rows: ReadonlyArray<readonly [number, string]> = [
    [acknowledged, "acknowledged"],
    [unconfirmed, "may come again: their acknowledgement was not confirmed"],
    [counted - acknowledged - unconfirmed, "meant, and not acknowledged: left"],
    [foreign, "of another deployment: left (--others includes them)"],
    [notMeant, "not meant by the filter: left"],
    [read.letters, `read, ${bytesText(read.bytes)}`]
  ]
  return [
    ...(read.ended === "full" ? [partialText(read.letters)] : []),
    ...rows
      .filter(([count, what]) => count > 0 || what === "acknowledged")
      .map(([count, what]) => `${thousands(count).padStart(10)}  ${what}`),
    ...(isExported ? [`exported to ${file}: \`counterfoil dlq restore ${file}${flags}\` undoes it`] : [])
  ].join("\n")
}

const tallyJson = ({ read, ...tally }: DiscardTally, file: string | undefined): string =>
  escapedJson({
    ...tally,
    file: tally.isExported ? file : null,
    read: read.letters,
    bytesRead: read.bytes,
    isPartial: read.ended === "full"
  })
