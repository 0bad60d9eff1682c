/** Runs a scenario and judges it. */
import { Effect, Fiber, type Scope } from "effect"
import { localDataCenter } from "../support/CassandraServer.ts"
import { bin, until } from "../support/Counterfoil.ts"
import { makeDeployment } from "../support/Deployment.ts"
import type { ServerError } from "../support/ServerProcess.ts"
import { cqlProxy } from "./CqlProxy.ts"
import { isRecovered, isRight, isSettled, type Judgement } from "./Ledger.ts"
import { Observer } from "./Observer.ts"
import { makeProcessors } from "./Processors.ts"
import type { Scenario, ScenarioContext, ScenarioError } from "./Scenario.ts"
import type { Servers } from "./Servers.ts"
import { tcpProxy } from "./TcpProxy.ts"
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

/** How a scenario is run. */
export interface RunOptions {
  /** About so many. */
  readonly messages: number
  /** The `counterfoil` that is tried; this repository's by default. */
  readonly bin?: string
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
      const { context, unmet } = yield* prepare(scenario, servers, load.length, options)
      const { processors, observer } = context
      const publishing = yield* Effect.forkScoped(publish(scenario, observer, load))
      if (scenario.loadSeconds === "before") yield* Fiber.join(publishing)
      if (scenario.mayBeLate === true) yield* Effect.forkScoped(watchAbsence(observer))
      yield* scenario.run(context)
      yield* Fiber.join(publishing)
      const from = performance.now()
      const within = scenario.settleWithinSeconds ?? 180
      yield* untilJudged(observer, "an effect of every message that need not wait", isRecovered, within)
      const recoveredIn = (performance.now() - from) / 1000
      yield* untilJudged(observer, "an effect of every message", isSettled, within)
      yield* processors.stopAll
      const left = yield* Effect.promise(() => observer.readLeft())
      const judgement = yield* Effect.promise(() =>
        observer.judgeNow(left, scenario.repetitions?.(processors) ?? 0)
      )
      yield* context.expect(
        scenario.forbidsStale !== true || judgement.stale === 0,
        `${judgement.stale} payments became dead letters and were matched later`
      )
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

const prepare = (
  scenario: Scenario,
  servers: Servers,
  loaded: number,
  options: RunOptions
): Effect.Effect<
  { readonly context: ScenarioContext; readonly unmet: Array<string> },
  ServerError,
  Scope.Scope
> =>
  Effect.gen(function* () {
    const cassandra = yield* servers.cassandra(scenario.nodes ?? "one")
    const { pubsub, projectId } = servers
    const replication = scenario.replication ?? cassandra.replication
    const deployment = yield* makeDeployment(
      { pubsub, projectId, cassandra: cassandra.address, dataCenter: localDataCenter },
      { replication, ...scenario.deployment }
    )
    const node = cassandra.address.split(",")[0] ?? ""
    const toPubSub = yield* tcpProxy(pubsub)
    const toCassandra = yield* tcpProxy(node)
    const statements = yield* cqlProxy(node)
    const { proxied = [] } = scenario
    const environment = {
      ...deployment.environment,
      ...(proxied.includes("pubsub") ? { PUBSUB_EMULATOR_HOST: toPubSub.address } : {}),
      ...(proxied.includes("cassandra") ? { CASSANDRA_CONTACT_POINTS: toCassandra.address } : {}),
      ...(proxied.includes("statements") ? { CASSANDRA_CONTACT_POINTS: statements.address } : {}),
      ...scenario.environment
    }
    const processors = yield* makeProcessors(scenario.name, environment, options.bin ?? bin)
    const unmet: Array<string> = []
    const observer = yield* Effect.promise(() => Observer.of(deployment))
    const context: ScenarioContext = {
      deployment,
      processors,
      observer,
      cassandra,
      toPubSub,
      toCassandra,
      statements,
      messages: options.messages,
      expect: (holds: boolean, otherwise: string) =>
        Effect.sync(() => {
          if (!holds) unmet.push(otherwise)
        }),
      untilPublished: (share) =>
        until(
          "the load being published",
          Effect.sync(() => observer.published >= loaded * share),
          "10 minutes"
        ).pipe(Effect.orDie)
    }
    return { context, unmet }
  })

const publish = ({ loadSeconds }: Scenario, observer: Observer, load: ReadonlyArray<Planned>) =>
  Effect.promise(() =>
    loadSeconds === "before" ? observer.publish(load) : observer.publishOver(load, (loadSeconds ?? 20) * 1000)
  )

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
