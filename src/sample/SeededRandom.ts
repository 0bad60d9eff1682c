/** Random numbers that depend on a seed alone, so that the same seed gives the same traffic on every machine. */

/** Gives the next number, at least 0 and below 1. */
export type SeededRandom = () => number

/**
 * Numbers that depend on these integers and on nothing else.
 *
 * **Shape**: a path such as seed, stream, id; each path has numbers of its own, so any item can be made without the
 * ones before it. Splitmix32: fast and evenly distributed, not for secrets.
 */
export const seededRandom = (...path: ReadonlyArray<number>): SeededRandom => {
  let state = path.reduce(
    (hash, part) => mix(mix(hash ^ (part | 0)) ^ Math.floor(part / 2 ** 32)),
    0x9e3779b9
  )
  return () => {
    state = (state + 0x9e3779b9) | 0
    return (mix(state) >>> 0) / 2 ** 32
  }
}

/** A whole number from `min` to `max`, both included. */
export const intBetween = (random: SeededRandom, min: number, max: number): number =>
  min + Math.floor(random() * (max - min + 1))

/** One of the values, each as likely. */
export const oneOf = <A>(random: SeededRandom, values: readonly [A, ...Array<A>]): A =>
  values[Math.floor(random() * values.length)] ?? values[0]

const mix = (input: number): number => {
  let hash = input | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad)
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97)
  return hash ^ (hash >>> 15)
}
