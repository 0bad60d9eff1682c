/** Serves health and metrics over HTTP, for the life of a layer. */
import { Effect, Layer, Option } from "effect"
import { HttpApi } from "./HttpApi.ts"
import type { HttpSettings } from "./HttpSettings.ts"

/**
 * Listens for the life of the layer; on a free port where the default one is taken, which is logged.
 *
 * **Errors**: `HttpAddressUnusable` when the port asked for is taken or the host is none of this machine's.
 * **Guarantee**: never holds a stop for more than about a second.
 */
export const layerHttpApi = (settings: HttpSettings) =>
  settings.port === 0
    ? Layer.succeed(HttpApi, { address: Option.none(), answerLookUps: () => Effect.void })
    : // Imported only here, so that commands that serve nothing start without HTTP's modules.
      Layer.unwrap(
        Effect.promise(() => import("./HttpServer.ts")).pipe(Effect.map(({ serve }) => serve(settings)))
      )
