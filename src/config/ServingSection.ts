/** What a process shows of itself: over HTTP, in logs, and to OpenTelemetry. */
import { Option } from "effect"
import type { HttpSettings } from "../http/HttpSettings.ts"
import type { TelemetrySettings } from "../telemetry/TelemetrySettings.ts"
import { httpUrl } from "./parsers/AnyText.ts"
import { enumeration } from "./parsers/Enumeration.ts"
import { listenAddress } from "./parsers/HostPort.ts"
import { port } from "./parsers/Integer.ts"
import { section } from "./Section.ts"
import type { LogSettings } from "./Settings.ts"
import { optional, withDefault } from "./Variable.ts"

/** The variables behind {@link HttpSettings}. */
export const httpSection = section({
  title: "Health, metrics and page",
  variables: {
    host: withDefault(
      {
        name: "HTTP_HOST",
        meaning: "The address health, metrics and the page are served on",
        change: "`0.0.0.0` in a container; there is no login, so keep it inside your network",
        see: "`HTTP_PORT`"
      },
      listenAddress,
      "127.0.0.1"
    ),
    port: withDefault(
      {
        name: "HTTP_PORT",
        aliases: ["PORT"],
        meaning: "The port health, metrics and the page are served on; 0: not served",
        change:
          "Several processes share a machine. When it was set and is taken, nothing starts; else a free one is used",
        see: "`HTTP_HOST`"
      },
      port,
      "8080"
    )
  },
  relations: [],
  settings: (values, given): HttpSettings => ({ ...values, portAsked: given.port !== undefined })
})

/** The variables behind {@link LogSettings}. */
export const logSection = section({
  title: "Logs",
  variables: {
    level: withDefault(
      {
        name: "LOG_LEVEL",
        meaning: "The least severe log lines that are written",
        change: "`Debug` to look into something; never in a hurry, it is much more"
      },
      enumeration(["Fatal", "Error", "Warn", "Info", "Debug", "Trace"], "Info"),
      "Info"
    ),
    format: optional(
      {
        name: "LOG_FORMAT",
        meaning: "How log lines are written: for people, or one JSON object each",
        change: "A terminal is recorded by a machine, or the other way round"
      },
      enumeration(["pretty", "json"], "json"),
      "`pretty` on a terminal, else `json`"
    )
  },
  relations: [],
  settings: (values): LogSettings => values
})

/** The variables behind {@link TelemetrySettings}. */
export const telemetrySection = section({
  title: "OpenTelemetry",
  variables: {
    endpoint: optional(
      {
        name: "OTEL_EXPORTER_OTLP_ENDPOINT",
        meaning: "Where traces and metrics go, by OTLP over HTTP; this version sends none yet, and says so",
        change: "There is a collector"
      },
      httpUrl("http://localhost:4318"),
      "nothing is sent"
    )
  },
  relations: [
    {
      of: ["endpoint"],
      severity: "warning",
      broken: ({ endpoint }, given) =>
        Option.isSome(endpoint)
          ? `${given.endpoint} is given, and this version sends nothing yet: /metrics on HTTP_PORT has the metrics`
          : undefined
    }
  ],
  settings: (values): TelemetrySettings => values
})
