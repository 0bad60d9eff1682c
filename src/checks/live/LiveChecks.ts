/** The checks of `doctor --live`: what a deployment was seen to do with messages. */
import { Result } from "effect"
import {
  type Check,
  type CheckCode,
  type CheckResult,
  type Judgement,
  judge,
  type Problem
} from "../Check.ts"
import type { LiveReading, Proof } from "./LiveReading.ts"

const scratchThere: Check<LiveReading> = {
  code: "CF-901",
  group: "live",
  title: "scratch topics, subscriptions and tables can be made, or prepared ones are there",
  worst: "fatal",
  remedy: "the grants of docs/access.md, or `--live-topics` and `--live-keyspace`",
  needs: [],
  judge: ({ scratch }) =>
    Result.isSuccess(scratch) ? { shows: scratch.success } : [{ severity: "fatal", ...scratch.failure }]
}

/** A check of one proof. */
const proved = <A>(
  check: Pick<Check<LiveReading>, "code" | "title" | "remedy"> & {
    readonly proof: (proofs: NonNullable<LiveReading["proofs"]>) => Proof<A>
    readonly shows: (value: A) => string
    readonly expected: string
  }
): Check<LiveReading> => ({
  code: check.code,
  group: "live",
  title: check.title,
  worst: "fatal",
  remedy: check.remedy,
  needs: ["CF-901"],
  judge: ({ proofs }): Judgement => {
    if (proofs === undefined) return { notMade: "there was nothing to try it on" }
    const proof = check.proof(proofs)
    if (Result.isSuccess(proof)) return { shows: check.shows(proof.success) }
    const { detail, why } = proof.failure
    if (why === "untried") return { notMade: detail }
    const problem: Problem = {
      severity: why === "late" ? "warning" : "fatal",
      found: detail,
      expected: check.expected,
      remedy: check.remedy
    }
    return [problem]
  }
})

const rowsWhole = proved({
  code: "CF-902",
  title: "orders and payments become whole rows",
  remedy: "look at the other findings, at the logs of Cassandra, and at the quotas of Pub/Sub",
  proof: ({ rows }) => rows,
  expected: "a row with every column of the order and of its payment",
  shows: ({ orders, p50Millis, p99Millis, payments }) =>
    `${orders} orders and ${payments} payments; publish → row ${millis(p50Millis)} (p50), ${millis(p99Millis)} (p99)`
})

const replayHarmless = proved({
  code: "CF-903",
  title: "an order that is published twice leaves one row, with its payment",
  remedy: "`user_timestamps_enabled: true` in cassandra.yaml; nothing else may write to the table",
  proof: ({ replay }) => replay,
  expected: "the same row after the second one",
  shows: ({ deliveries }) => `the row is as it was, after ${deliveries} deliveries`
})

const earlyMatched = proved({
  code: "CF-904",
  title: "a payment ahead of its order waits, and is matched",
  remedy: "look at the other findings; `counterfoil health` says what a running process waits for",
  proof: ({ earlyPayment }) => earlyPayment,
  expected: "the payment in the row of its order",
  shows: ({ waitedMillis }) => `it waited ${millis(waitedMillis)}, until its order was published and stored`
})

const leaseLost = proved({
  code: "CF-905",
  title: "a message whose lease was lost comes again, and changes nothing",
  remedy: "where it is late, `counterfoil doctor --live` again; docs/sources.md",
  proof: ({ lostLease }) => lostLease,
  expected: "another delivery when the lease of 10 s has ended, and the same row",
  shows: ({ afterMillis, deliveries }) =>
    `it came again ${millis(afterMillis)} later, ${deliveries === 1 ? "once" : `${deliveries} times`}; the row is as it was`
})

const letterWhole = proved({
  code: "CF-906",
  title: "a dead letter comes back byte for byte, with its attributes",
  remedy: "look at the schema and the filter of the dead-letter topic and its subscription",
  proof: ({ deadLetter }) => deadLetter,
  expected: "the bytes and attributes that were published",
  shows: ({ attributes, bytes }) => `${bytes} bytes that are no text, and ${attributes} attributes`
})

const nothingLeft: Check<LiveReading> = {
  code: "CF-907",
  group: "live",
  title: "nothing is left behind",
  worst: "warning",
  remedy: "the command that it names",
  needs: [],
  judge: ({ removal: { earlier, left, removed, unknown } }) => {
    if (left.length > 0) {
      return left.map(({ remedy, what, why }) => ({
        severity: "warning",
        found: `${what} could not be removed: ${why}`,
        expected: "nothing that a proof has made",
        remedy
      }))
    }
    const shown = [
      removed.length === 0
        ? "nothing was made"
        : `${removed.length} ${removed.length === 1 ? "thing was" : "things were"} made, and removed`,
      ...(earlier.length === 0 ? [] : [`removed what a killed doctor had left: ${earlier.join(", ")}`]),
      ...unknown.map((why) => `what earlier ones have left is not known: ${why}`)
    ]
    return { shows: shown.join("; ") }
  }
}

/** A span in milliseconds, or in seconds where it is long. */
const millis = (span: number): string =>
  span < 1000 ? `${Math.round(span)} ms` : `${(span / 1000).toFixed(1)} s`

/** The checks of `doctor --live`. */
export const liveChecks: ReadonlyArray<Check<LiveReading>> = [
  scratchThere,
  rowsWhole,
  replayHarmless,
  earlyMatched,
  leaseLost,
  letterWhole,
  nothingLeft
]

/** What must not have failed: without it a proof could only fail too. */
export const liveNeeds: ReadonlySet<CheckCode> = new Set([
  ...(["CF-101", "CF-102", "CF-103", "CF-104", "CF-105", "CF-106", "CF-107"] as const),
  ...(["CF-206", "CF-401", "CF-404", "CF-501", "CF-502", "CF-601", "CF-602"] as const)
])

/** Judges what was read. Pure. */
export const judgeLive = (reading: LiveReading): ReadonlyArray<CheckResult> => judge(liveChecks, reading)
