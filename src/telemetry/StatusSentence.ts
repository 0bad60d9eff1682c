/** One sentence that says how a process is: what it means, what happens to the messages, and what to do. */
import { flowOf } from "./FlowText.ts"
import { healthParts } from "./Health.ts"
import { lasted } from "./LastedText.ts"
import { heldUpShownSeconds } from "./Limits.ts"
import { aboutPart, type Rank, ranks } from "./PartSentence.ts"
import type { StatusReading } from "./StatusReading.ts"

/** How much attention a sentence asks for; a closed list. */
export const tones = ["well", "attention", "trouble", "starting", "stopping"] as const

/** One of {@link tones}. */
export type Tone = (typeof tones)[number]

/** A sentence about the whole process. */
export interface StatusSentence {
  readonly tone: Tone
  /** **Guarantee**: one line without control characters. */
  readonly text: string
}

/** The sentence. The worst part speaks first; the others that are not well are named behind it. */
export const statusSentence = (reading: StatusReading): StatusSentence => {
  const [first, ...others] = healthParts
    .map((part) => aboutPart(part, reading))
    .filter((about) => about !== undefined)
    .toSorted((one, other) => ranks[one.rank] - ranks[other.rank])
  if (first === undefined) return ofWell(reading)
  const more = others.filter(({ rank }) => rank !== first.rank || !isShared(rank)).map(({ brief }) => brief)
  const also = more.length === 0 ? "" : ` Also: ${more.join("; ")}.`
  return { tone: toneOf(first.rank), text: plain(`${first.text}${also}`) }
}

/** What is said once, of whatever parts it is true. */
const isShared = (rank: Rank): boolean => rank === "stopping" || rank === "starting"

const toneOf = (rank: Rank): Tone => {
  if (rank === "stopping" || rank === "starting") return rank
  return rank === "paused" || rank === "degraded" ? "attention" : "trouble"
}

const ofWell = (reading: StatusReading): StatusSentence => {
  const { heldUpBy, nowMillis } = reading
  const heldUpMillis = heldUpBy === undefined ? 0 : nowMillis - heldUpBy.sinceMillis
  if (heldUpBy !== undefined && heldUpMillis >= heldUpShownSeconds * 1_000) {
    const text = `It works, but payments without an order have waited for a verdict for ${lasted(heldUpMillis)}: process ${heldUpBy.process} holds them up (${heldUpBy.reason}). Nothing is lost.`
    return { tone: "attention", text: plain(text) }
  }
  return { tone: "well", text: `Well. ${flowOf(reading)}.` }
}

const plain = (text: string): string => text.replaceAll(/\p{Cc}+/gu, " ")
