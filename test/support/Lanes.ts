/** Works through a list in several lanes, each with what it needs for itself. */
import { Effect } from "effect"

/** Each lane takes the next item when it is done with the one before. */
export const inLanes = <Lane, Item, E, R>(
  lanes: ReadonlyArray<Lane>,
  items: ReadonlyArray<Item>,
  work: (lane: Lane, item: Item) => Effect.Effect<void, E, R>
): Effect.Effect<void, E, R> =>
  Effect.suspend(() => {
    const left = items.values()
    const workOff = (lane: Lane): Effect.Effect<void, E, R> =>
      Effect.suspend(() => {
        const next = left.next()
        return next.done ? Effect.void : Effect.andThen(work(lane, next.value), workOff(lane))
      })
    return Effect.forEach(lanes, workOff, { concurrency: "unbounded", discard: true })
  })
