import { describe, expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { layerLogging } from "../../src/cli/Logging.ts"
import { Screen } from "../../src/cli/Screen.ts"
import type { LogSettings } from "../../src/config/Settings.ts"
import { fakeScreen } from "./FakeScreen.ts"

/** What the logging effect writes under these settings. */
const logged = (settings: Partial<LogSettings>, isTTY: boolean, logging: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const { screen, written } = fakeScreen(isTTY)
    yield* logging.pipe(
      Effect.provide(layerLogging({ level: "Info", format: Option.none(), ...settings })),
      Effect.provideService(Screen, screen)
    )
    return written()
  })

describe("log lines", () => {
  it.effect("without a terminal each is one JSON object, its message a text, its annotations flat", () =>
    Effect.gen(function* () {
      const logging = Effect.logWarning("slow", 12).pipe(
        Effect.annotateLogs({ stream: "orders", rows: 3, severity: "forged", id: 2n ** 63n - 1n })
      )
      const text = yield* logged({}, false, logging)
      expect(text).toMatch(/^[^\n]*\n$/)
      expect(JSON.parse(text)).toEqual({
        severity: "WARNING",
        timestamp: "1970-01-01T00:00:00.000Z",
        message: "slow 12",
        stream: "orders",
        rows: 3,
        id: "9223372036854775807"
      })
    })
  )

  it.effect("on a terminal they are for people, unless JSON is asked for", () =>
    Effect.gen(function* () {
      const logging = Effect.logInfo("applied it").pipe(Effect.annotateLogs({ file: "a b", id: 7n }))
      expect(yield* logged({}, true, logging)).toMatch(
        /^\S*\d\d:\d\d:\d\d\S* INFO {2}applied it.* file="a b" id=7\S*\n$/
      )
      const asJson = yield* logged({ format: Option.some("json") }, true, logging)
      expect(JSON.parse(asJson)).toMatchObject({ severity: "INFO", file: "a b" })
    })
  )

  it.effect.each(["pretty", "json"] as const)(
    "as %s, nothing from a message steers the terminal or adds a line",
    (format) =>
      Effect.gen(function* () {
        const hostile = "\u001b[2J\u009b\u202e\u2028\nFATAL forged"
        const logging = Effect.logInfo(hostile).pipe(Effect.annotateLogs({ item: hostile, [hostile]: "x" }))
        const text = yield* logged({ format: Option.some(format) }, false, logging)
        expect(text.slice(0, -1)).not.toMatch(/\p{Cc}|[\u2028\u2029\u202a-\u202e]/u)
        expect(text.endsWith("\n")).toBe(true)
      })
  )

  it.effect("less severe ones than asked for are not written", () =>
    Effect.gen(function* () {
      const logging = Effect.andThen(Effect.logInfo("detail"), Effect.logError("trouble"))
      const text = yield* logged({ level: "Error" }, false, logging)
      expect(text.split("\n").filter((line) => line !== "")).toEqual([expect.stringContaining("trouble")])
    })
  )

  it.effect("a cause is told in full", () =>
    Effect.gen(function* () {
      const logging = Effect.catchCause(Effect.die(new Error("broken invariant")), (cause) =>
        Effect.logError("bug", cause)
      )
      const text = yield* logged({}, false, logging)
      expect(JSON.parse(text)).toMatchObject({
        severity: "ERROR",
        message: "bug",
        stack_trace: expect.stringContaining("broken invariant")
      })
    })
  )
})
