/** One request to settle deliveries, or ids, from the claim to the last answer. */

/** One request to settle deliveries, or ids, from the claim to the last answer; `Lost` says of one why it was not. */
export class SettleRequest<Lost> {
  /** How many answers are still to come. */
  open = 0
  done = 0
  readonly lost: Array<Lost> = []
  /** Whether it is given back, not acknowledged. */
  readonly isRelease: boolean
  #finished: ((settled: { readonly done: number; readonly lost: ReadonlyArray<Lost> }) => void) | undefined

  constructor(isRelease: boolean) {
    this.isRelease = isRelease
  }

  /** Calls back once every answer is there. */
  whenFinished(
    callback: (settled: { readonly done: number; readonly lost: ReadonlyArray<Lost> }) => void
  ): void {
    this.#finished = callback
    this.#look()
  }

  /** One of them has its answer: settled where `lost` is undefined. */
  answered(lost: Lost | undefined): void {
    this.open -= 1
    if (lost === undefined) this.done += 1
    else this.lost.push(lost)
    this.#look()
  }

  #look(): void {
    if (this.open > 0) return
    this.#finished?.({ done: this.done, lost: this.lost })
    this.#finished = undefined
  }
}
