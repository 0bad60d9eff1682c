/** Joins calls that come while earlier ones are under way, so that many small ones become a few requests. */
import { Deferred, Effect, type Exit, FiberSet, type Scope } from "effect"

/** Sends several items, and answers each in the same order. */
export type Send<A, B> = (items: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<B>>

/**
 * Makes of `send` a function that sends at once while fewer than `atOnce` requests are under way, and otherwise joins
 * what is called with until one of them ends, or `patienceMillis` have passed: a request that never ends holds up no
 * other.
 *
 * **Guarantee**: every call gets the answers to its own items; an interrupted one takes nothing from the others.
 */
export const gathering = <A, B>(
  send: Send<A, B>,
  { atOnce, patienceMillis }: { readonly atOnce: number; readonly patienceMillis: number }
): Effect.Effect<Send<A, B>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const run = yield* FiberSet.makeRuntime<never, void, never>()
    let underWay = 0
    let next: Gathered<A, B> | undefined

    const start = (gathered: Gathered<A, B>): void => {
      next = undefined
      underWay += 1
      const ended = (exit: Exit.Exit<ReadonlyArray<B>>) =>
        Effect.sync(() => {
          underWay -= 1
          Deferred.doneUnsafe(gathered.answers, exit)
          if (next !== undefined && underWay < atOnce) start(next)
        })
      run(Effect.onExit(send(gathered.items), ended).pipe(Effect.asVoid))
    }

    /** What the next call joins; it is sent soon. */
    const gather = (): Gathered<A, B> => {
      const gathered: Gathered<A, B> = { items: [], answers: Deferred.makeUnsafe() }
      next = gathered
      const startLate = Effect.sync(() => {
        if (next === gathered) start(gathered)
      })
      if (underWay >= atOnce) run(Effect.delay(startLate, patienceMillis))
      return gathered
    }

    return (items) =>
      Effect.suspend(() => {
        const gathered = next ?? gather()
        const from = gathered.items.length
        gathered.items.push(...items)
        if (underWay < atOnce) start(gathered)
        return Effect.map(Deferred.await(gathered.answers), (all) => all.slice(from, from + items.length))
      })
  })

/** What goes in the next request. */
interface Gathered<A, B> {
  readonly items: Array<A>
  readonly answers: Deferred.Deferred<ReadonlyArray<B>>
}
