/** What a proof makes, and removes again. */
import { Duration, Effect } from "effect"
import { scratchSeconds } from "../Limits.ts"
import type { LeftBehind } from "./LiveReading.ts"

/** Something that a proof has made, or is about to make. */
export interface ScratchThing {
  /** **Shape**: `topic projects/P/topics/T`, `keyspace K`. */
  readonly what: string
  /** Removes it where it is there. Fails with why it cannot be removed. */
  readonly remove: Effect.Effect<unknown, string>
  /** A command that removes it. */
  readonly remedy: string
}

/** What was made, for as long as it has to be removed. */
export class Scratch {
  readonly #things: Array<ScratchThing> = []

  /** Makes something; it is removed even where the answer to its making is lost. */
  make<A, E>(thing: ScratchThing, making: Effect.Effect<A, E>): Effect.Effect<A, E> {
    return Effect.suspend(() => {
      this.#things.push(thing)
      return making
    })
  }

  /** Removes everything, the newest first. */
  get removeAll(): Effect.Effect<Removed> {
    return Effect.suspend(() => removeThings(this.#things.splice(0).reverse()))
  }
}

/** What came of removing. */
export interface Removed {
  /** As {@link ScratchThing.what}. */
  readonly removed: ReadonlyArray<string>
  readonly left: ReadonlyArray<LeftBehind>
}

/** Removes these, side by side, and gives up on each after a while. Nothing fails. */
export const removeThings = (things: ReadonlyArray<ScratchThing>): Effect.Effect<Removed> =>
  Effect.map(
    Effect.forEach(
      things,
      ({ remedy, remove, what }) =>
        remove.pipe(
          Effect.timeoutOrElse({
            duration: Duration.seconds(scratchSeconds),
            orElse: () => Effect.fail(`no answer within ${scratchSeconds} s`)
          }),
          Effect.match({
            onSuccess: () => ({ what, left: undefined }),
            onFailure: (why) => ({ what, left: { what, why, remedy } })
          })
        ),
      { concurrency: "unbounded" }
    ),
    (all) => ({
      removed: all.flatMap(({ left, what }) => (left === undefined ? [what] : [])),
      left: all.flatMap(({ left }) => (left === undefined ? [] : [left]))
    })
  )
