/** Flags that say which sample traffic to make. */
import type { Flag } from "effect/cli"
import { integer } from "../../config/parsers/Integer.ts"
import { rate } from "../../config/parsers/Rate.ts"
import { type FlagValue, numberFlag } from "../OwnFlags.ts"

/** How many messages to make. */
export const countParser = integer({ min: 0, max: 1_000_000_000 }, "1000")

/** Messages a second. */
export const rateParser = rate

/** The same seed gives the same messages. */
export const seedFlag: Flag.Flag<FlagValue<number>> = numberFlag(
  "seed",
  integer({ min: 0, max: 2 ** 32 - 1 }, "1"),
  "The same seed gives the same messages",
  1
)
