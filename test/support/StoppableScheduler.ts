/**
 * Runs the fibers of one simulated process, and stops them all at once: SIGSTOP and SIGCONT in virtual time.
 *
 * Before each step a fiber asks its scheduler whether to yield. A stopped scheduler says yes, and keeps what is scheduled:
 * whatever would resume a fiber (a timer, an answer, another fiber) is found again when it goes on, in the order in which
 * it came. The clock runs on meanwhile, so timers are late, all together, as they are after SIGCONT.
 */
import type { Fiber, Scheduler } from "effect"

/** A scheduler that can be stopped. */
export class StoppableScheduler implements Scheduler.Scheduler {
  readonly executionMode: Scheduler.Scheduler["executionMode"]
  readonly #inner: Scheduler.Scheduler
  #isStopped = false
  #kept: Array<() => void> = []

  constructor(inner: Scheduler.Scheduler) {
    this.#inner = inner
    this.executionMode = inner.executionMode
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  stop(): void {
    this.#isStopped = true
  }

  goOn(): void {
    this.#isStopped = false
    const kept = this.#kept
    this.#kept = []
    for (const schedule of kept) schedule()
  }

  shouldYield(fiber: Fiber.Fiber<unknown, unknown>): boolean {
    return this.#isStopped || this.#inner.shouldYield(fiber)
  }

  makeDispatcher(): Scheduler.SchedulerDispatcher {
    const dispatcher = this.#inner.makeDispatcher()
    const schedule = (task: () => void, priority: number): void => {
      const keep = () => this.#kept.push(() => schedule(task, priority))
      if (this.#isStopped) keep()
      // What was scheduled before the stop stands still too.
      else dispatcher.scheduleTask(() => (this.#isStopped ? keep() : task()), priority)
    }
    return { scheduleTask: schedule, flush: () => dispatcher.flush() }
  }
}
