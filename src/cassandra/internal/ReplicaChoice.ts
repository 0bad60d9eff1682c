/** Which of several hosts gets a request: the better of two taken at random (power of two choices). */
import { costOf, type HostLoad, isUsable } from "./HostLoad.ts"

/** A source of random numbers. **Shape**: as `Math.random`: from 0 up to 1. */
export type RandomSource = () => number

/**
 * The host to send a request to: of two that are taken at random the one where it costs less; undefined where none of
 * them may be asked.
 *
 * Not the best of all: until answers come, everybody who chose the best has chosen the same, and the load would swing
 * from host to host.
 */
export const chooseHost = (
  hosts: ReadonlyArray<HostLoad>,
  now: number,
  random: RandomSource
): HostLoad | undefined => {
  const count = hosts.length
  const first = Math.floor(random() * count)
  const second = count < 2 ? first : (first + 1 + Math.floor(random() * (count - 1))) % count
  const better = betterOf(hosts[first], hosts[second], now)
  if (better !== undefined || count < 3) return better
  let best: HostLoad | undefined
  for (const host of hosts) best = betterOf(best, host, now)
  return best
}

/** Where they cost the same, the first. */
const betterOf = (
  one: HostLoad | undefined,
  other: HostLoad | undefined,
  now: number
): HostLoad | undefined => {
  const mayOne = one !== undefined && isUsable(one)
  const mayOther = other !== undefined && isUsable(other)
  if (mayOne && mayOther) return costOf(other, now) < costOf(one, now) ? other : one
  if (mayOne) return one
  return mayOther ? other : undefined
}
