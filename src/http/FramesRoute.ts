/** `GET /frames?since=N`: what the recorder has after frame N. */
import { Effect } from "effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Recorder } from "../telemetry/Recorder.ts"
import type { HttpSettings } from "./HttpSettings.ts"
import { isMasked, pageRefusal } from "./PageAccess.ts"
import { plainHeaders } from "./PageHeaders.ts"

/**
 * The route.
 *
 * **Shape**: 200 with the JSON of `Recorder.recording`; 400 where N is no frame's number; 403 where the page is not to be
 * shown. A longer recording takes several requests: as long as `hasMore`, the next one asks with `since=next`.
 */
export const framesRoute = (settings: HttpSettings) =>
  HttpRouter.add(
    "GET",
    "/frames",
    Effect.gen(function* () {
      const { headers, url } = yield* HttpServerRequest.HttpServerRequest
      const refusal = pageRefusal(settings, headers["host"])
      if (refusal !== undefined) return HttpServerResponse.text(`${refusal}\n`, { status: 403 })
      const since = sinceOf(url)
      if (since === undefined)
        return HttpServerResponse.text("since has to be the number of a frame: 0, or the last `next`\n", {
          status: 400
        })
      const { authorization, cookie } = headers
      const deadLetters = isMasked(settings, { authorization, cookie }) ? "hidden" : "shown"
      const { recording } = yield* Recorder
      return HttpServerResponse.text(recording({ since, deadLetters }), {
        contentType: "application/json",
        headers: plainHeaders
      })
    })
  )

const sinceOf = (url: string): number | undefined => {
  const text = new URL(url, "http://localhost").searchParams.get("since") ?? "0"
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
