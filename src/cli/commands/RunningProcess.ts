/** Asks a running process over HTTP. */
import { Data, Duration, Effect, Layer, Option, Result, Stream } from "effect"
import { Flag } from "effect/cli"
import { httpUrl } from "../../config/parsers/AnyText.ts"
import type { HttpSettings } from "../../http/HttpSettings.ts"
import { parsedFlag } from "../OwnFlags.ts"

/** A running process did not answer, or nobody is there. The command exits 1. */
export class ProcessSilent extends Data.TaggedError("ProcessSilent")<{
  readonly url: string
  readonly why: string
}> {
  override get message(): string {
    return `${this.url}: ${this.why}`
  }
}

/** `--url`: where the running process is. Left out: where this machine's would be. */
export const urlFlag = Flag.optional(
  parsedFlag(
    "url",
    {
      ...httpUrl("http://127.0.0.1:8080"),
      // Only where it is: the path is the command's, and a password in an address ends up in logs.
      parse: (text) =>
        Option.filter(httpUrl("").parse(text), (url) => {
          const { password, search, username } = new URL(url)
          return username === "" && password === "" && search === ""
        }),
      allowed: "an address that begins with http:// or https://, without user and password"
    },
    "Where the running process serves HTTP",
    "from HTTP_HOST and HTTP_PORT"
  )
)

/** The address to ask: the given one, else that of these settings. **Errors**: `ProcessSilent` where HTTP is off. */
export const processUrl = (
  given: Option.Option<string>,
  { host, port }: Pick<HttpSettings, "host" | "port">
): Effect.Effect<string, ProcessSilent> => {
  if (Option.isSome(given)) return Effect.succeed(given.value.replace(/\/+$/, ""))
  // Where a process listens on all addresses, it listens on loopback too.
  const local = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host
  const url = `http://${local.includes(":") ? `[${local}]` : local}:${port}`
  return port === 0
    ? Effect.fail(new ProcessSilent({ url, why: "HTTP is off (HTTP_PORT=0); give --url" }))
    : Effect.succeed(url)
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

/**
 * Gets a path of the process at this address; follows nothing elsewhere.
 *
 * **Errors**: `ProcessSilent`: nobody is there, no answer in time, or more than a Counterfoil answers.
 */
export const askRunning = (
  url: string,
  path: string,
  limits: AskLimits
): Effect.Effect<ProcessAnswer, ProcessSilent> =>
  Effect.gen(function* () {
    // Imported when first needed: a container's probe is started every few seconds, its help now and then.
    const [FetchHttpClient, HttpClient] = yield* Effect.promise(() =>
      Promise.all([import("effect/http/FetchHttpClient"), import("effect/http/HttpClient")])
    )
    const got = Effect.gen(function* () {
      const response = yield* HttpClient.get(`${url}${path}`)
      const chunks: Array<Uint8Array> = []
      let bytes = 0
      yield* Stream.runForEach(response.stream, (chunk) => {
        chunks.push(chunk)
        bytes += chunk.byteLength
        return bytes > limits.bytes ? Effect.fail("too long" as const) : Effect.void
      })
      return { status: response.status, text: Buffer.concat(chunks).toString("utf8") }
    }).pipe(
      Effect.scoped,
      Effect.provide(
        FetchHttpClient.layer.pipe(
          Layer.provideMerge(Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" }))
        )
      ),
      Effect.timeoutOrElse({
        duration: Duration.seconds(limits.seconds),
        orElse: () => Effect.fail("silent" as const)
      }),
      Effect.result
    )
    const result = yield* got
    if (Result.isSuccess(result)) return result.success
    const { failure } = result
    const why =
      failure === "silent"
        ? `did not answer within ${limits.seconds} s`
        : failure === "too long"
          ? "what answers there is no Counterfoil"
          : `nobody answers (${detailOf(failure)}); is it running, and is this its HTTP_HOST and HTTP_PORT?`
    return yield* new ProcessSilent({ url, why })
  })

/** What Node says of a connection that failed: `connect ECONNREFUSED 127.0.0.1:8080`. */
const detailOf = (error: unknown): string => {
  let inner = error
  while (inner instanceof Error && "cause" in inner && inner.cause instanceof Error) inner = inner.cause
  const reason = inner instanceof Error && "reason" in inner ? inner.reason : undefined
  if (reason instanceof Error && reason !== inner) return detailOf(reason)
  return inner instanceof Error ? inner.message || inner.name : "no connection"
}
