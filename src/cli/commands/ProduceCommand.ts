/** `produce`: sample traffic on the real topics. */
import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { pubSubSection } from "../../config/PubSubSection.ts"
import { integer } from "../../config/parsers/Integer.ts"
import { share } from "../../config/parsers/Share.ts"
import { configured } from "../Configured.ts"
import { jsonFlag, parsedFlag, settingFlags } from "../Flags.ts"
import { countParser, rateParser, seedFlag } from "./TrafficFlags.ts"

const shareFlag = (name: string, what: string) => parsedFlag(name, share, what).pipe(Flag.withDefault(0))

/** `produce orders|payments|all [--count N] [--rate N] …`. */
export const produceCommand = Command.make(
  "produce",
  {
    what: Argument.Literals("what", ["orders", "payments", "all"]).pipe(
      Argument.withDescription("Which messages to publish")
    ),
    count: Flag.optional(
      parsedFlag("count", countParser, "Orders, and as many payments; where none is given, until stopped")
    ),
    rate: parsedFlag("rate", rateParser, "Messages a second").pipe(Flag.withDefault(100)),
    unmatched: shareFlag("unmatched", "Share of payments whose order never comes"),
    early: shareFlag("early", "Share of payments published before their order"),
    duplicates: shareFlag("duplicates", "Share of messages published twice"),
    poison: shareFlag("poison", "Share of messages followed by one that cannot be read"),
    firstId: parsedFlag(
      "first-id",
      integer({ min: 1, max: Number.MAX_SAFE_INTEGER }, "1"),
      "The first order's id"
    ).pipe(Flag.withDefault(1)),
    seed: seedFlag,
    json: jsonFlag,
    flags: settingFlags(pubSubSection)
  },
  ({ flags, ...options }) =>
    configured({ pubSub: pubSubSection }, flags, ({ settings }) =>
      Effect.gen(function* () {
        const { produce } = yield* Effect.promise(() => import("./Produce.ts"))
        yield* produce({ ...options, ...settings })
      })
    )
).pipe(Command.withDescription("Publish sample orders and payments, the same for the same seed"))
