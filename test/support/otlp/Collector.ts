/** A collector for tests: takes what is sent to it, decodes it, or behaves badly. */
import { createServer, type Server } from "node:http"
import { Effect, type Scope } from "effect"
import { metricsIn, type SentMetrics, type SentSpan, spansIn } from "./OtlpDecoder.ts"

/** How it treats a request. */
export type Manner = "takes" | "refuses" | "overloaded" | "away" | "silent"

/** A request as it came. */
export interface SentRequest {
  readonly path: string
  readonly contentType: string
  readonly headers: Headers
}

/** A collector. */
export class Collector {
  /** How it treats requests from now on. */
  manner: Manner = "takes"
  /** All requests, also those that it did not take. */
  readonly requests: Array<SentRequest> = []
  readonly spans: Array<SentSpan> = []
  /** The metrics of each request that it took. */
  readonly metrics: Array<SentMetrics> = []

  /** Stands in for `fetch`: no network, and no time passes. */
  readonly fetch = async (url: URL | RequestInfo, init: RequestInit = {}): Promise<Response> => {
    const request = new Request(url, init)
    const body = new Uint8Array(await request.arrayBuffer())
    if (this.manner === "away") throw new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } })
    const status = this.answer(new URL(request.url).pathname, request.headers, body)
    if (status !== undefined) return new Response(null, { status })
    return new Promise((_, reject) =>
      init.signal?.addEventListener("abort", () => reject(init.signal?.reason))
    )
  }

  /** The status of the answer; undefined where there is none. */
  answer(path: string, headers: Headers, body: Uint8Array): number | undefined {
    const contentType = headers.get("content-type") ?? ""
    this.requests.push({ path, contentType, headers })
    if (this.manner === "silent") return undefined
    if (this.manner === "overloaded") return 503
    if (this.manner === "refuses") return 401
    if (path.endsWith("/v1/traces")) this.spans.push(...spansIn(contentType, body))
    else if (path.endsWith("/v1/metrics")) this.metrics.push(metricsIn(contentType, body))
    else return 404
    return 200
  }
}

/** A collector that listens on a port of its own, for the life of the scope, and its address. */
export const listeningCollector: Effect.Effect<
  { readonly collector: Collector; readonly url: string },
  never,
  Scope.Scope
> = Effect.gen(function* () {
  const collector = new Collector()
  const server = yield* Effect.acquireRelease(
    Effect.promise(() => listen(collector)),
    (open) =>
      Effect.promise(() => {
        open.closeAllConnections()
        return new Promise((resolve) => open.close(resolve))
      })
  )
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the collector has no port")
  return { collector, url: `http://127.0.0.1:${address.port}` }
})

const listen = (collector: Collector): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer(async (request, response) => {
      const chunks: Array<Uint8Array> = []
      for await (const chunk of request) chunks.push(chunk)
      const body = Buffer.concat(chunks)
      const headers = new Headers(Object.entries(request.headers).map(([key, value]) => [key, String(value)]))
      const status = collector.answer(request.url ?? "", headers, body)
      if (status !== undefined) response.writeHead(status).end()
    })
    server.listen(0, "127.0.0.1", () => resolve(server))
  })
