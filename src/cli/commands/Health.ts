/** What `health` does. */
import { Console, Data, Effect, Option, Schema } from "effect"
import type { HttpSettings } from "../../http/HttpSettings.ts"
import { escaped, escapedJson } from "../Escaped.ts"
import { healthAnswerBytes, healthTimeoutSeconds } from "../Limits.ts"
import { Account, lostLines, waitingText } from "./AccountsText.ts"
import type { ProcessAnswer } from "./ProcessRequest.ts"
import { askRunning, ProcessSilent, processUrl } from "./RunningProcess.ts"

/** A process that answered, and is not well. The command exits 1. */
export class ProcessNotWell extends Data.TaggedError("ProcessNotWell")<{
  readonly url: string
  readonly why: string
}> {
  override get message(): string {
    return `${this.url}: ${this.why}`
  }
}

/** What is asked, of whom. */
export interface HealthOptions {
  readonly question: "live" | "ready" | "health"
  /** None: the process of these settings. */
  readonly given: Option.Option<string>
  readonly http: Pick<HttpSettings, "host" | "port">
  readonly json: boolean
}

/**
 * Prints what a running process says of itself.
 *
 * **Errors**: `ProcessNotWell` where it is not live, or not ready; `ProcessSilent`.
 */
export const showHealth = Effect.fn("health")(function* ({ given, http, json, question }: HealthOptions) {
  const url = yield* processUrl(given, http)
  const limits = { seconds: healthTimeoutSeconds, bytes: healthAnswerBytes }
  const answer = yield* askRunning(url, { path: `/${question}` }, limits)
  const { isWell, lines, data } = yield* question === "health"
    ? wholeHealth(url, answer)
    : oneAnswer(url, question, answer)
  yield* Console.log(json ? escapedJson({ url, ...data }) : lines.map(escaped).join("\n"))
  if (!isWell) return yield* new ProcessNotWell({ url, why: notWell[question] })
})

const notWell = {
  live: "not live: restart it",
  ready: "not ready",
  health: "not ready"
}

const oneAnswer = Effect.fnUntraced(function* (
  url: string,
  question: "live" | "ready",
  { status, text }: ProcessAnswer
) {
  if (status !== 200 && status !== 503) return yield* noCounterfoil(url)
  const lines = text.trimEnd().split("\n")
  return { isWell: status === 200, lines, data: { [question]: status === 200, lines } }
})

const Part = Schema.Struct({
  state: Schema.String,
  reason: Schema.NullOr(Schema.String),
  remedy: Schema.NullOr(Schema.String),
  since: Schema.String
})

const Health = Schema.fromJsonString(
  Schema.Struct({
    ready: Schema.Boolean,
    parts: Schema.Record(Schema.String, Part),
    watermarkBehindSeconds: Schema.NullOr(Schema.Finite),
    heldUpBy: Schema.NullOr(
      Schema.Struct({ process: Schema.String, reason: Schema.String, since: Schema.String })
    ),
    lastRedrive: Schema.NullOr(
      Schema.Struct({
        ended: Schema.String,
        at: Schema.String,
        seconds: Schema.Finite,
        through: Schema.Finite,
        stay: Schema.Finite
      })
    ),
    saturation: Schema.Struct({ share: Schema.Finite, by: Schema.String }),
    streams: Schema.Record(Schema.String, Account),
    longestWaitSeconds: Schema.Finite
  })
)

const decode = Schema.decodeUnknownOption(Health)

const wholeHealth = Effect.fnUntraced(function* (url: string, { status, text }: ProcessAnswer) {
  const health = status === 200 ? Option.getOrUndefined(decode(text)) : undefined
  if (health === undefined) return yield* noCounterfoil(url)
  const { heldUpBy, lastRedrive, parts, saturation, streams, watermarkBehindSeconds } = health
  const lines = [
    health.ready ? "ready" : "not ready",
    ...Object.entries(parts).map(([name, { reason, remedy, since, state }]) => {
      const why = [reason, remedy].filter((part) => part !== null).join("; ")
      return `${name.padEnd(14)}${state} since ${since}${why === "" ? "" : `: ${why}`}`
    }),
    `reading       ${behindOf(watermarkBehindSeconds)}`,
    `waiting       ${waitingText(streams, health.longestWaitSeconds)}`,
    `limits        ${Math.round(saturation.share * 100)} % of ${saturation.by} used, of which most is used`,
    ...(heldUpBy === null
      ? []
      : [`verdicts      held up by ${heldUpBy.process} since ${heldUpBy.since}: ${heldUpBy.reason}`]),
    ...lostLines(streams).map((line, index) => `${(index === 0 ? "lost" : "").padEnd(14)}${line}`),
    ...(lastRedrive === null
      ? []
      : [
          `redriven      ${lastRedrive.through} through, ${lastRedrive.stay} stay, at ${lastRedrive.at} (${lastRedrive.ended})`
        ])
  ]
  return { isWell: health.ready, lines, data: health }
})

const behindOf = (seconds: number | null): string => {
  if (seconds === null) return "of orders: it is not known yet how far it is behind"
  return seconds === 0 ? "of orders: up to the end" : `of orders: up to ${Math.round(seconds)} s ago`
}

const noCounterfoil = (url: string) =>
  new ProcessSilent({ url, why: "what answers there is no Counterfoil of this version" })
