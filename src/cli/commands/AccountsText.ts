/** Says of everything that a process has received what became of it, and whether anything is lost. */
import { Schema } from "effect"
import { counted } from "../../telemetry/FlowText.ts"
import { lasted } from "../../telemetry/LastedText.ts"
import { thousands } from "./DlqWords.ts"

/** The account of one stream, as `/health` has it. */
export const Account = Schema.Struct({
  received: Schema.Finite,
  fates: Schema.Finite,
  inFlight: Schema.Finite,
  retrying: Schema.Finite,
  waiting: Schema.Finite,
  released: Schema.Finite,
  subscriptionHolds: Schema.Finite
})
type Account = typeof Account.Type

/** By stream. */
export type Accounts = Readonly<Record<string, Account>>

/** `118 payments for their orders, the longest for 12 s`. */
export const waitingText = (accounts: Accounts, longestWaitSeconds: number): string => {
  const waiting = accounts["payments"]?.waiting ?? 0
  if (waiting === 0) return "no payment waits for its order"
  return `${counted(waiting, "payment")} for ${waiting === 1 ? "its order" : "their orders"}, the longest for ${lasted(longestWaitSeconds * 1_000)}`
}

/**
 * Whether anything is lost, and a line for each stream.
 *
 * The count of the subscription may differ for about a minute: releases that are not answered yet, leases that were lost.
 */
export const lostLines = (accounts: Accounts): ReadonlyArray<string> => {
  const wrong = Object.entries(accounts).flatMap(([stream, account]) => {
    const missing = account.received - accountedFor(account)
    if (missing !== 0) return [`${stream}: ${thousands(Math.abs(missing))} are not accounted for; report it`]
    const differs = heldOf(account) - account.subscriptionHolds
    return differs === 0
      ? []
      : [
          `${stream}: ${thousands(Math.abs(differs))} differ from what the subscription holds, which is normal for a minute: ask again`
        ]
  })
  return [
    wrong.length === 0
      ? "nothing: every message received has its fate, is here, or was given back"
      : wrong.join("; "),
    ...Object.entries(accounts).map(([stream, account]) => lineOf(stream, account))
  ]
}

const heldOf = ({ inFlight, retrying, waiting }: Account): number => inFlight + retrying + waiting

const accountedFor = (account: Account): number => account.fates + heldOf(account) + account.released

const lineOf = (stream: string, account: Account): string => {
  const { fates, inFlight, received, released, retrying, waiting } = account
  return `${stream}: ${thousands(received)} received = ${thousands(fates)} with their fate + ${thousands(inFlight)} in flight + ${thousands(retrying)} retrying + ${thousands(waiting)} waiting + ${thousands(released)} given back`
}
