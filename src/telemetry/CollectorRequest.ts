/** One request to a collector, and what came of it. */
import { Clock, Duration, Effect, Redacted, Result } from "effect"
import * as Headers from "effect/http/Headers"
import type * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import { collectorAnswerMillis } from "./Limits.ts"
import type { CollectorSettings } from "./TelemetrySettings.ts"

/** What came of a request. */
export type Answer =
  | { readonly _tag: "Taken" }
  /** The same request may be taken later; not before `waitMillis`, where the collector says so. */
  | { readonly _tag: "NotNow"; readonly why: string; readonly waitMillis: number }
  /** It will never be taken. */
  | { readonly _tag: "Refused"; readonly why: string }

/**
 * Sends one request. It fails in no way but its answer, and makes no span.
 *
 * **Source**: which statuses may be tried again is said in "OTLP/HTTP Response" of the specification.
 */
export const send = (
  { headers, url }: CollectorSettings,
  body: HttpBody.HttpBody
): Effect.Effect<Answer, never, HttpClient.HttpClient> =>
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    const request = HttpClientRequest.setBody(
      HttpClientRequest.post(url, { headers: Redacted.value(headers) }),
      body
    )
    const response = yield* client.execute(request)
    // Read to its end, so that the connection can be used again.
    yield* Effect.ignore(response.arrayBuffer)
    if (response.status >= 200 && response.status < 300) return taken
    const why = `it answers ${response.status}`
    if (!mayBeTakenLater.has(response.status)) return { _tag: "Refused", why } satisfies Answer
    const waitMillis = yield* askedWait(response.headers["retry-after"])
    return { _tag: "NotNow", why, waitMillis } satisfies Answer
  }).pipe(
    Effect.catch((error) => Effect.succeed<Answer>({ _tag: "NotNow", why: causeOf(error), waitMillis: 0 })),
    Effect.timeoutOrElse({
      duration: Duration.millis(collectorAnswerMillis),
      orElse: () => Effect.succeed<Answer>({ _tag: "NotNow", why: unanswered, waitMillis: 0 })
    }),
    Effect.withTracerEnabled(false),
    Effect.provideService(HttpClient.TracerPropagationEnabled, false)
  )

const taken: Answer = { _tag: "Taken" }

const unanswered = `no answer within ${collectorAnswerMillis / 1_000} s`

const mayBeTakenLater: ReadonlySet<number> = new Set([429, 502, 503, 504])

const askedWait = (retryAfter: string | undefined): Effect.Effect<number> =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const asked = Headers.parseRetryAfter(retryAfter ?? "")
    return Result.isFailure(asked) ? 0 : Duration.toMillis(Headers.retryAfterDelay(asked.success, now))
  })

/** The innermost code or message: what `fetch` says itself is only that it failed. */
const causeOf = (error: HttpClientError.HttpClientError): string => {
  let innermost: unknown = error
  for (let inner = causeIn(error.reason); inner !== undefined; inner = causeIn(inner)) innermost = inner
  if (typeof innermost !== "object" || innermost === null) return String(innermost)
  if ("code" in innermost && typeof innermost.code === "string") return innermost.code
  return innermost instanceof Error ? innermost.message : error.message
}

const causeIn = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "cause" in error ? error.cause : undefined
