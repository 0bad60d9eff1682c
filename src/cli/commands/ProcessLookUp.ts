/** Asks a running process over HTTP what it holds of an order or a payment. */
import { Data, Effect, Layer, Option, type Redacted, Schema, Stream } from "effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import { LookUpAnswer, type LookUpKey } from "../../telemetry/LookUp.ts"
import { lookUpAnswerBytes } from "../Limits.ts"
import { withServerTimeout } from "./ServerTimeout.ts"

/** What came of asking. */
export type AskedProcess =
  | { readonly _tag: "Answered"; readonly answer: LookUpAnswer }
  /** Nobody listens there, or it is no Counterfoil. */
  | { readonly _tag: "Nobody"; readonly why: string }
  /** A process that did not answer, or would not. */
  | { readonly _tag: "Failed"; readonly why: string }

/** Asks. **Guarantee**: reads a bounded answer, follows nothing elsewhere, and sends the token to this address alone. */
export const askProcess = (
  url: string,
  key: LookUpKey,
  token: Redacted.Redacted | undefined
): Effect.Effect<AskedProcess> =>
  Effect.gen(function* () {
    const request = HttpClientRequest.post(`${url}/lookup`).pipe(
      HttpClientRequest.bodyJsonUnsafe({ [key.kind]: String(key.id) }),
      token === undefined ? (plain) => plain : HttpClientRequest.bearerToken(token)
    )
    const response = yield* HttpClient.execute(request)
    const text = yield* boundedText(response)
    if (response.status === 200) {
      const answer = decodeAnswer(text)
      return Option.isSome(answer) ? answered(answer.value) : noCounterfoil
    }
    const error = Option.getOrUndefined(decodeError(text))?.error
    if (error === undefined) return noCounterfoil
    return failed(response.status === 401 ? `${error}; set HTTP_TOKEN to that of the process` : error)
  }).pipe(
    withServerTimeout("it"),
    Effect.scoped,
    Effect.catchTags({
      ServerSilent: ({ message }) => Effect.succeed(failed(message)),
      AnswerTooLong: () => Effect.succeed(noCounterfoil),
      HttpClientError: ({ reason }) =>
        Effect.succeed(
          reason._tag === "TransportError"
            ? nobody(`nobody answers (${detailOf(reason.cause)})`)
            : failed(`its answer ended before its end (${reason._tag})`)
        )
    }),
    Effect.provide(
      FetchHttpClient.layer.pipe(
        Layer.provideMerge(Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" }))
      )
    )
  )

const answered = (answer: LookUpAnswer): AskedProcess => ({ _tag: "Answered", answer })
const failed = (why: string): AskedProcess => ({ _tag: "Failed", why })
const nobody = (why: string): AskedProcess => ({ _tag: "Nobody", why })

const noCounterfoil = nobody("what answers there is no Counterfoil that takes look-ups")

const decodeAnswer = Schema.decodeUnknownOption(Schema.fromJsonString(LookUpAnswer))
const decodeError = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ error: Schema.String })))

/** More than a process answers: it is somebody else. */
class AnswerTooLong extends Data.TaggedError("AnswerTooLong") {}

const boundedText = Effect.fnUntraced(function* (response: HttpClientResponse.HttpClientResponse) {
  const chunks: Array<Uint8Array> = []
  let bytes = 0
  yield* Stream.runForEach(response.stream, (chunk) => {
    chunks.push(chunk)
    bytes += chunk.byteLength
    return bytes > lookUpAnswerBytes ? Effect.fail(new AnswerTooLong()) : Effect.void
  })
  return Buffer.concat(chunks).toString("utf8")
})

/** What Node says of a connection that failed: `connect ECONNREFUSED 127.0.0.1:8080`. */
const detailOf = (cause: unknown): string => {
  let inner = cause
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause
  return inner instanceof Error ? inner.message || inner.name : "no connection"
}
