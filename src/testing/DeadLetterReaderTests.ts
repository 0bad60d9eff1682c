/** Part of the Pub/Sub suite: looking through a subscription without consuming it. */
import { assert } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber } from "effect"
import { type LookOptions, openDeadLetters, type Visit } from "../deadletters/DeadLetterReader.ts"
import type { ReceivedDeadLetter } from "../deadletters/ReceivedDeadLetter.ts"
import type { HeldIdsOptions } from "../pubsub/SubscriptionOptions.ts"
import { freshChannel, numbered, publishTexts, read, textsOf } from "./SubscriptionReader.ts"
import type { SuiteClock } from "./SuiteClock.ts"
import type { SuiteContext } from "./SuiteContext.ts"

/** Registers the tests. */
export const deadLetterReaderTests = ({ it, clock }: SuiteContext): void => {
  it.effect("[G1] a look visits every message once and consumes none: the next look finds the same", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(250))
      for (const _ of ["first", "second"]) {
        const { texts, totals } = yield* looked(clock, subscription)
        assert.deepStrictEqual(texts, numbered(250))
        assert.deepInclude(totals, { letters: 250, ended: "quiet" })
        assert.isAbove(totals.bytes, 250 * 20)
      }
    })
  )

  it.effect("an empty subscription is looked through in the 5 s that have to be quiet, and little more", () =>
    Effect.gen(function* () {
      const { subscription } = yield* freshChannel
      const startedAt = yield* Clock.currentTimeMillis
      const { totals } = yield* looked(clock, subscription)
      assert.deepStrictEqual(totals, { letters: 0, bytes: 0, ended: "quiet" })
      const millis = (yield* Clock.currentTimeMillis) - startedAt
      assert.isAtLeast(millis, 5_000)
      assert.isBelow(millis, 15_000)
    })
  )

  it.effect("what a visit acknowledges is gone afterwards, and the rest is not", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(20))
      const even = ({ delivery }: ReceivedDeadLetter) => Number(textsOf([delivery])[0]?.slice(2)) % 2 === 0
      yield* looked(clock, subscription, (letters, { subscription }) =>
        Effect.as(subscription.ack(letters.filter(even).map(({ delivery }) => delivery)), "go-on" as const)
      )
      const { texts } = yield* looked(clock, subscription)
      assert.deepStrictEqual(
        texts,
        numbered(20).filter((text) => Number(text.slice(2)) % 2 === 1)
      )
    })
  )

  it.effect("a look that has seen enough ends at once, and gives everything back at once", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(30))
      const { totals } = yield* looked(clock, subscription, () => Effect.succeed("enough"))
      assert.strictEqual(totals.ended, "enough")
      const endedAt = yield* Clock.currentTimeMillis
      const reader = yield* read(clock, subscription)
      yield* reader.awaitReceived(30)
      assert.isBelow((yield* Clock.currentTimeMillis) - endedAt, 5_000)
      yield* reader.ack(reader.received)
    })
  )

  it.effect("[G6] a look that would hold more than it may ends, says so, and loses nothing", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(300))
      const { totals } = yield* looked(clock, subscription, goOn, { heldIds: { max: 40 } })
      assert.strictEqual(totals.ended, "full")
      assert.deepStrictEqual((yield* looked(clock, subscription)).texts, numbered(300))
    })
  )

  it.effect("a look that follows visits what comes later, once, until it is stopped", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, ["a", "b"])
      let quiets = 0
      const following = yield* looking(clock, subscription, goOn, {
        follow: true,
        onQuiet: Effect.sync(() => quiets++),
        heldIds: { lease: "10 seconds", extendEvery: "3 seconds" }
      })
      yield* clock.eventually(
        "the first silence",
        Effect.sync(() => quiets === 1)
      )
      // Longer than a lease of what is held: it is kept, and does not come again.
      yield* clock.pass("11 seconds")
      yield* publishTexts(topic, ["c"])
      yield* clock.eventually(
        "the third",
        Effect.sync(() => following.texts.length === 3)
      )
      assert.deepStrictEqual([...following.texts].sort(), ["a", "b", "c"])
      yield* following.stop
      assert.deepInclude(yield* following.end, { letters: 3, ended: "stopped" })
      assert.strictEqual(quiets, 1)
    })
  )
}

type Look = Effect.Success<ReturnType<typeof openDeadLetters>>
type VisitOf = (letters: ReadonlyArray<ReceivedDeadLetter>, look: Look) => ReturnType<Visit<never, never>>

const goOn: VisitOf = () => Effect.succeed("go-on")

/** Begins a look; the texts it visits are collected. */
const looking = (
  clock: SuiteClock,
  subscription: string,
  visit: VisitOf,
  options: LookOptions & { readonly heldIds?: HeldIdsOptions } = {}
) =>
  Effect.gen(function* () {
    const { heldIds } = options
    const look = yield* openDeadLetters(subscription, heldIds === undefined ? {} : { heldIds })
    const texts: Array<string> = []
    const fiber = yield* look
      .look((letters) => {
        texts.push(...textsOf(letters.map(({ delivery }) => delivery)))
        return visit(letters, look)
      }, options)
      // supervised: `end` joins it
      .pipe(Effect.forkScoped)
    return {
      texts,
      stop: look.stop,
      end: Effect.gen(function* () {
        yield* clock.eventually(
          `the end of a look through ${subscription}`,
          Effect.sync(() => fiber.pollUnsafe() !== undefined)
        )
        return yield* Fiber.join(fiber)
      })
    }
  })

/** Looks to the end, and closes the subscription. */
const looked = (
  clock: SuiteClock,
  subscription: string,
  visit: VisitOf = goOn,
  options: { readonly heldIds?: HeldIdsOptions } = {}
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { end, texts } = yield* looking(clock, subscription, visit, options)
      const exit = yield* Effect.exit(end)
      assert.isTrue(Exit.isSuccess(exit), String(exit))
      const totals = yield* exit
      return { texts: [...texts].sort(), totals }
    })
  )
