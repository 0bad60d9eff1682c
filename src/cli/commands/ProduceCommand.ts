/** `produce`: sample traffic on the real topics. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { pubSubSection } from "../../config/PubSubSection.ts"
import { integer } from "../../config/parsers/Integer.ts"
import { share } from "../../config/parsers/Share.ts"
import { configured } from "../Configured.ts"
import { jsonFlag, settingFlags } from "../Flags.ts"
import { numberFlag, parsedFlag } from "../OwnFlags.ts"
import { stopsInOrder } from "../ProcessExit.ts"
import { countParser, rateParser, seedFlag } from "./TrafficFlags.ts"

const shareFlag = (name: string, what: string) => numberFlag(name, share, what, 0)

/** The most that {@link integer} reads: 15 digits. */
const firstIdMax = 999_999_999_999_999

/** `produce orders|payments|all [--count N] [--rate N] …`. */
export const produceCommand = Command.make(
  "produce",
  {
    what: Argument.Literals("what", ["orders", "payments", "all"]).pipe(
      Argument.withDescription("Which messages to publish: orders, payments or all")
    ),
    count: Flag.optional(
      parsedFlag("count", countParser, "Messages of each kind", "no end, until it is stopped")
    ),
    rate: numberFlag("rate", rateParser, "Messages a second", 100),
    unmatched: shareFlag("unmatched", "Share of payments whose order never comes"),
    early: shareFlag("early", "Share of payments published before their order"),
    duplicates: shareFlag("duplicates", "Share of messages published twice"),
    poison: shareFlag("poison", "Share of messages followed by one that cannot be read"),
    firstId: numberFlag("first-id", integer({ min: 1, max: firstIdMax }, "1"), "The first order's id", 1),
    seed: seedFlag,
    json: jsonFlag,
    flags: settingFlags(pubSubSection)
  },
  ({ flags, ...options }) =>
    configured(
      { pubSub: pubSubSection },
      flags,
      ({ own, settings }) =>
        Effect.gen(function* () {
          const { produce } = yield* Effect.promise(() => import("./Produce.ts"))
          yield* produce({ ...own, ...settings })
        }),
      options
    ).pipe(Option.isNone(options.count) ? stopsInOrder : (untilPublished) => untilPublished)
).pipe(Command.withDescription("Publish sample orders and payments, the same for the same seed"))
