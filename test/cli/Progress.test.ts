import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"
import { layerLogging } from "../../src/cli/Logging.ts"
import { withProgress } from "../../src/cli/Progress.ts"
import { Screen } from "../../src/cli/Screen.ts"
import { fakeScreen } from "./FakeScreen.ts"

/** Work that ends when told to, shown by a line that says how far it is. */
const staged = (isTTY: boolean, format: Option.Option<"pretty" | "json"> = Option.none()) =>
  Effect.gen(function* () {
    const { screen, written } = fakeScreen(isTTY)
    const ending = yield* Deferred.make<string>()
    const state = { done: 0 }
    const line = Effect.sync(() => `line ${state.done}`)
    const work = yield* Deferred.await(ending).pipe(
      withProgress(line),
      Effect.provide(layerLogging({ level: "Info", format })),
      Effect.provideService(Screen, screen),
      Effect.forkChild({ startImmediately: true })
    )
    yield* Effect.yieldNow
    const messages = () =>
      written()
        .trimEnd()
        .split("\n")
        .map((text) => JSON.parse(text).message)
    return { screen, written, messages, ending, work, state }
  })

const erase = "\r\u001b[2K"

describe("progress", () => {
  it.effect(
    "without a terminal it is a log line every 10 s in which something changed, and none in others",
    () =>
      Effect.gen(function* () {
        const { written, messages, ending, work, state } = yield* staged(false)
        yield* TestClock.adjust("9 seconds")
        expect(written()).toBe("")
        yield* TestClock.adjust("2 seconds")
        expect(messages()).toEqual(["line 0"])
        yield* TestClock.adjust("1 hour")
        expect(messages()).toEqual(["line 0"])
        state.done = 1
        yield* TestClock.adjust("10 seconds")
        expect(messages()).toEqual(["line 0", "line 1"])
        yield* Deferred.succeed(ending, "done")
        expect(yield* Fiber.join(work)).toBe("done")
        state.done = 2
        yield* TestClock.adjust("1 minute")
        expect(messages()).toEqual(["line 0", "line 1"])
      })
  )

  it.effect("on a terminal too it is a log line where those are JSON: nothing else is among them", () =>
    Effect.gen(function* () {
      const { messages } = yield* staged(true, Option.some("json"))
      yield* TestClock.adjust("11 seconds")
      expect(messages()).toEqual(["line 0"])
    })
  )

  it.effect("on a terminal one line is redrawn, and gone at the end", () =>
    Effect.gen(function* () {
      const { written, ending, work, state } = yield* staged(true)
      yield* TestClock.adjust("200 millis")
      state.done = 1
      yield* TestClock.adjust("200 millis")
      yield* Deferred.succeed(ending, "done")
      yield* Fiber.join(work)
      expect(written()).toBe(`${erase}line 0${erase}line 1${erase}`)
    })
  )

  it.effect("an interruption reaches the work, and takes the live line away", () =>
    Effect.gen(function* () {
      const { written, work } = yield* staged(true)
      yield* TestClock.adjust("200 millis")
      yield* Fiber.interrupt(work)
      expect(Exit.hasInterrupts(yield* Fiber.await(work))).toBe(true)
      expect(written()).toBe(`${erase}line 0${erase}`)
    })
  )
})

describe("a screen", () => {
  it("writes a line above the live line, which stays below the terminal's width", () => {
    const { screen, written } = fakeScreen(true)
    screen.setLive("a live line that is too long")
    screen.writeLine("a log line")
    expect(written()).toBe(`${erase}a live line that i…${erase}a log line\na live line that i…`)
  })

  it("cuts a live line that is too wide between its parts, not within a number", () => {
    const { screen, written } = fakeScreen(true)
    screen.setLive("one 1 · two 22 · three 333")
    expect(written()).toBe(`${erase}one 1 · two 22`)
  })

  it("takes a terminal that does not say how wide it is for one of 80 columns", () => {
    const { screen, written } = fakeScreen(true, 0)
    screen.setLive("one 1 · two 22 · three 333")
    expect(written()).toBe(`${erase}one 1 · two 22 · three 333`)
  })

  it("shows no live line where there is no terminal", () => {
    const { screen, written } = fakeScreen(false)
    screen.setLive("live")
    screen.writeLine("line")
    expect(written()).toBe("line\n")
  })
})
