/** Runs a plan: processors on the in-memory ports, in virtual time, until everything has its fate. */
import { Clock, Duration, Effect, Exit, Random, Scope } from "effect"
import type { Published } from "../../src/pubsub/memory/internal/Published.ts"
import { pass } from "../../src/testing/VirtualTime.ts"
import type { CellTable } from "../support/CellTable.ts"
import {
  deadLetterTopic,
  imbalanceOf,
  makeWorld,
  ordersTopic,
  type Process,
  paymentsTopic,
  type World,
  worldBegins
} from "../support/World.ts"
import type { Plan, PlannedEvent } from "./Plan.ts"
import { injectFaults } from "./PlannedFaults.ts"

/** Everything there is to judge by. */
export interface SimulationResult {
  readonly plan: Plan
  readonly published: ReadonlyArray<Published & { readonly topic: string }>
  readonly deadLetters: ReadonlyArray<Published>
  /** Message ids that are not acknowledged at the end. */
  readonly pending: ReadonlySet<string>
  readonly table: CellTable
  /** When each order was first written. **Units**: ms since the epoch. */
  readonly storedAt: ReadonlyMap<bigint, number>
  /** Bounds that were broken and equations that did not hold, as they were seen. */
  readonly violations: ReadonlyArray<string>
  readonly trace: ReadonlyArray<string>
}

/** For how long nothing may get its fate once nothing goes wrong any more. **Units**: milliseconds. */
const settleTimeoutMillis = 180_000

/** How often bounds are looked at. **Units**: milliseconds. */
const stepMillis = 500

/**
 * Runs a plan to its end.
 *
 * **Guarantee**: deterministic: the same plan gives the same result.
 */
export const simulate = Effect.fnUntraced(
  function* (plan: Plan) {
    const world = yield* makeWorld({ seed: plan.seed, batchSize: plan.batchSize })
    const simulation = new Simulation(world, plan, yield* Clock.Clock, yield* Scope.Scope)
    yield* world.broker.setFaults(plan.pubSub)
    for (let place = 0; place < plan.places; place++) yield* simulation.start(place)
    for (const event of plan.events) {
      yield* simulation.passUntil(event.at)
      yield* simulation.apply(event)
    }
    yield* simulation.heal
    return yield* simulation.finish
  },
  (effect, plan) => effect.pipe(Effect.scoped, Random.withSeed(plan.seed))
)

const streams = [
  ["orders", ordersTopic],
  ["payments", paymentsTopic]
] as const

class Simulation {
  readonly #world: World
  readonly #plan: Plan
  readonly #clock: Clock.Clock
  readonly #scope: Scope.Scope
  readonly #running = new Map<number, Process>()
  readonly #storedAt = new Map<bigint, number>()
  readonly #violations: Array<string> = []
  readonly #trace: Array<string> = []
  #started = 0

