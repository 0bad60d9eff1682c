/** What scenarios found: one number a round for everything that was measured, and for every ratio. */

/** One quantity, a number for each round. */
export interface Series {
  readonly id: string
  readonly title: string
  readonly unit: string
  readonly values: ReadonlyArray<number>
}

/** What was measured of each candidate, and the ratios of the two, round by round. */
export interface Findings {
  readonly measured: ReadonlyArray<Series>
  readonly ratios: ReadonlyArray<Series>
}

/** How a quantity is named and which unit it has. */
export interface Quantity {
  readonly title: string
  readonly unit: string
}

/** Collects the rounds of one scenario. */
export class Measurements<Key extends string> {
  readonly #scenario: string
  readonly #quantities: Readonly<Record<Key, Quantity>>
  readonly #values = new Map<string, Array<number>>()

  constructor(scenario: string, quantities: Readonly<Record<Key, Quantity>>) {
    this.#scenario = scenario
    this.#quantities = quantities
  }

  /** Records one value of this round. */
  record(candidate: string, key: Key, value: number): void {
    const id = this.#id(key, candidate)
    const values = this.#values.get(id) ?? []
    values.push(value)
    this.#values.set(id, values)
  }

  /** The values of one candidate, in the order of the rounds. */
  of(candidate: string, key: Key): ReadonlyArray<number> {
    return this.#values.get(this.#id(key, candidate)) ?? []
  }

  /** Everything recorded of these candidates. */
  measured(candidates: ReadonlyArray<string>): ReadonlyArray<Series> {
    return this.#keys().flatMap((key) =>
      candidates.flatMap((candidate) => {
        const { title, unit } = this.#quantities[key]
        const values = this.of(candidate, key)
        const id = this.#id(key, candidate)
        return values.length === 0
          ? []
          : [{ id, title: `${this.#scenario}: ${title}, ${candidate}`, unit, values }]
      })
    )
  }

  /** Each quantity of `other` by the same quantity of `base`, round by round. */
  ratios(base: string, other: string): ReadonlyArray<Series> {
    return this.#keys().map((key) => ({
      id: `${this.#scenario}.${key}`,
      title: `${this.#scenario}: ${this.#quantities[key].title}, ${other} / ${base}`,
      unit: "×",
      values: paired(this.of(other, key), this.of(base, key), (value, reference) => value / reference)
    }))
  }

  #keys(): ReadonlyArray<Key> {
    return Object.keys(this.#quantities) as Array<Key>
  }

  #id(key: Key, candidate: string): string {
    return `${this.#scenario}.${key} of ${candidate}`
  }
}

/** Whether every round gave a number. */
export const isFound = ({ values }: Series): boolean => values.length > 0 && values.every(Number.isFinite)

/** Combines the values of two series, round by round. */
export const paired = (
  values: ReadonlyArray<number>,
  others: ReadonlyArray<number>,
  combine: (value: number, other: number) => number
): ReadonlyArray<number> => values.map((value, round) => combine(value, others[round] ?? Number.NaN))

/** All findings of several scenarios together. */
export const together = (findings: ReadonlyArray<Findings>): Findings => ({
  measured: findings.flatMap(({ measured }): ReadonlyArray<Series> => measured),
  ratios: findings.flatMap(({ ratios }): ReadonlyArray<Series> => ratios)
})
