/** How much comes and goes, as the end of a sentence. */
import { lasted } from "./LastedText.ts"
import type { StatusReading } from "./StatusReading.ts"

/** `312 orders a second stored, 4 s behind, 118 payments wait`. */
export const flowOf = ({ behindSeconds, storedPerSecond, waiting }: StatusReading): string =>
  [
    storedPerSecond === undefined
      ? "It is not known yet how many orders come"
      : `${counted(Math.round(storedPerSecond), "order")} a second stored`,
    behindSeconds === undefined
      ? "how far behind is not known yet"
      : behindSeconds < 0.5
        ? "caught up"
        : `${lasted(behindSeconds * 1_000 + 500)} behind`,
    waiting === 1 ? "1 payment waits" : `${waiting === 0 ? "no" : whole(waiting)} payments wait`
  ].join(", ")

/** `1 order`, `1,200 orders`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${whole(value)} ${value === 1 ? one : many}`

const whole = (value: number): string => value.toLocaleString("en")
