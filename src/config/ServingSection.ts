/** What a process reports about itself: over HTTP, and in logs. */
import { Option, Redacted } from "effect"
import { isLoopback } from "../http/HostName.ts"
import type { HttpSettings } from "../http/HttpSettings.ts"
import { tokenText } from "./parsers/AnyText.ts"
import { enumeration } from "./parsers/Enumeration.ts"
import { listenAddress } from "./parsers/HostPort.ts"
import { port } from "./parsers/Integer.ts"
import { section } from "./Section.ts"
import type { LogSettings } from "./Settings.ts"
import { optional, withDefault } from "./Variable.ts"

/** The variables behind {@link HttpSettings}. */
export const httpSection = section({
  title: "Health and metrics",
  variables: {
    host: withDefault(
      {
        name: "HTTP_HOST",
        meaning: "The address on which health, metrics and the page are served",
        change:
          "The process runs in a container (`0.0.0.0`). Health, metrics and the figures of the page have no login, so keep it inside your network",
        see: "`HTTP_PORT`, `HTTP_TOKEN`"
      },
      listenAddress,
      "127.0.0.1"
    ),
    port: withDefault(
      {
        name: "HTTP_PORT",
        aliases: ["PORT"],
        meaning: "The port on which health, metrics and the page are served; with 0 they are not served",
        change:
          "Several processes share a machine. If it was set and the port is taken, nothing starts; if it was not set, a free port is used",
        see: "`HTTP_HOST`"
      },
      port,
      "8080"
    ),
    token: optional(
      {
        name: "HTTP_TOKEN",
        meaning:
          "What whoever looks a message up in the process has to know: `run` asks for it, `where` and `incident` send it. Beyond loopback it also opens dead letters, with their ids, on the page (`POST /login`) and in `/frames`, and dead letters and settings in `/incident`; on loopback all of these are shown without it. It is never shown. Prefer the variable: other users of the machine can see a flag",
        change:
          "`HTTP_HOST` is not loopback, and you want to ask with `counterfoil where` or to see dead letters on the page. It is sent in clear text, so keep it inside your network",
        see: "`HTTP_HOST`",
        secret: true
      },
      tokenText,
      "look-ups are answered, and dead letters shown, on loopback only"
    )
  },
  relations: [
    {
      of: ["host", "port"],
      severity: "warning",
      broken: ({ host, port }, given) =>
        given.port === "PORT" && port !== 0 && isLoopback(host)
          ? `PORT=${port} is what a platform sets that sends requests to this process, and HTTP_HOST=${host} is reached from this machine alone: set HTTP_HOST=0.0.0.0 (and HTTP_TOKEN, for look-ups and dead letters); where it is meant so, set HTTP_PORT=${port}`
          : undefined
    }
  ],
  settings: ({ host, port, token }, given): HttpSettings => ({
    host,
    port,
    portAsked: given.port !== undefined,
    token: Option.getOrUndefined(Option.map(token, Redacted.make))
  })
})

/** The variables behind {@link LogSettings}. */
export const logSection = section({
  title: "Logs",
  variables: {
    level: withDefault(
      {
        name: "LOG_LEVEL",
        meaning: "The lowest level of log lines that are written",
        change: "You look for the cause of a problem (`Debug`, which writes many more lines)"
      },
      enumeration(["Fatal", "Error", "Warn", "Info", "Debug", "Trace"], "Info"),
      "Info"
    ),
    format: optional(
      {
        name: "LOG_FORMAT",
        meaning: "How log lines are written: `pretty` for people, or `json`, one object a line",
        change: "A program reads what is written to a terminal, or a person reads a file"
      },
      enumeration(["pretty", "json"], "json"),
      "`pretty` on a terminal, else `json`"
    )
  },
  relations: [],
  settings: (values): LogSettings => values
})
