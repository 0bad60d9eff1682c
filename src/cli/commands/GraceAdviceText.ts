/** Says in sentences which grace to set, and which waiting room it takes. */
import { Duration } from "effect"
import type { GraceAdvice } from "../../ingest/GraceAdvice.ts"
import type { ProcessingSettings } from "../../ingest/ProcessingSettings.ts"
import { percentText, thousands } from "./DlqWords.ts"

/** The settings that advice is about, as they are set here. */
export type WaitingSettings = Pick<ProcessingSettings, "paymentGrace" | "waitingRoomMax" | "waitingRoomBytes">

/** The sentences; `known`: of how many payments it is known how late their orders were. */
export const adviceSentences = (
  advice: GraceAdvice,
  known: number,
  settings: WaitingSettings
): ReadonlyArray<string> => {
  const grace = `PAYMENT_GRACE=${durationSetting(advice.graceMillis)}`
  const matched = `would have matched ${thousands(advice.matched)} of ${thousands(known)} (${percentText(advice.matched, known)})`
  const present = durationSetting(Duration.toMillis(settings.paymentGrace))
  if (advice.kind === "keep")
    return [
      `${grace}, as it is here, ${matched}: they were given up with a shorter one, or their orders could not be stored in time`
    ]
  if (advice.kind === "redrive")
    return [
      `that is longer than a payment can wait: ${grace}, the longest, ${matched}. Redrive them once their orders are there`
    ]
  return [`${grace} ${matched}; it is ${present} here`, placesSentence(advice, settings)]
}

const placesSentence = (
  { places, placesAfterKill }: GraceAdvice,
  { waitingRoomBytes, waitingRoomMax }: WaitingSettings
): string => {
  const takes =
    `at the rate these payments came that takes ${thousands(places.payments)} waiting places in all processes ` +
    `together, ${thousands(placesAfterKill.payments)} after one was killed`
  const rises = [
    ...(placesAfterKill.payments > waitingRoomMax
      ? [`WAITING_ROOM_MAX to ${roundUp(placesAfterKill.payments)} (it is ${waitingRoomMax} here)`]
      : []),
    ...(placesAfterKill.bytes > waitingRoomBytes
      ? [
          `WAITING_ROOM_BYTES to ${inMebibytes(placesAfterKill.bytes)} (it is ${inMebibytes(waitingRoomBytes)} here)`
        ]
      : [])
  ]
  return rises.length === 0
    ? `${takes}: WAITING_ROOM_MAX=${waitingRoomMax}, as it is here, is enough`
    : `${takes}: with one process, raise ${rises.join(" and ")}`
}

/** As a setting is written. */
const durationSetting = (millis: number): string =>
  millis % 1_000 === 0 ? `${millis / 1_000}s` : `${millis}ms`

const inMebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)}MiB`

/** To two digits. */
const roundUp = (count: number): number => {
  const step = 10 ** Math.max(0, String(count).length - 2)
  return Math.ceil(count / step) * step
}
