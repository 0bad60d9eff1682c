/** Exports the dead letters that a filter means, one after another. */
import { Effect } from "effect"
import type { ReceivedDeadLetter } from "../deadletters/ReceivedDeadLetter.ts"
import type { Delivery } from "../pubsub/Message.ts"
import { type DeadLetterFilter, isMeant } from "./DeadLetterFilter.ts"

/** What was exported so far. */
export interface ExportTally {
  readonly exported: number
  readonly notMeant: number
}

/** Exports dead letters. */
export interface DeadLetterExport<E> {
  /** Exports those of a batch that are meant. Consumes nothing. */
  readonly visit: (letters: ReadonlyArray<ReceivedDeadLetter>) => Effect.Effect<"go-on", E>
  readonly tally: () => ExportTally
}

/** Makes an export that gives what is meant to `append`. */
export const makeDeadLetterExport = <E>(options: {
  readonly filter: DeadLetterFilter
  readonly append: (deliveries: ReadonlyArray<Delivery>) => Effect.Effect<void, E>
}): DeadLetterExport<E> => {
  const counts = { exported: 0, notMeant: 0 }
  return {
    visit: Effect.fnUntraced(function* (letters) {
      const meant = letters.filter((letter) => isMeant(options.filter, letter))
      counts.notMeant += letters.length - meant.length
      if (meant.length > 0) yield* options.append(meant.map(({ delivery }) => delivery))
      counts.exported += meant.length
      return "go-on" as const
    }),
    tally: () => ({ ...counts })
  }
}
