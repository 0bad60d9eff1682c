/** Joins calls that come while earlier ones are under way, so that many small ones become a few requests. */
import { Deferred, Effect, type Exit, FiberSet, type Scope } from "effect"

/** Sends several items, and answers each in the same order. */
export type Send<A, B> = (items: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<B>>

/**
 * Makes of `send` a function that sends at once while fewer than `atOnce` requests are under way, and otherwise joins
 * what is called with until one of them ends. Nothing waits for a clock.
 *
 * **Guarantee**: every call gets the answers to its own items; an interrupted one takes nothing from the others.
 */
export const gathering = <A, B>(
  send: Send<A, B>,
  atOnce: number
): Effect.Effect<Send<A, B>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const run = yield* FiberSet.makeRuntime<never, void, never>()
    let underWay = 0
    let next: Gathered<A, B> | undefined

    const start = (): void => {
      const gathered = next
      if (gathered === undefined || underWay >= atOnce) return
      next = undefined
      underWay += 1
      const ended = (exit: Exit.Exit<ReadonlyArray<B>>) =>
        Effect.sync(() => {
          underWay -= 1
          Deferred.doneUnsafe(gathered.answers, exit)
          start()
        })
      run(Effect.onExit(send(gathered.items), ended).pipe(Effect.asVoid))
    }

    return (items) =>
      Effect.suspend(() => {
        next ??= { items: [], answers: Deferred.makeUnsafe() }
        const { answers } = next
        const from = next.items.length
        next.items.push(...items)
        start()
        return Effect.map(Deferred.await(answers), (all) => all.slice(from, from + items.length))
      })
  })

/** What goes in the next request. */
interface Gathered<A, B> {
  readonly items: Array<A>
  readonly answers: Deferred.Deferred<ReadonlyArray<B>>
}
