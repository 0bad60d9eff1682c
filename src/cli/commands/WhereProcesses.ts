/** Asks the running processes what they hold of an order or a payment, and finds out which were not asked. */
import { Effect, Result } from "effect"
import type { ProgressTable, ReadProgressRow } from "../../facts/ProgressTable.ts"
import type { HttpSettings } from "../../http/HttpSettings.ts"
import type { SourceSubscriptions } from "../../ingest/DeadLetterMessages.ts"
import { noWatermark } from "../../ingest/OrdersWatermark.ts"
import type { LookUpAnswer, LookUpKey } from "../../telemetry/LookUp.ts"
import { rfc3339 } from "../../time/Rfc3339.ts"
import { type AskedProcess, askProcess } from "./ProcessLookUp.ts"

/** What was found out about the processes. */
export interface ProcessesLook {
  readonly answered: ReadonlyArray<AnsweredProcess>
  /** Those that had to be asked, and did not answer. */
  readonly failed: ReadonlyArray<{ readonly url: string; readonly why: string }>
  /** What is at the default address, where it is no process of these subscriptions. */
  readonly passedOver: string | undefined
  /** Processes in the progress table that were not asked; or why it is not known who there is. */
  readonly notAsked: Result.Result<ReadonlyArray<string>, string>
  /** Processes whose rows tell that they retry this very order. */
  readonly retriedBy: ReadonlyArray<string>
  /** Up to which publish time the messages of each stream were read; undefined where that is not known. */
  readonly readUpTo: Readonly<Record<"orders" | "payments", string | undefined>>
}

/** A process, and what it said. */
export interface AnsweredProcess {
  readonly url: string
  readonly answer: LookUpAnswer
}

/** Whom to ask for what. */
export interface AskOptions {
  readonly key: LookUpKey
  /** None: the default address. */
  readonly urls: ReadonlyArray<string>
  readonly http: HttpSettings
  /** The full names of the deployment's; undefined where they are not known. */
  readonly sources: SourceSubscriptions | undefined
}

/**
 * Asks. The progress table is read first: whatever had its fate then is found by the looks that come after this one.
 *
 * `progress`: how to read the table, or why it cannot be read.
 */
export const askProcesses = Effect.fnUntraced(function* (
  { http, key, sources, urls }: AskOptions,
  progress: Result.Result<ProgressTable["Service"], string>
): Effect.fn.Return<ProcessesLook> {
  const rows = Result.isFailure(progress)
    ? Result.fail(progress.failure)
    : yield* Effect.result(Effect.mapError(progress.success.readAll, ({ message }) => message))
  const isDefault = urls.length === 0
  const asked = yield* Effect.forEach(
    isDefault ? defaultUrls(http) : urls,
    (url) =>
      Effect.map(askProcess(url, key, http.token), (came) => ({ url, came: ofSources(came, sources) })),
    { concurrency: "unbounded" }
  )
  const answered = asked.flatMap(({ came, url }) =>
    came._tag === "Answered" ? [{ url, answer: came.answer }] : []
  )
  const rest = asked.flatMap(({ came, url }) => (came._tag === "Answered" ? [] : [{ url, ...came }]))
  const names = new Set(answered.map(({ answer }) => answer.process))
  const notAsked = Result.map(rows, (all) =>
    all.map(({ process }) => process).filter((process) => !names.has(process))
  )
  const [over] = isDefault ? rest.filter(({ _tag }) => _tag === "Nobody") : []
  return {
    answered,
    failed: rest.filter(({ _tag }) => !isDefault || _tag === "Failed").map(({ url, why }) => ({ url, why })),
    passedOver: over === undefined ? undefined : `${over.url}: ${over.why}`,
    notAsked,
    retriedBy:
      key.kind === "order" && Result.isSuccess(rows)
        ? rows.success
            .filter(({ progress }) => progress?.orderIds.includes(key.id))
            .map(({ process }) => process)
        : [],
    readUpTo: {
      orders: ordersReadUpTo(
        Result.getOrElse(rows, () => []),
        answered
      ),
      payments:
        Result.isSuccess(notAsked) && notAsked.success.length === 0
          ? leastOf(answered.map(({ answer }) => answer.readUpTo.payments ?? undefined))
          : undefined
    }
  }
})

/** This machine's own address, where it serves HTTP at all. */
const defaultUrls = ({ host, port }: HttpSettings): ReadonlyArray<string> => {
  if (port === 0) return []
  const local = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host
  return [`http://${local.includes(":") ? `[${local}]` : local}:${port}`]
}

/** One that reads other subscriptions says nothing about these. */
const ofSources = (came: AskedProcess, sources: SourceSubscriptions | undefined): AskedProcess => {
  if (came._tag !== "Answered" || sources === undefined) return came
  const { orders, payments } = came.answer.subscriptions
  return orders === sources.orders && payments === sources.payments
    ? came
    : { _tag: "Nobody", why: `that process reads other subscriptions: ${orders}, ${payments}` }
}

/** All processes together have come as far as the one that is the least far. */
const ordersReadUpTo = (
  rows: ReadonlyArray<ReadProgressRow>,
  answered: ReadonlyArray<AnsweredProcess>
): string | undefined =>
  rows.length === 0
    ? leastOf(answered.map(({ answer }) => answer.readUpTo.orders ?? undefined))
    : leastOf(
        rows.map(({ progress }) =>
          progress === undefined || progress.watermarkMicros === noWatermark
            ? undefined
            : rfc3339(progress.watermarkMicros)
        )
      )

/** The earliest of times that are written alike; undefined where one is not known, or there is none. */
const leastOf = (times: ReadonlyArray<string | undefined>): string | undefined =>
  times.includes(undefined) ? undefined : [...times].sort()[0]
