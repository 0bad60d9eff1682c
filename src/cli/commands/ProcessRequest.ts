/** One request to a running process over HTTP. */
import { Data, Duration, Effect, Layer, type Redacted, Stream } from "effect"

/** What is asked. */
export interface ProcessRequest {
  readonly path: string
  /** What shows the process that one may ask; undefined: nothing. */
  readonly token?: Redacted.Redacted | undefined
  /** Where there is one, it is sent as JSON, by POST. */
  readonly body?: unknown
}

/** What a process answered. */
export interface ProcessAnswer {
  readonly status: number
  readonly text: string
}

/** How much is read of an answer, and for how long it is waited for. */
export interface AskLimits {
  readonly seconds: number
  readonly bytes: number
}

/** There is no whole answer. `too long`: it is longer than what a Counterfoil answers. */
export class NoAnswer extends Data.TaggedError("NoAnswer")<{
  readonly reason: "nobody" | "too late" | "too long" | "cut"
  /** For people. */
  readonly why: string
}> {}

/**
 * Asks.
 *
 * **Errors**: `NoAnswer`.
 * **Guarantee**: reads a bounded answer, follows nothing elsewhere, and sends the token to this address alone.
 */
export const askProcessAt = (
  url: string,
  { body, path, token }: ProcessRequest,
  limits: AskLimits
): Effect.Effect<ProcessAnswer, NoAnswer> =>
  Effect.gen(function* () {
    // Imported when first needed: a container's probe is started every few seconds, its help now and then.
    const [FetchHttpClient, HttpClient, HttpClientRequest] = yield* Effect.promise(() =>
      Promise.all([
        import("effect/http/FetchHttpClient"),
        import("effect/http/HttpClient"),
        import("effect/http/HttpClientRequest")
      ])
    )
    const plain =
      body === undefined
        ? HttpClientRequest.get(`${url}${path}`)
        : HttpClientRequest.bodyJsonUnsafe(HttpClientRequest.post(`${url}${path}`), body)
    const request = token === undefined ? plain : HttpClientRequest.bearerToken(plain, token)
    return yield* Effect.gen(function* () {
      const response = yield* HttpClient.execute(request)
      const chunks: Array<Uint8Array> = []
      let bytes = 0
      yield* Stream.runForEach(response.stream, (chunk) => {
        chunks.push(chunk)
        bytes += chunk.byteLength
        return bytes > limits.bytes ? Effect.fail(tooLong) : Effect.void
      })
      return { status: response.status, text: Buffer.concat(chunks).toString("utf8") }
    }).pipe(
      Effect.scoped,
      Effect.catchTag("HttpClientError", ({ reason }) =>
        Effect.fail(
          reason._tag === "TransportError"
            ? new NoAnswer({ reason: "nobody", why: `nobody answers (${detailOf(reason.cause)})` })
            : new NoAnswer({ reason: "cut", why: `its answer ended before its end (${reason._tag})` })
        )
      ),
      Effect.provide(
        FetchHttpClient.layer.pipe(
          Layer.provideMerge(Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" }))
        )
      )
    )
  }).pipe(
    Effect.timeoutOrElse({
      duration: Duration.seconds(limits.seconds),
      orElse: () =>
        Effect.fail(new NoAnswer({ reason: "too late", why: `did not answer within ${limits.seconds} s` }))
    })
  )

const tooLong = new NoAnswer({ reason: "too long", why: "what answers there is no Counterfoil" })

/** What Node says of a connection that failed: `connect ECONNREFUSED 127.0.0.1:8080`. */
const detailOf = (cause: unknown): string => {
  let inner = cause
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause
  return inner instanceof Error ? inner.message || inner.name : "no connection"
}
