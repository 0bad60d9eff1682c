/** Names of what `doctor --live` makes, which tell who has made it, and when. */
import { scratchLeftMillis } from "../Limits.ts"

/** A topic and the subscription on it. */
export interface ScratchChannel {
  readonly topic: string
  readonly subscription: string
}

/** The topics and subscriptions of one proof. */
export interface ScratchChannels {
  readonly orders: ScratchChannel
  readonly payments: ScratchChannel
  readonly deadLetters: ScratchChannel
}

/** What every name of a scratch topic or subscription begins with. */
export const scratchPrefix = "counterfoil-live-"

/** The same of a keyspace, whose names know no `-`. */
export const scratchKeyspacePrefix = "counterfoil_live_"

/** Names that nothing else has. **Shape**: `random` is 8 hex digits. **Units**: ms since the epoch. */
export const scratchNames = (nowMillis: number, random: string) => {
  const seconds = String(Math.floor(nowMillis / 1000))
  return {
    channels: channelsNamed(`${scratchPrefix}${seconds}-${random}`),
    keyspace: `${scratchKeyspacePrefix}${seconds}_${random}`
  }
}

/** The topics and subscriptions that begin so. */
export const channelsNamed = (name: string): ScratchChannels => ({
  orders: channelNamed(`${name}-orders`),
  payments: channelNamed(`${name}-payments`),
  deadLetters: channelNamed(`${name}-dlq`)
})

const channelNamed = (topic: string): ScratchChannel => ({ topic, subscription: `${topic}-sub` })

/**
 * Whether this is the name of something that was made so long ago that no doctor uses it any more.
 *
 * **Guarantee**: false for every name that {@link scratchNames} does not make, and for what was made within the hour,
 * or later than now.
 */
export const isLeftBehind = (name: string, nowMillis: number): boolean => {
  const [, seconds] = scratchName.exec(name.slice(name.lastIndexOf("/") + 1)) ?? []
  return seconds !== undefined && nowMillis - Number(seconds) * 1000 > scratchLeftMillis
}

const scratchName =
  /^(?:counterfoil-live-(?=\d{10}-[0-9a-f]{8}-(?:orders|payments|dlq)(?:-sub)?$)|counterfoil_live_(?=\d{10}_[0-9a-f]{8}$))(\d{10})/
