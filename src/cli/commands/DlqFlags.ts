/** Flags that the commands on dead letters share. */
import { Clock, Duration, Effect, Option } from "effect"
import { Flag } from "effect/cli"
import { cassandraSection } from "../../config/CassandraSection.ts"
import type { Parser } from "../../config/Parser.ts"
import { processingSection } from "../../config/ProcessingSection.ts"
import { pubSubSection } from "../../config/PubSubSection.ts"
import { durationText } from "../../config/parsers/DurationText.ts"
import { int64Text } from "../../config/parsers/Int64Text.ts"
import { integer } from "../../config/parsers/Integer.ts"
import { withPreset } from "../../config/Section.ts"
import { deadLetterReasons } from "../../domain/Fate.ts"
import { type DeadLetterFilter, unknownReason } from "../../ingest/DeadLetterFilter.ts"
import type { FailuresAllowed } from "../../ingest/RedrivePace.ts"
import { microsOf, rfc3339 } from "../../time/Rfc3339.ts"
import { settingFlags } from "../Flags.ts"
import { parsedFlag } from "../OwnFlags.ts"
import { demoPubSub, demoTable } from "./DemoSettings.ts"

/** What the commands on dead letters read of the configuration. */
export const dlqSections = {
  pubSub: withPreset(pubSubSection, demoPubSub),
  cassandra: withPreset(cassandraSection, demoTable),
  processing: processingSection
}

/** Flags for the variables of Pub/Sub and Cassandra; of the others only `MAX_ROW_BYTES` matters, as a variable. */
export const dlqSettingFlags = settingFlags(dlqSections.pubSub, dlqSections.cassandra)

/** The same for the commands that need no fact table. */
export const dlqTopicSections = { pubSub: dlqSections.pubSub }

/** Flags for the variables of Pub/Sub. */
export const dlqTopicFlags = settingFlags(dlqSections.pubSub)

/** What the user asked for; `since` may still be a duration before now. */
export interface FilterTexts {
  readonly reason: Option.Option<ReadonlyArray<string>>
  readonly orderId: Option.Option<bigint>
  readonly paymentId: Option.Option<bigint>
  readonly since: Option.Option<Since>
  readonly text: Option.Option<string>
  readonly path: Option.Option<string>
}

type Since =
  | { readonly _tag: "At"; readonly micros: number }
  | { readonly _tag: "Ago"; readonly millis: number }

const reasonNames: ReadonlyArray<string> = [...deadLetterReasons, unknownReason]

const reasons: Parser<ReadonlyArray<string>> = {
  parse: (text) =>
    Option.liftPredicate((names: ReadonlyArray<string>) => names.every((name) => reasonNames.includes(name)))(
      text.split(",").map((name) => name.trim().toLowerCase())
    ),
  allowed: `one or more of ${reasonNames.join(", ")}, separated by commas`,
  example: "unmatched-payment"
}

const ago = durationText({ min: 0, max: 31 * 86_400_000 }, "2h")

const since: Parser<Since> = {
  parse: (text) => {
    const micros = microsOf(text)
    return micros === undefined
      ? Option.map(ago.parse(text), (duration) => ({ _tag: "Ago", millis: Duration.toMillis(duration) }))
      : Option.some({ _tag: "At", micros })
  },
  allowed: "a duration before now (2h), or a time (2026-11-26T00:41:00Z)",
  example: "2h"
}

/** Takes a text to look for. Every letter contains the empty one: a discard would take all of them. */
const nonEmpty = (example: string): Parser<string> => ({
  parse: Option.liftPredicate((text: string) => text.trim() !== ""),
  allowed: "any text that is not empty",
  example
})

/** The filters of every command on dead letters. */
export const filterFlags = {
  reason: Flag.optional(parsedFlag("reason", reasons, "Only those given up for this reason", "any")),
  orderId: Flag.optional(parsedFlag("order-id", int64Text, "Only those of this order", "any")),
  paymentId: Flag.optional(parsedFlag("payment-id", int64Text, "Only those of this payment", "any")),
  since: Flag.optional(
    parsedFlag("since", since, "Only those that came into the dead-letter topic since then", "any")
  ),
  text: Flag.optional(parsedFlag("text", nonEmpty("Visa"), "Only those whose data contains this", "any")),
  path: Flag.optional(
    parsedFlag("path", nonEmpty("price"), "Only those whose first wrong field is this", "any")
  )
}

/** The filter that the flags ask for. */
export const filterOf = (asked: FilterTexts): Effect.Effect<DeadLetterFilter> =>
  Effect.map(Clock.currentTimeMillis, (now) => ({
    reasons: Option.getOrUndefined(Option.map(asked.reason, (names) => new Set(names))),
    orderId: Option.getOrUndefined(Option.map(asked.orderId, String)),
    paymentId: Option.getOrUndefined(Option.map(asked.paymentId, String)),
    sinceMicros: Option.getOrUndefined(
      Option.map(asked.since, (one) => (one._tag === "At" ? one.micros : (now - one.millis) * 1000))
    ),
    text: Option.getOrUndefined(asked.text),
    path: Option.getOrUndefined(asked.path)
  }))

/** The conditions of a filter as a user would write them; empty where there is none. */
export const filterText = (filter: DeadLetterFilter): string =>
  [
    ...(filter.reasons === undefined ? [] : [`--reason ${[...filter.reasons].join(",")}`]),
    ...(filter.orderId === undefined ? [] : [`--order-id ${filter.orderId}`]),
    ...(filter.paymentId === undefined ? [] : [`--payment-id ${filter.paymentId}`]),
    ...(filter.sinceMicros === undefined ? [] : [`--since ${rfc3339(filter.sinceMicros)}`]),
    ...(filter.text === undefined ? [] : [`--text ${JSON.stringify(filter.text)}`]),
    ...(filter.path === undefined ? [] : [`--path ${JSON.stringify(filter.path)}`])
  ].join(" ")

/** Steps of a ramp. */
export const rampText: Parser<ReadonlyArray<number>> = {
  parse: (text) => Option.all(text.split(",").map((step) => stepOf.parse(step.trim()))),
  allowed: "whole numbers from 1, separated by commas",
  example: "1,10,100"
}

const stepOf = integer({ min: 1, max: 1_000_000_000 }, "1")

/** How many may fail, as a number or as a share of those tried. */
export const failuresText: Parser<FailuresAllowed> = {
  parse: (text) => {
    const percent = /^(\d{1,3}(?:\.\d{1,3})?)%$/.exec(text)?.[1]
    if (percent === undefined) return Option.map(countOf.parse(text), (count) => ({ _tag: "Count", count }))
    const share = Number(percent) / 100
    return share <= 1 ? Option.some({ _tag: "Share", share }) : Option.none()
  },
  allowed: "a whole number, or a percentage of those tried (5%)",
  example: "5%"
}

const countOf = integer({ min: 0, max: 1_000_000_000 }, "0")
