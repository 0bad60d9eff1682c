/** What `dlq redrive` does. */
import { Console, Data, Effect, Option } from "effect"
import type { DeadLetterFileIndex } from "../../deadletters/DeadLetterFileIndex.ts"
import type { DeadLetterFilter } from "../../ingest/DeadLetterFilter.ts"
import { makeRedrive, type RedriveTally } from "../../ingest/Redrive.ts"
import type { RedrivePaceOptions } from "../../ingest/RedrivePace.ts"
import { escapedJson } from "../Escaped.ts"
import { serverTimeoutSeconds } from "../Limits.ts"
import { withProgress } from "../Progress.ts"
import { userName } from "../UserName.ts"
import { type DlqSettings, deploymentOf } from "./DlqConnected.ts"
import { correctionsLeft, isWhole, notFoundLines, tellsCorrections } from "./DlqCorrections.ts"
import { filterText } from "./DlqFlags.ts"
import { bytesText, thousands } from "./DlqWords.ts"
import { sumOf } from "./FateTable.ts"

/** The options of `dlq redrive`. */
export interface DlqRedriveOptions extends Pick<DlqSettings, "pubSub" | "processing"> {
  readonly filter: DeadLetterFilter
  readonly pace: RedrivePaceOptions
  readonly dryRun: boolean
  readonly includesForeign: boolean
  readonly note: Option.Option<string>
  readonly json: boolean
  /** Only those of this file, with the corrections in it. */
  readonly from?: DeadLetterFileIndex | undefined
}

/** Some of the dead letters that were tried stay. The command exits 1. */
export class DeadLettersStay extends Data.TaggedError("DeadLettersStay")<{
  readonly tally: RedriveTally
  readonly dryRun: boolean
  /** As of {@link Deployment}. */
  readonly flags: string
}> {
  override get message(): string {
    const { endedBy, storeError } = this.tally
    const staying = stayingOf(this.tally)
    const many = staying === 1 ? "1 dead letter" : `${thousands(staying)} dead letters`
    const stay = `${many} ${this.dryRun ? "would stay" : staying === 1 ? "stays" : "stay"}`
    if (endedBy === "store") return `${stay}, as the fact table did not answer: ${storeError}`
    if (endedBy === "failures") return `${stay}, which is more than --stop-after-failures allows`
    return `${stay}: \`counterfoil dlq list${this.flags}\` says why`
  }
}

/** There are dead letters behind those that could be held at once, which were not tried. The command exits 1. */
export class DeadLettersUnread extends Data.TaggedError("DeadLettersUnread")<{
  readonly read: number
  /** As of {@link Deployment}. */
  readonly flags: string
}> {
  override get message(): string {
    return [
      `what lies behind the first ${thousands(this.read)} dead letters was not tried: no more can be held at once, and a narrower filter does not reach it`,
      `redrive what can go through, or take away what lies in front: \`counterfoil dlq discard${this.flags}\` with a filter that means it exports it first, for \`dlq restore\``
    ].join("; ")
  }
}

/**
 * Tries the dead letters again and prints what came of them, also where it was interrupted.
 *
 * **Errors**: `DeadLettersUnread`, `DeadLettersStay`, `CorrectionsLeft`, exit 1; `PubSubError`.
 */
export const redriveDeadLetters = (options: DlqRedriveOptions) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { dryRun, filter, from, includesForeign, json, pace, processing } = options
      const { flags = "", sources, subscription } = yield* deploymentOf(options.pubSub)
      const redrive = yield* makeRedrive({
        subscription,
        sources,
        filter,
        pace,
        includesForeign,
        isDry: dryRun,
        maxRowBytes: processing.maxRowBytes,
        patienceMillis: serverTimeoutSeconds * 1000,
        from: from && { index: from, onTried: tellsCorrections(from, json) }
      })
      yield* redrive.run.pipe(
        withProgress(Effect.sync(() => progressLine(redrive.tally(), dryRun))),
        Effect.ensuring(
          Effect.suspend(() => {
            const tally = redrive.tally()
            const text = json ? tallyJson(tally, dryRun, from) : tallyText(tally, dryRun, from)
            return Effect.andThen(audit(options, subscription, tally), Console.log(text))
          })
        )
      )
      const tally = redrive.tally()
      if (tally.endedBy === "full") return yield* new DeadLettersUnread({ read: tally.read.letters, flags })
      if (stayingOf(tally) > 0) return yield* new DeadLettersStay({ tally, dryRun, flags })
      const left = from && correctionsLeft(from, tally)
      if (left !== undefined) return yield* left
    })
  )

