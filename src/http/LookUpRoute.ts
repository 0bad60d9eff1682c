/** `POST /lookup`: looks an order or a payment up among what the process holds. */
import { ByteSize, Effect, Option, Result, Schema } from "effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { PositiveInt64FromJson } from "../domain/Int64.ts"
import { type LookUp, LookUpAnswer, type LookUpKey } from "../telemetry/LookUp.ts"
import type { HttpSettings } from "./HttpSettings.ts"
import { lookUpBodyBytes } from "./Limits.ts"
import { lookUpRefusal } from "./LookUpAccess.ts"

/**
 * The route. The id stands in the body, and not in the address, which proxies and browsers keep; and what is sent as
 * JSON no page of another origin can send without being asked first.
 *
 * **Shape**: takes `{"order": ID}` or `{"payment": ID}`, ids as text or as numbers that JavaScript holds exactly;
 * answers a `LookUpAnswer`, else `{"error": TEXT}`.
 * **Guarantee**: neither the token nor an id is logged.
 */
export const lookUpRoute = (
  settings: Pick<HttpSettings, "host" | "token">,
  lookUp: () => LookUp | undefined
) =>
  HttpRouter.add(
    "POST",
    "/lookup",
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const { authorization, host } = request.headers
      const refusal = lookUpRefusal(settings, { authorization, host })
      if (refusal !== undefined) return failed(refusal.status, refusal.error)
      if (!/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? ""))
        return failed(415, "the body has to be application/json")
      const body = yield* Effect.option(request.text)
      if (Option.isNone(body))
        return failed(413, `the body may have ${lookUpBodyBytes} bytes, or it was not read`)
      const key = keyIn(body.value)
      if (key === undefined)
        return failed(400, 'the body has to be {"order": "ID"} or {"payment": "ID"}, an id from 1')
      const ask = lookUp()
      if (ask === undefined) return failed(503, "this process has not begun: it waits for Cassandra")
      return HttpServerResponse.jsonUnsafe(yield* Effect.orDie(encode(yield* ask(key))), {
        headers: uncached
      })
    }).pipe(Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(lookUpBodyBytes)))
  )

const encode = Schema.encodeEffect(LookUpAnswer)

const uncached = { "cache-control": "no-store" }

const failed = (status: number, error: string) =>
  HttpServerResponse.jsonUnsafe(
    { error },
    { status, headers: status === 401 ? { ...uncached, "www-authenticate": "Bearer" } : uncached }
  )

const Asked = Schema.Union([
  Schema.Struct({ order: PositiveInt64FromJson }),
  Schema.Struct({ payment: PositiveInt64FromJson })
])

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(Asked))

const keyIn = (text: string): LookUpKey | undefined => {
  const asked = Result.getOrUndefined(decode(text, { onExcessProperty: "error" }))
  if (asked === undefined) return undefined
  return "order" in asked ? { kind: "order", id: asked.order } : { kind: "payment", id: asked.payment }
}
