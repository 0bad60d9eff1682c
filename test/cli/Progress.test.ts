import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { withProgress } from "../../src/cli/Progress.ts"
import { Screen } from "../../src/cli/Screen.ts"
import { fakeScreen } from "./FakeScreen.ts"

/** Work that ends when told to, shown by a line that counts how often it was asked for. */
const staged = (isTTY: boolean) =>
  Effect.gen(function* () {
    const { screen, written } = fakeScreen(isTTY)
    const ending = yield* Deferred.make<string>()
    let asked = 0
    const line = Effect.sync(() => `line ${++asked}`)
    const work = yield* Deferred.await(ending).pipe(
      withProgress(line),
      Effect.provideService(Screen, screen),
      Effect.forkChild({ startImmediately: true })
    )
    return { screen, written, ending, work }
  })

const erase = "\r\u001b[2K"

describe("progress", () => {
  it.effect("without a terminal it is a line every 10 s", () =>
    Effect.gen(function* () {
      const { written, ending, work } = yield* staged(false)
      yield* TestClock.adjust("9 seconds")
      expect(written()).toBe("")
      yield* TestClock.adjust("11 seconds")
      expect(written()).toBe("line 1\nline 2\n")
      yield* Deferred.succeed(ending, "done")
      expect(yield* Fiber.join(work)).toBe("done")
      yield* TestClock.adjust("1 minute")
      expect(written()).toBe("line 1\nline 2\n")
    })
  )

  it.effect("on a terminal one line is redrawn, and gone at the end", () =>
    Effect.gen(function* () {
      const { written, ending, work } = yield* staged(true)
      yield* TestClock.adjust("400 millis")
      yield* Deferred.succeed(ending, "done")
      yield* Fiber.join(work)
      expect(written()).toBe(`${erase}line 1${erase}line 2${erase}`)
    })
  )

  it.effect("an interruption reaches the work, and takes the live line away", () =>
    Effect.gen(function* () {
      const { written, work } = yield* staged(true)
      yield* TestClock.adjust("200 millis")
      yield* Fiber.interrupt(work)
      expect(Exit.hasInterrupts(yield* Fiber.await(work))).toBe(true)
      expect(written()).toBe(`${erase}line 1${erase}`)
    })
  )
})

describe("a screen", () => {
  it("writes a line above the live line, which stays below the terminal's width", () => {
    const { screen, written } = fakeScreen(true)
    screen.setLive("a live line that is too long")
    screen.writeLine("a log line")
    expect(written()).toBe(`${erase}a live line that is${erase}a log line\na live line that is`)
  })

  it("shows no live line where there is no terminal", () => {
    const { screen, written } = fakeScreen(false)
    screen.setLive("live")
    screen.writeLine("line")
    expect(written()).toBe("line\n")
  })
})