const stayingOf = ({ differing, refused, stays, unknown }: RedriveTally): number =>
  sumOf(stays) + refused + differing + unknown

const progressLine = (tally: RedriveTally, dryRun: boolean): string =>
  [
    `${dryRun ? "trying without effects" : "redriving"} · ${thousands(tally.tried)} tried`,
    `${thousands(sumOf(tally.through))} through`,
    `${thousands(stayingOf(tally))} stay`,
    `${thousands(tally.read.letters)} read`
  ].join(" · ")

/** One line that says who did what, and what came of it. */
const audit = (options: DlqRedriveOptions, subscription: string, tally: RedriveTally) => {
  const { dryRun, filter, from, note, pace } = options
  return Effect.logInfo(
    dryRun ? "dead letters were tried without effects" : "dead letters were redriven"
  ).pipe(
    Effect.annotateLogs({
      by: userName(),
      ...Option.match(note, { onNone: () => ({}), onSome: (text) => ({ note: text }) }),
      subscription,
      filter: filterText(filter) || "none",
      ...(from === undefined ? {} : { from: from.file, corrected: from.corrected }),
      pace: escapedJson(pace),
      ended: tally.endedBy ?? "cut short",
      tried: tally.tried,
      through: sumOf(tally.through),
      stay: stayingOf(tally)
    })
  )
}

/** The tally for people. */
const tallyText = (tally: RedriveTally, dryRun: boolean, from?: DeadLetterFileIndex): string => {
  const rows: ReadonlyArray<readonly [number, string]> = [
    ...Object.entries(tally.through).map(([fate, count]) => [count, fate] as const),
    ...Object.entries(tally.stays).map(([reason, count]) => [count, `stay: ${reason}`] as const),
    [tally.refused, "stay: their corrections get less far than they do themselves"],
    [tally.unknown, "stay: the fact table did not answer, or refuses them so far"],
    [tally.lost, "come again: their leases were lost before they were tried"],
    [tally.tried, "tried"],
    [tally.foreign, "of another deployment: left (--others includes them)"],
    [tally.differing, "stay: the file has other data or attributes under their ids; correct `text` only"],
    [tally.notInFile, "not in the file: left"],
    [tally.notMeant, "not meant by the filter: left"],
    [tally.notTried, "not tried: left"],
    [tally.unconfirmed, "may come again: their acknowledgement was not confirmed"],
    [tally.read.letters, `read, ${bytesText(tally.read.bytes)}`]
  ]
  return [
    ...(dryRun ? ["dry run: nothing was written, and nothing acknowledged"] : []),
    ...rows
      .filter(([count, what]) => count > 0 || what === "tried")
      .map(([count, what]) => `${thousands(count).padStart(10)}  ${what}`),
    `ended: ${endings[tally.endedBy ?? "cut"]}`,
    ...(from === undefined ? [] : notFoundLines(from, tally))
  ].join("\n")
}

const endings: Readonly<Record<NonNullable<RedriveTally["endedBy"]> | "cut", string>> = {
  end: "nothing new came for 5 s",
  limit: "--limit was reached",
  failures: "more failed than --stop-after-failures allows",
  full: "no more dead letters can be held at once: those behind were not tried",
  stopped: "it was stopped",
  store: "the fact table did not answer for 10 s",
  cut: "it was cut short"
}

/** The tally for programs. */
const tallyJson = (tally: RedriveTally, dryRun: boolean, from?: DeadLetterFileIndex): string => {
  const { read, ...counts } = tally
  const file = from === undefined ? {} : { notFound: isWhole(tally) ? from.notFound().length : null }
  return escapedJson({ dryRun, ...counts, ...file, read: read.letters, bytesRead: read.bytes })
}
