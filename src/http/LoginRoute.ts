/** `POST /login`: whoever knows HTTP_TOKEN sees dead letters on the page beyond loopback. */
import { ByteSize, Effect, Option, Schema } from "effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { HttpSettings } from "./HttpSettings.ts"
import { loginBodyBytes } from "./Limits.ts"
import { pageRefusal } from "./PageAccess.ts"
import { plainHeaders } from "./PageHeaders.ts"
import { isToken, proofOf } from "./Token.ts"

/**
 * The route. What it takes is JSON, which no page of another origin can send without being asked first.
 *
 * **Shape**: takes `{"token": TEXT}`; 204 and a cookie that scripts cannot read and other sites do not send; 401, 403 or
 * 400 with the reason as text.
 * **Guarantee**: the token is neither logged nor in the cookie.
 */
export const loginRoute = (settings: HttpSettings) =>
  HttpRouter.add(
    "POST",
    "/login",
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const refusal = pageRefusal(settings, request.headers["host"])
      if (refusal !== undefined) return refused(403, refusal)
      const { token } = settings
      if (token === undefined) return refused(403, "HTTP_TOKEN is not set: there is nothing to log in with")
      const isJson = /^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? "")
      const body = isJson ? yield* Effect.option(request.text) : Option.none()
      const given = Option.flatMap(body, decode)
      if (Option.isNone(given)) return refused(400, 'the body has to be {"token": "…"} as application/json')
      if (!isToken(token, given.value.token)) return refused(401, "that is not HTTP_TOKEN")
      const cookie = `counterfoil=${proofOf(token)}; HttpOnly; SameSite=Strict; Path=/`
      return HttpServerResponse.empty({ status: 204, headers: { ...plainHeaders, "set-cookie": cookie } })
    }).pipe(Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(loginBodyBytes)))
  )

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ token: Schema.String })))

const refused = (status: number, why: string) =>
  HttpServerResponse.text(`${why}\n`, { status, headers: plainHeaders })
