/** `GET /incident`: an incident file of this moment, to be saved. */
import { toServerResponse } from "@effect/platform-node/NodeHttpServerRequest"
import { Clock, Duration, Effect } from "effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { HttpSettings } from "./HttpSettings.ts"
import { incidentHtml, incidentName } from "./IncidentHtml.ts"
import { incidentAnswerMillis, incidentAnswersMax } from "./Limits.ts"
import { isMasked, pageRefusal } from "./PageAccess.ts"
import { plainHeaders } from "./PageHeaders.ts"

/**
 * The route; refused as the page is, and where dead letters are hidden, without them and the settings.
 *
 * **Guarantee**: at most `incidentAnswersMax` answers at once, however slowly they are read, and each for
 * `incidentAnswerMillis` at most; one more is refused with 503.
 */
export const incidentRoute = (settings: HttpSettings) => {
  let underWay = 0
  return HttpRouter.add(
    "GET",
    "/incident",
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const { authorization, cookie, host } = request.headers
      const refusal = pageRefusal(settings, host)
      if (refusal !== undefined) return HttpServerResponse.text(`${refusal}\n`, { status: 403 })
      if (underWay >= incidentAnswersMax) return busy
      const response = toServerResponse(request)
      // Nobody is there any more, and nothing would say so a second time.
      if (response.closed) return busy
      underWay++
      // It closes after its last byte, and with its connection: whichever comes first.
      response.once("close", () => {
        underWay--
      })
      // supervised: it ends with the request, whose scope is closed after the last byte
      yield* Effect.forkScoped(
        Effect.andThen(
          Effect.sleep(Duration.millis(incidentAnswerMillis)),
          Effect.sync(() => response.destroy())
        )
      )
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
}

const busy = HttpServerResponse.text(
  `${incidentAnswersMax} incident files are being read from this process: try again when one of them has been read\n`,
  { status: 503 }
)
