/** Deliveries in backoff, beside the slots of their pipeline: bounded, and ended at once by a stop. */
import { Deferred, Effect, FiberSet, type Scope, Semaphore } from "effect"
import { copyOutOfResponse } from "../pubsub/Message.ts"
import { retryDelay } from "../time/Backoff.ts"
import type { Unfinished } from "./Attempt.ts"
import type { OpenWork, OpenWorks } from "./OpenWork.ts"
import type { Work } from "./Work.ts"

/** What retries need of their pipeline. */
export interface RetriesOptions<A> {
  /** Deliveries in backoff before the pipeline has to wait for a place. */
  readonly maxRetrying: number
  readonly open: OpenWorks
  readonly attempt: (works: ReadonlyArray<Work<A>>) => Effect.Effect<Unfinished<A>>
  readonly release: (works: ReadonlyArray<Work<A>>) => Effect.Effect<void>
  /** Lets works wait for their order one by one, telling each time that one has left. */
  readonly hand: (works: ReadonlyArray<Work<A>>, left: Effect.Effect<unknown>) => Effect.Effect<void>
}

/** Deliveries in backoff. */
export interface Retries<A> {
  /**
   * Takes works over, suspending until there are places for them; releases them where the pipeline stops first.
   * `left` is told of each group that has left the pipeline's slot.
   */
  readonly takeOver: (works: ReadonlyArray<Work<A>>, left: (count: number) => void) => Effect.Effect<void>
  /** Ends all backoff; what is in backoff is released. */
  readonly stop: Effect.Effect<void>
  /** Suspends until nothing is in backoff. */
  readonly ended: Effect.Effect<void>
  /** Never ends but with a defect of a retry. */
  readonly defect: Effect.Effect<void>
  /** Ends what is left, and answers how many deliveries that were. */
  readonly giveUp: Effect.Effect<number>
  readonly count: () => number
  /** Whether works stand before full places. */
  readonly isFull: () => boolean
}

/** Makes the retries of one pipeline. */
export const makeRetries = <A>(options: RetriesOptions<A>): Effect.Effect<Retries<A>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const places = yield* Semaphore.make(options.maxRetrying)
    const fibers = yield* FiberSet.make<void, never>()
    const stopping = yield* Deferred.make<void>()
    let retrying = 0
    let blocked = 0

    const leave = (count: number) =>
      Effect.suspend(() => {
        retrying -= count
        return places.release(count)
      })

    /** Runs `effect` unless the pipeline stops first; answers whether it ran to its end. */
    const unlessStopping = (effect: Effect.Effect<unknown>): Effect.Effect<boolean> =>
      Effect.raceFirst(Effect.as(effect, true), Effect.as(Deferred.await(stopping), false))

    /** Tries a group until each of its deliveries has a fate; each gives its place back as it gets one. */
    const retryGroup = Effect.fnUntraced(function* (
      group: ReadonlyArray<Work<A>>,
      record: OpenWork,
      failuresBefore: number
    ): Effect.fn.Return<void> {
      let rest = group
      for (let failures = failuresBefore; rest.length > 0; failures++) {
        const delay = yield* retryDelay(failures)
        if (!(yield* unlessStopping(Effect.sleep(delay)))) {
          yield* leave(rest.length)
          yield* options.release(rest)
          break
        }
        const unfinished = yield* options.attempt(rest)
        yield* leave(rest.length - unfinished.again.length - unfinished.unmatched.length)
        yield* options.hand(unfinished.unmatched, leave(1))
        const [stay, apart] = divided(rest, unfinished)
        rest = stay
        // supervised: as the group itself is
        if (apart.length > 0) {
          yield* FiberSet.run(fibers, retryGroup(apart, options.open.add(apart), failures + 1))
        }
        options.open.narrow(record, rest)
      }
      options.open.remove(record)
    })

    return {
      takeOver: Effect.fnUntraced(function* (works, left) {
        for (let start = 0; start < works.length; start += options.maxRetrying) {
          const group = works.slice(start, start + options.maxRetrying)
          blocked++
          const seated = yield* unlessStopping(places.take(group.length))
          blocked--
          left(group.length)
          if (!seated) {
            yield* options.release(group)
            continue
          }
          retrying += group.length
          copyOutOfResponse(group.map(({ delivery }) => delivery))
          // supervised: the pipeline's `run` joins `defect`, so that a defect of a retry ends it
          yield* FiberSet.run(fibers, retryGroup(group, options.open.add(group), 1))
        }
      }),
      stop: Effect.asVoid(Deferred.succeed(stopping, undefined)),
      ended: FiberSet.awaitEmpty(fibers),
      defect: FiberSet.join(fibers),
      giveUp: Effect.andThen(
        FiberSet.clear(fibers),
        Effect.sync(() => {
          const left = retrying
          retrying = 0
          return left
        })
      ),
      count: () => retrying,
      isFull: () => blocked > 0
    }
  })

/**
 * What stays together, and what goes on by itself.
 *
 * A group of which the table has stored nothing again goes on in two halves: a time-out of one row is one of its whole
 * batch, and a row that cannot be stored for minutes would hold up those beside it for as long.
 */
const divided = <A>(
  group: ReadonlyArray<Work<A>>,
  { again, storeTrouble }: Unfinished<A>
): readonly [stay: ReadonlyArray<Work<A>>, apart: ReadonlyArray<Work<A>>] => {
  const isWhole = again.length === group.length && storeTrouble !== undefined
  const middle = isWhole ? Math.ceil(again.length / 2) : again.length
  return [again.slice(0, middle), again.slice(middle)]
}