  constructor(world: World, plan: Plan, clock: Clock.Clock, scope: Scope.Scope) {
    this.#world = world
    this.#plan = plan
    this.#clock = clock
    this.#scope = scope
    injectFaults(world, plan, clock)
    world.storeFaults.onWrite = (operation, orderIds) => {
      this.#note(`${operation} ${orderIds.join(" ")}`)
      if (operation === "store payments") return
      for (const orderId of orderIds) {
        if (!this.#storedAt.has(orderId)) this.#storedAt.set(orderId, this.#clock.currentTimeMillisUnsafe())
      }
    }
  }

  start(place: number): Effect.Effect<void, never, Scope.Scope> {
    return Effect.gen({ self: this }, function* () {
      const name = `process ${++this.#started}`
      this.#note(`${name} starts`)
      this.#running.set(place, yield* this.#world.start(this.#plan.settings, name))
    })
  }

  /** Lets time pass, and looks at the bounds meanwhile. **Units**: ms from the begin. */
  passUntil(at: number): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      for (;;) {
        const left = worldBegins + at - this.#clock.currentTimeMillisUnsafe()
        if (left <= 0) return
        yield* pass(Math.min(left, stepMillis))
        yield* this.#checkBounds
      }
    })
  }

  apply(event: PlannedEvent): Effect.Effect<void, never, Scope.Scope> {
    return Effect.gen({ self: this }, function* () {
      const { storeFaults, publisherFaults, broker, publishRaw } = this.#world
      switch (event._tag) {
        case "Publish":
          this.#note(`publish ${event.messages.length} to ${event.topic}`)
          // In the background: it waits while the server is away.
          yield* Effect.forkIn(publishRaw(event.topic, ...event.messages), this.#scope)
          return
        case "TableAway":
        case "TableBack":
          this.#note(event._tag)
          storeFaults.isAway = event._tag === "TableAway"
          return
        case "DeadLettersAway":
        case "DeadLettersBack":
          this.#note(event._tag)
          publisherFaults.isAway = event._tag === "DeadLettersAway"
          return
        case "ServerAway":
          this.#note(`ServerAway for ${event.millis} ms`)
          return yield* broker.makeUnavailable(Duration.millis(event.millis))
        case "Crash":
        case "Stop":
          yield* this.#end(event)
      }
    })
  }

  #end(event: PlannedEvent & { readonly _tag: "Crash" | "Stop" }) {
    return Effect.gen({ self: this }, function* () {
      const process = this.#running.get(event.place)
      if (process === undefined) return
      this.#running.delete(event.place)
      this.#note(`${event._tag} of the process in place ${event.place}`)
      const scope = yield* Scope.Scope
      yield* event._tag === "Crash"
        ? process.crash
        : Effect.andThen(process.shutDown, this.#checkRest(process)).pipe(Effect.forkIn(scope))
      yield* Effect.sleep(Duration.millis(event.downMillis)).pipe(
        Effect.andThen(this.start(event.place)),
        Effect.forkIn(scope)
      )
    })
  }

  /** Nothing goes wrong any more. */
  get heal(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      yield* this.passUntil(this.#clock.currentTimeMillisUnsafe() - worldBegins + 5_000)
      this.#note("everything heals")
      const { storeFaults, publisherFaults, broker } = this.#world
      storeFaults.isAway = false
      storeFaults.encounter = () => "answered"
      publisherFaults.isAway = false
      yield* broker.heal
    })
  }

  /** Waits until everything has its fate, stops, and tells what is left. */
  get finish(): Effect.Effect<SimulationResult> {
    return Effect.gen({ self: this }, function* () {
      let pending = yield* this.#pending
      // A room with one place lets one lost payment through at a time: slow, but not stuck.
      for (let quiet = 0; pending.size > 0 && quiet < settleTimeoutMillis; quiet += stepMillis) {
        yield* pass(stepMillis)
        yield* this.#checkBounds
        const still = yield* this.#pending
        if (still.size < pending.size) quiet = 0
        pending = still
      }
      for (const process of this.#running.values()) {
        yield* process.shutDown
        yield* this.#checkRest(process)
      }
      const { broker, table } = this.#world
      const publishedTo = (topic: string) =>
        Effect.map(broker.publishedTo(topic), (all) => all.map((message) => ({ ...message, topic })))
      return {
        plan: this.#plan,
        published: [...(yield* publishedTo(ordersTopic)), ...(yield* publishedTo(paymentsTopic))],
        deadLetters: yield* broker.publishedTo(deadLetterTopic),
        pending,
        table,
        storedAt: this.#storedAt,
        violations: this.#violations,
        trace: this.#trace
      }
    })
  }

  get #pending(): Effect.Effect<ReadonlySet<string>> {
    return Effect.gen({ self: this }, function* () {
      const left = [
        ...(yield* this.#world.pending(ordersTopic)),
        ...(yield* this.#world.pending(paymentsTopic))
      ]
      return new Set(left.map(({ messageId }) => messageId))
    })
  }

  get #checkBounds(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const { settings } = this.#plan
      for (const process of this.#running.values()) {
        const exit = process.running.pollUnsafe()
        if (exit !== undefined && Exit.isFailure(exit)) this.#violate(`run failed: ${exit.cause}`)
        for (const [stream, topic] of streams) {
          const totals = yield* process.totals(stream)
          const held = totals.inFlight + totals.retrying + totals.waiting
          const accountable = yield* process.accountable(topic)
          if (held !== accountable) {
            this.#violate(`the ledger holds ${held} ${stream}, their subscription ${accountable}`)
          }
          if (totals.waiting > settings.waitingRoomMax) this.#violate(`${totals.waiting} wait`)
          if (totals.retrying > settings.maxRetrying) this.#violate(`${totals.retrying} ${stream} retry`)
          for (const [what, count] of Object.entries({ ...totals, fates: 0 })) {
            if (count < 0) this.#violate(`${what} of ${stream} is ${count}`)
          }
        }
      }
    })
  }

  /** A process that has ended has accounted for all it received (G7). */
  #checkRest(process: Process): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      for (const stream of ["orders", "payments"] as const) {
        const totals = yield* process.totals(stream)
        const left = totals.inFlight + totals.retrying + totals.waiting
        if (left !== 0) this.#violate(`${left} ${stream} are left after the end`)
        const imbalance = imbalanceOf(totals)
        if (imbalance !== 0) this.#violate(`${imbalance} ${stream} are unaccounted for`)
      }
    })
  }

  #violate(what: string): void {
    this.#note(`VIOLATION: ${what}`)
    this.#violations.push(what)
  }

  #note(what: string): void {
    const at = (this.#clock.currentTimeMillisUnsafe() - worldBegins) / 1_000
    this.#trace.push(`${at.toFixed(3).padStart(9)} s  ${what}`)
  }
}
