/** Runs a scenario and judges it. */
import { Effect, Fiber } from "effect"
import { until } from "../support/Counterfoil.ts"
import { isRecovered, isRight, isSettled, type Judgement } from "./Ledger.ts"
import type { Observer } from "./Observer.ts"
import { prepare, type RunOptions } from "./Preparation.ts"
import type { Scenario, ScenarioContext, ScenarioError } from "./Scenario.ts"
import type { Servers } from "./Servers.ts"
import { sentenceOf } from "./Signs.ts"
import { type Planned, traffic } from "./Traffic.ts"

/** What came of a scenario. */
export interface Outcome {
  readonly scenario: Scenario
  readonly messages: number
  /** From the end of fault and load until every message had its effect, unmatched payments apart. **Units**: seconds. */
  readonly recoveredIn: number
  /** Deliveries beyond the first of each message, as far as the processors told. */
  readonly redelivered: number
  readonly judgement: Judgement
  /** What did not hold besides the ledger's verdict. */
  readonly unmet: ReadonlyArray<string>
  readonly isRight: boolean
}

/** Runs a scenario. */
export const runScenario = (
  scenario: Scenario,
  servers: Servers,
  options: RunOptions
): Effect.Effect<Outcome, ScenarioError> =>
  Effect.scoped(
    Effect.gen(function* () {
      const load = scenario.load?.(options.messages) ?? traffic({ messages: options.messages, seed: 1 })
      const { context, unmet, hasLooked } = yield* prepare(scenario, servers, load.length, options)
      const { processors, observer } = context
      const publishing = yield* Effect.forkScoped(publish(scenario, context, load))
      if (scenario.loadSeconds === "before") yield* Fiber.join(publishing)
      if (scenario.mayBeLate === true) yield* Effect.forkScoped(watchAbsence(observer))
      yield* scenario.run(context)
      yield* context.expect(hasLooked(), "nobody looked for its signs while it lasted")
      const faultEnded = Date.now()
      yield* Fiber.join(publishing)
      const from = performance.now()
      const within = scenario.settleWithinSeconds ?? 180
      // What is missing then is judged as lost; and it is told, too, what else did not hold.
      const untilSo = (what: string, isSo: (judgement: Judgement) => boolean) =>
        untilJudged(observer, what, isSo, within).pipe(
          Effect.as(true),
          Effect.catchTag("NotInTime", () =>
            Effect.as(context.expect(false, `not within ${within} s: ${what}`), false)
          )
        )
      const hasRecovered = yield* untilSo("an effect of every message that need not wait", isRecovered)
      const recoveredIn = (performance.now() - from) / 1000
      if (hasRecovered) yield* untilSo("an effect of every message", isSettled)
      yield* untilWell(scenario, context)
      yield* processors.stopAll
      const left = yield* Effect.promise(() => observer.readLeft())
      const judgement = yield* Effect.promise(() => observer.judgeNow(left))
      const { unmatchedWithinSeconds: patience } = scenario
      if (patience !== undefined) {
        const tardy = yield* Effect.promise(() => observer.unmatchedAfter(faultEnded, patience * 1_000))
        yield* context.expect(tardy.length === 0, `${tardy.length} payments without an order: ${tardy[0]}`)
      }
      if (scenario.afterwards !== undefined) yield* scenario.afterwards(context)
      return {
        scenario,
        messages: observer.published,
        recoveredIn,
        redelivered: Math.max(0, processors.received() - observer.published),
        judgement,
        unmet,
        isRight: isRight(judgement) && unmet.length === 0
      }
    })
  )

/** Whoever looks has to see that it is over. */
const untilWell = ({ endsWith = /^Well\./ }: Scenario, { expect, processors }: ScenarioContext) =>
  Effect.gen(function* () {
    let last: ReadonlyArray<string> = []
    const sentences = Effect.flatMap(processors.running, (all) => Effect.forEach(all, sentenceOf))
    yield* until(
      `every process saying ${endsWith}`,
      Effect.map(sentences, (all) => {
        last = all
        return all.every((sentence) => endsWith.test(sentence))
      }),
      "60 seconds"
    ).pipe(Effect.catch(({ what }) => expect(false, `not within 60 s: ${what}; at last: ${last.join("; ")}`)))
  })

const publish = (
  { loadSeconds = 20 }: Scenario,
  { observer, messages }: ScenarioContext,
  load: ReadonlyArray<Planned>
) =>
  Effect.promise(() => {
    if (loadSeconds === "before") return observer.publish(load)
    const seconds = typeof loadSeconds === "number" ? loadSeconds : loadSeconds(messages)
    return observer.publishOver(load, seconds * 1_000)
  })

/** A table that does not answer just now proves nothing, and is looked at again. */
const watchAbsence = (observer: Observer) =>
  Effect.tryPromise(() => observer.noteAbsent()).pipe(
    Effect.ignore,
    Effect.andThen(Effect.sleep("100 millis")),
    Effect.forever
  )

/** Suspends until the judgement is so; a table that does not answer just now is asked again. */
const untilJudged = (
  observer: Observer,
  what: string,
  isSo: (judgement: Judgement) => boolean,
  seconds: number
) => {
  let last = ""
  return until(
    what,
    Effect.tryPromise(() => observer.judgeNow()).pipe(
      Effect.map((judgement) => {
        const { lost, wrong, findings } = judgement
        last = `${lost} without an effect, ${wrong} wrong: ${findings.join("; ")}`
        return isSo(judgement)
      }),
      Effect.catch((error) =>
        Effect.sync(() => {
          last = String(error.cause)
          return false
        })
      ),
      Effect.tap((isSoNow) => (isSoNow ? Effect.void : Effect.sleep("500 millis")))
    ),
    `${seconds} seconds`,
    () => last
  )
}
