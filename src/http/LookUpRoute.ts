/** `POST /lookup`: looks an order or a payment up in a process, and for the page in the table too. */
import { ByteSize, Effect, Option, Result, Schema } from "effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { PositiveInt64FromJson } from "../domain/Int64.ts"
import { LookUpAnswer, type LookUpKey } from "../telemetry/LookUp.ts"
import type { LookUps } from "./HttpApi.ts"
import type { HttpSettings } from "./HttpSettings.ts"
import { lookUpBodyBytes } from "./Limits.ts"
import { lookUpRefusal } from "./LookUpAccess.ts"
import { type RowWanted, storedPlaces } from "./StoredPlaces.ts"

/**
 * The route. The id stands in the body, and not in the address, which proxies and browsers keep; and what is sent as
 * JSON no page of another origin can send without being asked first.
 *
 * **Shape**: takes `{"order": ID}` or `{"payment": ID}`, ids as text or as numbers that JavaScript holds exactly;
 * answers a `LookUpAnswer`, else `{"error": TEXT}`. With `"row": "masked"` or `"row": "shown"`, as the page asks, the
 * answer has the members of `StoredPlaces` too; only `shown` has personal data.
 * **Guarantee**: neither the token nor an id is logged.
 */
export const lookUpRoute = (
  settings: Pick<HttpSettings, "host" | "token">,
  lookUps: () => LookUps | undefined
) =>
  HttpRouter.add(
    "POST",
    "/lookup",
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const { authorization, cookie, host } = request.headers
      const refusal = lookUpRefusal(settings, { authorization, cookie, host })
      if (refusal !== undefined) return failed(refusal.status, refusal.error)
      if (!/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? ""))
        return failed(415, "the body has to be application/json")
      const body = yield* Effect.option(request.text)
      if (Option.isNone(body))
        return failed(413, `the body may have ${lookUpBodyBytes} bytes, or it was not read`)
      const asked = askedIn(body.value)
      if (asked === undefined)
        return failed(400, 'the body has to be {"order": "ID"} or {"payment": "ID"}, an id from 1')
      const ask = lookUps()
      if (ask === undefined) return failed(503, "this process has not begun: it waits for Cassandra")
      const { key, row } = asked
      // Before the table: what is settled meanwhile is found there.
      const held = yield* Effect.orDie(encode(yield* ask.held(key)))
      const stored = row === undefined ? {} : yield* storedPlaces(key, ask.rows, row)
      return HttpServerResponse.jsonUnsafe({ ...held, ...stored }, { headers: uncached })
    }).pipe(Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(lookUpBodyBytes)))
  )

const encode = Schema.encodeEffect(LookUpAnswer)

const uncached = { "cache-control": "no-store" }

const failed = (status: number, error: string) =>
  HttpServerResponse.jsonUnsafe(
    { error },
    { status, headers: status === 401 ? { ...uncached, "www-authenticate": "Bearer" } : uncached }
  )

const row = Schema.optionalKey(Schema.Literals(["masked", "shown"]))

const Asked = Schema.Union([
  Schema.Struct({ order: PositiveInt64FromJson, row }),
  Schema.Struct({ payment: PositiveInt64FromJson, row })
])

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(Asked))

const askedIn = (
  text: string
): { readonly key: LookUpKey; readonly row: RowWanted | undefined } | undefined => {
  const asked = Result.getOrUndefined(decode(text, { onExcessProperty: "error" }))
  if (asked === undefined) return undefined
  const key: LookUpKey =
    "order" in asked ? { kind: "order", id: asked.order } : { kind: "payment", id: asked.payment }
  return { key, row: asked.row }
}
