/** Processors whose clock is wrong, beside others whose clock is right. */
import { existsSync } from "node:fs"
import { Effect } from "effect"
import { untilReady } from "../Processors.ts"
import type { Scenario } from "../Scenario.ts"

const wrongClock = (name: string, offset: string): Scenario => ({
  name,
  fault: `clock of one of two processors ${offset} wrong`,
  missing: () =>
    existsSync(fakeTime) ? undefined : "libfaketime is not installed (apt-get install libfaketime)",
  // Neither process needs a right clock, nor can it tell which is wrong.
  signs: { doctor: "CF-405" },
  environment: { LD_PRELOAD: fakeTime, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: "1" },
  run: ({ processors, untilPublished, lookForSigns }) =>
    Effect.gen(function* () {
      const [wrong, right] = yield* Effect.all([
        processors.start(),
        processors.start({ environment: { FAKETIME: "+0" } })
      ])
      yield* Effect.forEach([wrong, right], untilReady)
      yield* lookForSigns()
      yield* untilPublished(1)
    })
})

const fakeTime = `/usr/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu/faketime/libfaketime.so.1`

/** Wrong by an hour, either way. */
export const clocks: ReadonlyArray<Scenario> = [
  wrongClock("clock-ahead", "+1h"),
  wrongClock("clock-behind", "-1h")
]
