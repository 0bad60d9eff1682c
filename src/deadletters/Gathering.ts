/** Joins calls that come within a moment, so that many small ones become one request. */
import { Deferred, Effect, type Exit, FiberSet, type Scope } from "effect"

/** Sends several items, and answers each in the same order. */
export type Send<A, B> = (items: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<B>>

/**
 * Makes of `send` a function that waits `millis` for other calls, or until there are `enough` items, and sends what
 * has come together. Requests go side by side: one that never ends holds up no other.
 *
 * **Guarantee**: every call gets the answers to its own items; an interrupted one takes nothing from the others.
 */
export const gathering = <A, B>(
  send: Send<A, B>,
  { millis, enough }: { readonly millis: number; readonly enough: number }
): Effect.Effect<Send<A, B>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const run = yield* FiberSet.makeRuntime<never, void, never>()
    let next: Gathered<A, B> | undefined

    const sendNow = (gathered: Gathered<A, B>): Effect.Effect<void> => {
      next = undefined
      const ended = (exit: Exit.Exit<ReadonlyArray<B>>) =>
        Effect.sync(() => Deferred.doneUnsafe(gathered.answers, exit))
      return Effect.asVoid(Effect.onExit(send(gathered.items), ended))
    }

    const gather = (): Gathered<A, B> => {
      const gathered: Gathered<A, B> = { items: [], answers: Deferred.makeUnsafe() }
      next = gathered
      const sendUnlessSent = Effect.suspend(() => (next === gathered ? sendNow(gathered) : Effect.void))
      run(Effect.delay(sendUnlessSent, millis))
      return gathered
    }

    return (items) =>
      Effect.suspend(() => {
        const gathered = next ?? gather()
        const from = gathered.items.length
        gathered.items.push(...items)
        if (gathered.items.length >= enough) run(sendNow(gathered))
        return Effect.map(Deferred.await(gathered.answers), (all) => all.slice(from, from + items.length))
      })
  })

/** What goes in the next request. */
interface Gathered<A, B> {
  readonly items: Array<A>
  readonly answers: Deferred.Deferred<ReadonlyArray<B>>
}
