/** The machine and the network of one simulated process: it can stand still, die, and be cut off from each server. */
import { type Clock, type Context, Duration, Effect, Scheduler } from "effect"
import { pass } from "../../src/testing/VirtualTime.ts"
import { StoppableScheduler } from "./StoppableScheduler.ts"

/** What a process reaches over the network. */
export type Remote = "facts" | "progress" | "pubSub"

/** How it reaches it: `refused` is told at once; where it is `silent`, nothing arrives and nothing comes back. */
export type Link = "open" | "refused" | "silent"

/** Everything outside of the process: its fibers run whatever happens to the process. */
export interface Outside {
  readonly context: Context.Context<never>
  readonly clock: Clock.Clock
}

/**
 * Where one process runs.
 *
 * A request that is on its way is none of the process's any more: the server carries it out whether or not the process
 * waits for it, stands still, is dead, or has given it up.
 */
export class ProcessHost {
  readonly scheduler: StoppableScheduler
  readonly #outside: Outside
  readonly #links: Record<Remote, Link> = { facts: "open", progress: "open", pubSub: "open" }
  #isDead = false
  /** Answers that lie unread in the sockets of a process that stands still. */
  #unread: Array<() => void> = []

  constructor(outside: Outside, scheduler: Scheduler.Scheduler) {
    this.#outside = outside
    this.scheduler = new StoppableScheduler(scheduler)
  }

  get isDead(): boolean {
    return this.#isDead
  }

  get isFrozen(): boolean {
    return this.scheduler.isStopped && !this.#isDead
  }

  link(remote: Remote): Link {
    return this.#links[remote]
  }

  setLink(remote: Remote, link: Link): void {
    this.#links[remote] = link
  }

  /** Runs fibers of the process, and what they fork. */
  readonly run = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.provideService(effect, Scheduler.Scheduler, this.scheduler)

  /** Stands still: SIGSTOP. */
  freeze(): void {
    if (!this.#isDead) this.scheduler.stop()
  }

  /** Goes on: SIGCONT. As in Node's event loop, timers that are late have their turn before any socket is read. */
  get wake(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      if (this.#isDead) return
      this.scheduler.goOn()
      yield* pass(0)
      const unread = this.#unread
      this.#unread = []
      for (const read of unread) read()
    })
  }

  /** Dies at once: SIGKILL. None of its fibers takes another step, so nothing is released or finished. */
  kill(): void {
    this.#isDead = true
    this.#unread = []
    this.scheduler.stop()
  }

  /**
   * A request to a server. `serve` is the server's part, on its way there and back included.
   *
   * Where its answer cannot come, the process finds `unreachable` after `timeoutMillis`, or at once where it is refused.
   */
  request<A, E>(
    remote: Remote,
    serve: Effect.Effect<A, E>,
    unreachable: Effect.Effect<A, E>,
    timeoutMillis: number
  ): Effect.Effect<A, E> {
    const { clock, context } = this.#outside
    const run = Effect.runForkWith(context)
    return Effect.callback<A, E>((resume) => {
      const sentAt = clock.currentTimeMillisUnsafe()
      const isOpen = () => this.#links[remote] === "open"
      const loseIt = () => {
        const left = sentAt + timeoutMillis - clock.currentTimeMillisUnsafe()
        run(Effect.sleep(Duration.millis(Math.max(0, left)))).addObserver(() =>
          this.#arrive(() => resume(unreachable))
        )
      }
      if (this.#links[remote] === "refused") return resume(unreachable)
      if (!isOpen()) return loseIt()
      run(serve).addObserver((exit) => {
        if (isOpen()) this.#arrive(() => resume(exit))
        else loseIt()
      })
    })
  }

  #arrive(read: () => void): void {
    if (this.#isDead) return
    if (this.isFrozen) this.#unread.push(read)
    else read()
  }
}
