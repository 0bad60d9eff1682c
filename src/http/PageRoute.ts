/** `GET /` and `GET /page/FILE`: the page, for browsers; for others, the paths there are. */
import { Effect, Layer } from "effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { HttpSettings } from "./HttpSettings.ts"
import { pageRefusal } from "./PageAccess.ts"
import { isPageFile, readPageFile } from "./PageFiles.ts"
import { pagePolicy, plainHeaders } from "./PageHeaders.ts"

/** The routes. `paths`: what is told to whoever asks for `/` and wants no HTML. */
export const pageRoute = (settings: HttpSettings, paths: string) =>
  Layer.merge(
    HttpRouter.add(
      "GET",
      "/",
      Effect.gen(function* () {
        const { headers } = yield* HttpServerRequest.HttpServerRequest
        if (!headers["accept"]?.includes("text/html")) return HttpServerResponse.text(paths)
        return yield* shown(settings, "index.html")
      })
    ),
    HttpRouter.add(
      "GET",
      "/page/:file",
      Effect.gen(function* () {
        const { file = "" } = yield* HttpRouter.params
        return isPageFile(file)
          ? yield* shown(settings, file)
          : HttpServerResponse.text("The page has no such file.\n", { status: 404 })
      })
    )
  )

const shown = Effect.fnUntraced(
  function* (settings: HttpSettings, name: string) {
    const { headers } = yield* HttpServerRequest.HttpServerRequest
    const refusal = pageRefusal(settings, headers["host"])
    if (refusal !== undefined) return HttpServerResponse.text(`${refusal}\n`, { status: 403 })
    const { contentType, text } = yield* readPageFile(name)
    return HttpServerResponse.text(text, {
      contentType,
      headers: { ...plainHeaders, "content-security-policy": pagePolicy }
    })
  },
  Effect.catchTag("PageFileUnreadable", ({ isMissing, message }) =>
    Effect.succeed(HttpServerResponse.text(`${message}\n`, { status: isMissing ? 404 : 503 }))
  )
)
