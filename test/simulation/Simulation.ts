/** Runs a plan: processors on the in-memory ports, in virtual time, until everything has its fate. */
import { Clock, Duration, Effect, Random, Scope } from "effect"
import type { Published } from "../../src/pubsub/memory/internal/Published.ts"
import { pass } from "../../src/testing/VirtualTime.ts"
import type { CellTable } from "../support/CellTable.ts"
import type { DeliveryLog } from "../support/DeliveryLog.ts"
import {
  deadLetterTopic,
  makeWorld,
  ordersTopic,
  paymentsTopic,
  type World,
  worldBegins
} from "../support/World.ts"
import { brokenBounds } from "./Bounds.ts"
import { fateDeadlineMillis } from "./FateDeadline.ts"
import { insertForeignRows } from "./ForeignRows.ts"
import { Places } from "./Places.ts"
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
  /** When each order was first in the table. **Units**: ms since the epoch. */
  readonly storedAt: ReadonlyMap<bigint, number>
  /** Orders a payment of which was written after its writer had given that write up. */
  readonly lateWrites: ReadonlySet<bigint>
  readonly log: DeliveryLog
  /** Bounds that were broken and equations that did not hold, as they were seen. */
  readonly violations: ReadonlyArray<string>
  readonly trace: ReadonlyArray<string>
}

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
    for (let place = 0; place < plan.places; place++) yield* simulation.places.start(place)
    for (const event of plan.events) {
      yield* simulation.passUntil(event.at)
      yield* simulation.apply(event)
    }
    yield* simulation.heal
    return yield* simulation.finish
  },
  (effect, plan) => effect.pipe(Effect.scoped, Random.withSeed(plan.seed))
)

class Simulation {
  readonly places: Places
  readonly #world: World
  readonly #plan: Plan
  readonly #clock: Clock.Clock
  readonly #scope: Scope.Scope
  readonly #storedAt = new Map<bigint, number>()
  readonly #lateWrites = new Set<bigint>()
  readonly #violations: Array<string> = []
  readonly #trace: Array<string> = []

  constructor(world: World, plan: Plan, clock: Clock.Clock, scope: Scope.Scope) {
    this.#world = world
    this.#plan = plan
    this.#clock = clock
    this.#scope = scope
    const reports = { note: this.#note.bind(this), violate: this.#violate.bind(this) }
    this.places = new Places(world, plan.settings, reports, scope)
    injectFaults(world, plan, clock)
    insertForeignRows(world.table, plan.table.foreign)
    for (const { orderId } of plan.table.foreign) this.#storedAt.set(orderId, worldBegins)
    world.storeFaults.onWrite = (operation, orderIds, isLate) => {
      this.#note(`${operation} ${orderIds.join(" ")}${isLate ? " late" : ""}`)
      for (const orderId of orderIds) {
        if (operation === "store payments" && isLate) this.#lateWrites.add(orderId)
        if (operation === "store orders" && !this.#storedAt.has(orderId))
          this.#storedAt.set(orderId, this.#clock.currentTimeMillisUnsafe())
      }
    }
  }

  /** Lets time pass, and looks at the bounds meanwhile. **Units**: ms from the begin. */
  passUntil(at: number): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      for (;;) {
        const left = at - this.#now
        if (left <= 0) return
        yield* pass(Math.min(left, stepMillis))
        yield* this.#checkBounds
      }
    })
  }

  apply(event: PlannedEvent): Effect.Effect<void> {
    const { broker, progressFaults, publisherFaults, publishRaw, storeFaults } = this.#world
    switch (event._tag) {
      case "Publish":
        this.#note(`publish ${event.messages.length} to ${event.topic}`)
        // In the background: it waits while the server is away.
        return Effect.asVoid(Effect.forkIn(publishRaw(event.topic, ...event.messages), this.#scope))
      case "TableAway":
      case "TableBack":
        this.#note(event._tag)
        return Effect.sync(() => {
          storeFaults.isAway = event._tag === "TableAway"
          progressFaults.isAway = storeFaults.isAway
        })
      case "DeadLettersAway":
      case "DeadLettersBack":
        this.#note(event._tag)
        return Effect.sync(() => {
          publisherFaults.isAway = event._tag === "DeadLettersAway"
        })
      case "ServerAway":
        this.#note(`ServerAway for ${event.millis} ms`)
        return broker.makeUnavailable(Duration.millis(event.millis))
      case "Kill":
      case "Stop":
        return this.places.end(event)
      case "Start":
        return this.places.start(event.place)
      case "Freeze":
        return this.places.freeze(event)
      case "Partition":
        return this.places.partition(event)
    }
  }

  /** Nothing goes wrong any more. */
  get heal(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      yield* this.passUntil(this.#now + 5_000)
      this.#note("everything heals")
      const { broker, progressFaults, publisherFaults, storeFaults } = this.#world
      storeFaults.isAway = false
      storeFaults.encounter = () => "answered"
      progressFaults.isAway = false
      progressFaults.encounter = () => "answered"
      storeFaults.failsToRead = () => false
      publisherFaults.isAway = false
      yield* broker.heal
      yield* this.places.heal
    })
  }

  /** Waits until everything has its fate or should have, stops, and tells what is left. */
  get finish(): Effect.Effect<SimulationResult> {
    return Effect.gen({ self: this }, function* () {
      let pending = yield* this.#pending
      const deadline = this.#now + fateDeadlineMillis(this.#plan, pending.size)
      while (pending.size > 0 && this.#now < deadline) {
        yield* pass(stepMillis)
        yield* this.#checkBounds
        pending = yield* this.#pending
      }
      yield* this.places.shutDown
      const { broker, log, table } = this.#world
      const publishedTo = (topic: string) =>
        Effect.map(broker.publishedTo(topic), (all) => all.map((message) => ({ ...message, topic })))
      return {
        plan: this.#plan,
        published: [...(yield* publishedTo(ordersTopic)), ...(yield* publishedTo(paymentsTopic))],
        deadLetters: yield* broker.publishedTo(deadLetterTopic),
        pending,
        table,
        storedAt: this.#storedAt,
        lateWrites: this.#lateWrites,
        log,
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
      for (const process of this.places.running) {
        for (const what of yield* brokenBounds(process, this.#plan.settings))
          this.#violate(`${process.name}: ${what}`)
      }
    })
  }

  /** **Units**: ms from the begin. */
  get #now(): number {
    return this.#clock.currentTimeMillisUnsafe() - worldBegins
  }

  #violate(what: string): void {
    this.#note(`VIOLATION: ${what}`)
    this.#violations.push(what)
  }

  #note(what: string): void {
    this.#trace.push(`${(this.#now / 1_000).toFixed(3).padStart(9)} s  ${what}`)
  }
}
