/** Serves health and metrics over HTTP. */
import { Context, Data, Effect, Layer, Option, Runtime } from "effect"
import type { HttpSettings } from "./HttpSettings.ts"

/** Where a server listens. */
export interface HttpAddress {
  readonly host: string
  readonly port: number
  /** `http://host:port`, to be shown to people. */
  readonly url: string
}

/**
 * Nothing can listen where the user asked.
 *
 * **Errors**: wrong configuration; the process ends with exit code 2.
 */
export class HttpAddressUnusable extends Data.TaggedError("HttpAddressUnusable")<{
  readonly host: string
  readonly port: number
  readonly cause: unknown
}> {
  override readonly [Runtime.errorExitCode] = 2

  override get message(): string {
    return `HTTP_HOST=${this.host}, HTTP_PORT=${this.port}: ${causeOf(this.cause)}`
  }
}

/**
 * Serves `/live`, `/ready`, `/health` and `/metrics`, and says where.
 *
 * **Shape**: `/live` answers 200 while the process runs; `/ready` 200 or 503 with the reasons; `/health` JSON with
 * each part's state, reason and since; `/metrics` Prometheus' text format.
 */
export class HttpApi extends Context.Service<
  HttpApi,
  {
    /** None when HTTP is off. */
    readonly address: Option.Option<HttpAddress>
  }
>()("counterfoil/http/HttpApi") {
  /**
   * Listens for the life of the layer; on a free port where the default one is taken, said aloud in the log.
   *
   * **Errors**: `HttpAddressUnusable` when the port asked for is taken or the host is none of this machine's.
   * **Guarantee**: never holds a stop for more than about a second.
   */
  static readonly layer = (settings: HttpSettings) =>
    settings.port === 0
      ? Layer.succeed(HttpApi, { address: Option.none() })
      : // Imported only here, so that commands that serve nothing start without HTTP's modules.
        Layer.unwrap(
          Effect.promise(() => import("./HttpServer.ts")).pipe(Effect.map(({ serve }) => serve(settings)))
        )
}

/** The error code Node gave, or `undefined`. */
export const codeOf = (cause: unknown): string | undefined =>
  typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string"
    ? cause.code
    : undefined

const causeOf = (cause: unknown): string => {
  switch (codeOf(cause)) {
    case "EADDRINUSE":
      return "the port is taken"
    case "EADDRNOTAVAIL":
      return "the address is none of this machine's"
    case "EACCES":
      return "listening there is not allowed"
    default:
      return cause instanceof Error ? cause.message : "cannot listen there"
  }
}
