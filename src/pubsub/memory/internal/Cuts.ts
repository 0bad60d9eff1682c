/** Processes that are cut off from the embedded server. **Units**: ms since the epoch. */
export class Cuts {
  readonly #cuts = new Map<string, Cut>()

  /** Cuts one process off, or joins it again where the time is over. */
  cutOff(process: string, now: number, until: number): void {
    if (until > now) this.#cuts.set(process, { from: this.#cuts.get(process)?.from ?? now, until })
    else this.#cuts.delete(process)
  }

  joinAll(): void {
    this.#cuts.clear()
  }

  /** Until when a process is cut off; undefined where it is not, or none is named. */
  until(process: string | undefined): number | undefined {
    return process === undefined ? undefined : this.#cuts.get(process)?.until
  }

  /** Whether the server still sends to a process that is cut off, since it does not know yet. */
  sendsIntoTheVoid(process: string, now: number): boolean {
    const cut = this.#cuts.get(process)
    return cut !== undefined && now < Math.min(cut.from + unnoticedMillis, cut.until)
  }
}

interface Cut {
  readonly from: number
  readonly until: number
}

/** How long the server sends on to a process that does not answer: a TCP connection times out. **Units**: milliseconds. */
const unnoticedMillis = 15_000
