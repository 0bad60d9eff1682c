/** Asks a running process over HTTP. */
import { Data, Effect, Option } from "effect"
import { Flag } from "effect/cli"
import { httpUrl } from "../../config/parsers/AnyText.ts"
import type { HttpSettings } from "../../http/HttpSettings.ts"
import { parsedFlag } from "../OwnFlags.ts"
import { type AskLimits, askProcessAt, type ProcessAnswer, type ProcessRequest } from "./ProcessRequest.ts"

/** A running process did not answer, or nobody is there. The command exits 1. */
export class ProcessSilent extends Data.TaggedError("ProcessSilent")<{
  readonly url: string
  readonly why: string
}> {
  override get message(): string {
    return `${this.url}: ${this.why}`
  }
}

/** `--url`: where the running process is. Left out: where this machine's would be. */
export const urlFlag = Flag.optional(
  parsedFlag(
    "url",
    {
      ...httpUrl("http://127.0.0.1:8080"),
      // Only where it is: the path is the command's, and a password in an address ends up in logs.
      parse: (text) =>
        Option.filter(httpUrl("").parse(text), (url) => {
          const { password, search, username } = new URL(url)
          return username === "" && password === "" && search === ""
        }),
      allowed: "an address that begins with http:// or https://, without user and password"
    },
    "Where the running process serves HTTP",
    "from HTTP_HOST and HTTP_PORT"
  )
)

/** The address to ask: the given one, else that of these settings. **Errors**: `ProcessSilent` where HTTP is off. */
export const processUrl = (
  given: Option.Option<string>,
  { host, port }: Pick<HttpSettings, "host" | "port">
): Effect.Effect<string, ProcessSilent> => {
  if (Option.isSome(given)) return Effect.succeed(given.value.replace(/\/+$/, ""))
  // Where a process listens on all addresses, it listens on loopback too.
  const local = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host
  const url = `http://${local.includes(":") ? `[${local}]` : local}:${port}`
  return port === 0
    ? Effect.fail(new ProcessSilent({ url, why: "HTTP is off (HTTP_PORT=0); give --url" }))
    : Effect.succeed(url)
}

/**
 * Asks the process at this address.
 *
 * **Errors**: `ProcessSilent`: nobody is there, no whole answer in time, or more than a Counterfoil answers.
 */
export const askRunning = (
  url: string,
  request: ProcessRequest,
  limits: AskLimits
): Effect.Effect<ProcessAnswer, ProcessSilent> =>
  Effect.mapError(askProcessAt(url, request, limits), ({ reason, why }) => {
    const advice = reason === "nobody" ? "; is it running, and is this its HTTP_HOST and HTTP_PORT?" : ""
    return new ProcessSilent({ url, why: `${why}${advice}` })
  })
