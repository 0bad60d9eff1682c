/** Joins calls that come at nearly the same time, so that many small ones become one request. */
import { Deferred, Effect, type Exit, Fiber, FiberSet, Latch, type Scope } from "effect"

/** Sends several items, and answers each in the same order. */
export type Send<A, B> = (items: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<B>>

/**
 * Makes from `send` a function that waits `millis` for other calls, or until there are `enough` items, and sends all of
 * them together. Requests run concurrently: one that never ends delays no later one.
 *
 * **Guarantee**: every call gets the answers to its own items, once its request has all of them. The items of an
 * interrupted call are not sent if they were not sent yet; a request that no call waits for is interrupted. When the
 * scope closes, waiting calls are interrupted.
 */
export const makeRequestBatcher = <A, B>(
  send: Send<A, B>,
  { millis, enough }: { readonly millis: number; readonly enough: number }
): Effect.Effect<Send<A, B>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const run = yield* FiberSet.makeRuntime<never, void, never>()
    let next: PendingRequest<A, B> | undefined

    /** From now on no call joins it. */
    const close = (gathered: PendingRequest<A, B>): void => {
      if (next === gathered) next = undefined
      gathered.isEnough.openUnsafe()
    }

    const gather = (): PendingRequest<A, B> => {
      const gathered: PendingRequest<A, B> = {
        calls: new Set(),
        size: 0,
        isEnough: Latch.makeUnsafe(false),
        answers: Deferred.makeUnsafe(),
        fiber: undefined
      }
      next = gathered
      const sendSoon = Effect.timeoutOption(gathered.isEnough.await, millis).pipe(
        Effect.andThen(
          Effect.suspend(() => {
            close(gathered)
            return send(itemsOf(gathered))
          })
        ),
        Effect.onExit((exit: Exit.Exit<ReadonlyArray<B>>) =>
          Effect.sync(() => Deferred.doneUnsafe(gathered.answers, exit))
        )
      )
      gathered.fiber = run(Effect.asVoid(sendSoon))
      return gathered
    }

    return (items) =>
      Effect.suspend(() => {
        const gathered = next ?? gather()
        const call: Call<A> = { items, from: 0 }
        gathered.calls.add(call)
        gathered.size += items.length
        if (gathered.size >= enough) close(gathered)
        return Deferred.await(gathered.answers).pipe(
          Effect.map((answers) => answers.slice(call.from, call.from + items.length)),
          Effect.onInterrupt(() => {
            gathered.calls.delete(call)
            if (gathered.calls.size > 0 || gathered.fiber === undefined) return Effect.void
            if (next === gathered) next = undefined
            return Fiber.interrupt(gathered.fiber)
          })
        )
      })
  })

/** One call, and where its items are among those sent. */
interface Call<A> {
  readonly items: ReadonlyArray<A>
  from: number
}

/** What goes in one request. */
interface PendingRequest<A, B> {
  /** The calls that still wait. */
  readonly calls: Set<Call<A>>
  size: number
  readonly isEnough: Latch.Latch
  readonly answers: Deferred.Deferred<ReadonlyArray<B>>
  fiber: Fiber.Fiber<void> | undefined
}

const itemsOf = <A, B>({ calls }: PendingRequest<A, B>): ReadonlyArray<A> => {
  const items: Array<A> = []
  for (const call of calls) {
    call.from = items.length
    items.push(...call.items)
  }
  return items
}
