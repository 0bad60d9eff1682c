/** `GET /incident`: an incident file of this moment, to be saved. */
import { Clock, Effect } from "effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { HttpSettings } from "./HttpSettings.ts"
import { incidentHtml, incidentName } from "./IncidentHtml.ts"
import { isMasked, pageRefusal } from "./PageAccess.ts"
import { plainHeaders } from "./PageHeaders.ts"

/** The route; refused as the page is, and where dead letters are hidden, without them and the settings. */
export const incidentRoute = (settings: HttpSettings) =>
  HttpRouter.add(
    "GET",
    "/incident",
    Effect.gen(function* () {
      const { headers } = yield* HttpServerRequest.HttpServerRequest
      const refusal = pageRefusal(settings, headers["host"])
      if (refusal !== undefined) return HttpServerResponse.text(`${refusal}\n`, { status: 403 })
      const { authorization, cookie } = headers
      const html = yield* incidentHtml({ isWhole: !isMasked(settings, { authorization, cookie }) })
      const name = incidentName(yield* Clock.currentTimeMillis)
      return HttpServerResponse.text(html, {
        contentType: "text/html; charset=utf-8",
        headers: { ...plainHeaders, "content-disposition": `attachment; filename="${name}"` }
      })
    }).pipe(
      Effect.catchTag("PageFileUnreadable", ({ message }) =>
        Effect.succeed(HttpServerResponse.text(`${message}\n`, { status: 503 }))
      )
    )
  )
