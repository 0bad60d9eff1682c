/** `demo`: everything in one process, on embedded parts. */
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { appVersion } from "../../config/AppVersion.ts"
import { durationText } from "../../config/parsers/DurationText.ts"
import { sections } from "../../config/Sections.ts"
import { configured } from "../Configured.ts"
import { jsonFlag, settingFlags, spokenFor } from "../Flags.ts"
import { demoRate } from "../Limits.ts"
import { parsedFlag } from "../OwnFlags.ts"
import { stopsInOrder } from "../ProcessExit.ts"
import { countParser, rateParser, seedFlag } from "./TrafficFlags.ts"

const { processing, http, recorder, telemetry } = sections

const countFlag = (what: "Orders" | "Payments", other: string) => {
  const description = `${what} to publish; ends when all have their fate`
  return Flag.optional(
    parsedFlag(what.toLowerCase(), countParser, description, `0 with --${other}, else no end`)
  )
}

/** `demo [--orders N] [--payments N] [--rate N] [--duration D] [--seed N] [--port N]`. */
export const demoCommand = Command.make(
  "demo",
  {
    orders: countFlag("Orders", "payments"),
    payments: countFlag("Payments", "orders"),
    rate: Flag.optional(
      parsedFlag(
        "rate",
        rateParser,
        "Messages a second",
        `as fast as possible with --orders or --payments, else ${demoRate}`
      )
    ),
    duration: Flag.optional(
      parsedFlag(
        "duration",
        durationText({ min: 1, max: 24 * 3_600_000 }, "1m"),
        "Publish for this long, then end",
        "no end"
      )
    ),
    seed: seedFlag,
    port: Flag.optional(Flag.String("port").pipe(Flag.withDescription("Short for --http-port"))),
    json: jsonFlag,
    flags: settingFlags(http, recorder, telemetry)
  },
  ({ port, flags, ...options }) => {
    const isEndless = ![options.orders, options.payments, options.duration].some((end) =>
      Option.isSome<unknown>(end)
    )
    return configured(
      { processing, http, recorder, telemetry },
      spokenFor(flags, "http-port", port),
      ({ own, settings, shown }) =>
        Effect.gen(function* () {
          const { demo } = yield* Effect.promise(() => import("./Demo.ts"))
          yield* demo({ ...own, ...settings, shown, appVersion })
        }),
      options
    ).pipe(isEndless ? stopsInOrder : (untilItsEnd) => untilItsEnd)
  }
).pipe(Command.withDescription("Show everything in one process, with sample traffic and nothing to install"))
