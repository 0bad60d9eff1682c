/** A message that the embedded Pub/Sub has accepted. */
import type { Message } from "../../Message.ts"

/** A message which the server has accepted. */
export interface Published extends Message {
  readonly messageId: string
  readonly publishTimeMicros: number
  /** What each delivery of it weighs in the limits on bytes. */
  readonly bytes: number
}

/** A message that was accepted before, by this server or by another one. */
export type AcceptedBefore = Omit<Published, "bytes">

/** A message which this subscription has not acknowledged. */
export interface Kept {
  readonly published: Published
  attempts: number
  isAcknowledged: boolean
}
