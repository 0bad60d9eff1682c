/** Publish times of what was given back or lost: somebody else has it soon, and until then nobody shows it. */
export class GivenBackTimes {
  /** The oldest of those that count until the end of a second. At most one a second, for as long as they count. */
  readonly #byEnd = new Map<number, number>()

  /** **Units**: µs since the epoch; and ms of a monotonic clock, rounded up to a second. */
  note(publishTimeMicros: number, untilMillis: number): void {
    const end = Math.ceil(untilMillis / 1_000)
    this.#byEnd.set(end, Math.min(this.#byEnd.get(end) ?? publishTimeMicros, publishTimeMicros))
  }

  /** The oldest of those that count still; undefined where none does. */
  oldestMicros(nowMillis: number): number | undefined {
    let oldest: number | undefined
    for (const [end, micros] of this.#byEnd) {
      if (end * 1_000 <= nowMillis) this.#byEnd.delete(end)
      else if (oldest === undefined || micros < oldest) oldest = micros
    }
    return oldest
  }
}
