/** What a scripted server answers, and what it therefore knows of each delivery. */
import { leaseSeconds } from "../../../src/pubsub/Limits.ts"
import type { Delivery } from "../../../src/pubsub/Message.ts"
import type { ScriptedAnswer, ScriptedPubSub } from "../../support/ScriptedPubSub.ts"
import type { SeededRandom } from "../../support/SeededRandom.ts"
import { unavailable } from "./ScriptedSubscriber.ts"

/** What the server answers, and what it therefore knows of each delivery. */
export class AnswerLedger {
  isCalm = false
  /** Acknowledged or released, and told so. */
  readonly settled = new Set<string>()
  /** Told that the lease is gone. */
  readonly refused = new Set<string>()
  readonly acknowledged = new Set<string>()
  /** Whatever the answer was. */
  readonly releaseAsked = new Set<string>()
  readonly settledAgain: Array<string> = []
  /** When each was first heard of, in requests. */
  readonly mentioned = new Map<string, number>()
  /** When each was first known to come again, in requests, and how many deliveries had been handed over then. */
  readonly comesAgain = new Map<string, { readonly at: number; readonly handedOver: number }>()
  readonly script: ScriptedPubSub["script"]
  readonly #random: SeededRandom
  readonly #received: () => ReadonlyArray<Delivery>
  #requests = 0

  constructor(random: SeededRandom, received: () => ReadonlyArray<Delivery>) {
    this.#random = random
    this.#received = received
    this.script = {
      acknowledge: (ackIds) => this.#answer(ackIds, "ack"),
      changeLease: (ackIds, seconds) => this.#answer(ackIds, seconds === leaseSeconds ? "extend" : "release")
    }
  }

  #answer(ackIds: ReadonlyArray<string>, verb: "ack" | "extend" | "release"): ScriptedAnswer {
    this.#requests += 1
    for (const ackId of ackIds) {
      if (!this.mentioned.has(ackId)) this.mentioned.set(ackId, this.#requests)
      if (verb === "release") this.releaseAsked.add(ackId)
    }
    if (!this.isCalm && this.#random.chance(0.2)) return unavailable
    const failed = this.isCalm || !this.#random.chance(0.2) ? {} : this.#failures(ackIds)
    for (const ackId of ackIds) {
      const isRefused = failed[ackId]?.startsWith("PERMANENT") === true
      if (isRefused) this.refused.add(ackId)
      const isDone = failed[ackId] === undefined
      if (!this.comesAgain.has(ackId) && (isRefused || (isDone && verb === "release"))) {
        this.comesAgain.set(ackId, { at: this.#requests, handedOver: this.#received().length })
      }
      if (!isDone || verb === "extend") continue
      if (verb === "ack") this.acknowledged.add(ackId)
      if (this.settled.has(ackId)) this.settledAgain.push(ackId)
      this.settled.add(ackId)
    }
    return Object.keys(failed).length === 0 ? undefined : { code: 9, details: "some failed", ackIds: failed }
  }

  #failures(ackIds: ReadonlyArray<string>): Record<string, string> {
    const gone = this.#random.oneOf(ackIds)
    const later = this.#random.oneOf(ackIds)
    return {
      [later]: "TRANSIENT_FAILURE_SERVICE_UNAVAILABLE",
      ...(this.settled.has(gone) ? {} : { [gone]: "PERMANENT_FAILURE_INVALID_ACK_ID" })
    }
  }
}
