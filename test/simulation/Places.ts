/** The processes of a simulation, each in its place, and what happens to them. */
import { Duration, Effect, Fiber, Scope } from "effect"
import { TestClock } from "effect/testing"
import type { ProcessingSettings } from "../../src/ingest/ProcessingSettings.ts"
import type { Remote } from "../support/ProcessHost.ts"
import type { Process, World } from "../support/World.ts"
import { unaccountedFor } from "./Bounds.ts"
import type { PlannedFault } from "./FaultSchedule.ts"

type Of<Tag extends PlannedFault["_tag"]> = Extract<PlannedFault, { readonly _tag: Tag }>

/** What places report. */
export interface PlaceReports {
  readonly note: (what: string) => void
  readonly violate: (what: string) => void
}

/** The processes of a simulation. What takes time goes on in the scope, beside the schedule. */
export class Places {
  readonly #world: World
  readonly #settings: ProcessingSettings
  readonly #reports: PlaceReports
  readonly #scope: Scope.Scope
  readonly #running = new Map<number, Process>()
  readonly #all: Array<Process> = []
  #started = 0
  readonly #stops: Array<Fiber.Fiber<void>> = []

  constructor(world: World, settings: ProcessingSettings, reports: PlaceReports, scope: Scope.Scope) {
    this.#world = world
    this.#settings = settings
    this.#reports = reports
    this.#scope = scope
  }

  get running(): Iterable<Process> {
    return this.#running.values()
  }

  start(place: number): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      if (this.#running.has(place)) return
      // Counted before it has started, which takes time: two that start together are two processes.
      this.#started += 1
      const name = `process ${this.#started}`
      this.#reports.note(`${name} starts in place ${place}`)
      const process = yield* this.#world.start(this.#settings, name)
      this.#all.push(process)
      this.#running.set(place, process)
    }).pipe(Scope.provide(this.#scope))
  }

  end({ _tag, downMillis, place }: Of<"Kill" | "Stop">): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const process = this.#running.get(place)
      if (process === undefined) return
      this.#running.delete(place)
      this.#reports.note(`${_tag} ${process.name}`)
      if (_tag === "Kill") yield* process.crash
      else this.#stops.push(yield* this.#aside(this.#stop(process)))
      if (downMillis !== undefined) yield* this.#after(downMillis, this.start(place))
    })
  }

  freeze({ millis, place }: Of<"Freeze">): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const process = this.#running.get(place)
      if (process === undefined || process.isFrozen()) return
      this.#reports.note(`${process.name} stands still for ${millis} ms`)
      yield* process.freeze
      yield* this.#after(
        millis,
        Effect.suspend(() => {
          this.#reports.note(`${process.name} goes on`)
          return process.wake
        })
      )
    })
  }

  partition({ link, millis, place, remotes }: Of<"Partition">): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const process = this.#running.get(place)
      if (process === undefined) return
      this.#reports.note(`${process.name} is cut off from ${remotes.join(", ")} (${link}) for ${millis} ms`)
      yield* Effect.forEach(remotes, (remote) => process.setLink(remote, link), { discard: true })
      yield* this.#after(millis, mend(process, remotes))
    })
  }

  /** Every process goes on and reaches its servers; one runs at least. */
  get heal(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      for (const process of this.#all) {
        yield* mend(process, remotes)
        yield* process.wake
      }
      if (this.#running.size === 0) yield* this.start(0)
    })
  }

  /** Stops all, and waits for those that are stopping already. */
  get shutDown(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      yield* Effect.raceFirst(Fiber.awaitAll(this.#stops), Effect.forever(TestClock.adjust("100 millis")))
      for (const process of this.#running.values()) {
        yield* process.shutDown
        yield* this.#checkRest(process)
      }
    })
  }

  #stop(process: Process): Effect.Effect<void> {
    return Effect.andThen(process.terminate, this.#checkRest(process))
  }

  #checkRest(process: Process): Effect.Effect<void> {
    return Effect.map(unaccountedFor(process), (broken) => {
      for (const what of broken) this.#reports.violate(`${process.name}: ${what}`)
    })
  }

  #after(millis: number, effect: Effect.Effect<void>): Effect.Effect<void> {
    return Effect.asVoid(this.#aside(Effect.delay(effect, Duration.millis(millis))))
  }

  #aside(effect: Effect.Effect<void>): Effect.Effect<Fiber.Fiber<void>> {
    return Effect.forkIn(effect, this.#scope)
  }
}

const remotes: ReadonlyArray<Remote> = ["facts", "progress", "pubSub"]

const mend = (process: Process, remotes: ReadonlyArray<Remote>): Effect.Effect<void> =>
  Effect.forEach(remotes, (remote) => process.setLink(remote, "open"), { discard: true })
