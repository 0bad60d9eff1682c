/** Acknowledges dead letters without using them, once they are exported. */
import { Effect, type Scope } from "effect"
import type { DeadLetterFileError } from "../deadletters/DeadLetterFileError.ts"
import type { DeadLetterFileWriter } from "../deadletters/DeadLetterFileWriter.ts"
import { type LookTotals, openDeadLetters } from "../deadletters/DeadLetterReader.ts"
import type { ReceivedDeadLetter } from "../deadletters/ReceivedDeadLetter.ts"
import type { PubSubError } from "../pubsub/PubSubError.ts"
import type { Subscriber } from "../pubsub/Subscriber.ts"
import { type DeadLetterFilter, isMeant } from "./DeadLetterFilter.ts"
import { type SourceSubscriptions, sourceOf } from "./DeadLetterMessages.ts"
import { discardBatch } from "./Limits.ts"

/** What is discarded, and how. */
export interface DiscardOptions<E> {
  /** The dead-letter subscription, in short or in full. */
  readonly subscription: string
  readonly sources: SourceSubscriptions
  readonly filter: DeadLetterFilter
  /** Whether those of other deployments are discarded too. */
  readonly includesForeign: boolean
  /** Where they are exported first; undefined where they are not. */
  readonly writer: DeadLetterFileWriter | undefined
  /** Asked once all are counted, with how many there are; only after `true` is anything acknowledged. */
  readonly confirm: (counted: number) => Effect.Effect<boolean, E>
}

/** What came of a discard, so far. */
export interface DiscardTally {
  readonly read: LookTotals
  readonly notMeant: number
  /** Of other deployments: left alone. */
  readonly foreign: number
  /** Meant, and exported where there is a file. */
  readonly counted: number
  /** Whether the file with them is durable. */
  readonly isExported: boolean
  /** Acknowledged, as confirmed by the server. */
  readonly acknowledged: number
  /** Their acknowledgement was not confirmed, as their lease was lost, or no more could be held: they may come again. */
  readonly unconfirmed: number
}

/** A discard that can be run once. */
export interface Discard<E> {
  /**
   * Looks through the dead letters and counts what is meant, asks, and acknowledges what was counted and nothing else.
   * Interrupting it ends it after the request that it is at.
   *
   * **Errors**: `DeadLetterFileError`, before anything is acknowledged; `PubSubError`; those of `confirm`.
   */
  readonly run: Effect.Effect<void, DeadLetterFileError | PubSubError | E>
  readonly tally: () => DiscardTally
}

/**
 * Opens the dead-letter subscription for the life of the scope, and makes the discard.
 *
 * **Guarantee**: with a file, nothing is acknowledged that is not in it, and nothing before it is durable (G1).
 */
export const makeDiscard = <E>(
  options: DiscardOptions<E>
): Effect.Effect<Discard<E>, never, Subscriber | Scope.Scope> =>
  Effect.gen(function* () {
    const { confirm, filter, includesForeign, sources, writer } = options
    const reader = yield* openDeadLetters(options.subscription)
    const { heldIds } = reader.subscription
    const counts = { notMeant: 0, foreign: 0, isExported: false, acknowledged: 0, unconfirmed: 0 }
    const counted: Array<string> = []

    const visit = Effect.fnUntraced(function* (letters: ReadonlyArray<ReceivedDeadLetter>) {
      const meant = letters.filter((letter) => isMeant(filter, letter))
      counts.notMeant += letters.length - meant.length
      const own = includesForeign ? meant : meant.filter((letter) => sourceOf(letter, sources) !== "foreign")
      counts.foreign += meant.length - own.length
      if (writer !== undefined) yield* writer.append(own.map(({ delivery }) => delivery))
      for (const { delivery } of own) counted.push(delivery.ackId)
      return "go-on" as const
    })

    const acknowledge = Effect.fnUntraced(function* (ackIds: ReadonlyArray<string>) {
      const { done, lost } = yield* heldIds.ack(ackIds)
      counts.acknowledged += done
      counts.unconfirmed += lost.length
    }, Effect.uninterruptible)

    const settle = Effect.gen(function* () {
      if (counted.length === 0 || !(yield* confirm(counted.length))) return
      if (writer !== undefined) {
        yield* writer.commit
        counts.isExported = true
      }
      for (let start = 0; start < counted.length; start += discardBatch)
        yield* acknowledge(counted.slice(start, start + discardBatch))
    })

    return {
      run: Effect.asVoid(reader.look<DeadLetterFileError | E, never>(visit, { beforeRelease: settle })),
      tally: () => ({ ...counts, counted: counted.length, read: reader.totals() })
    }
  })
