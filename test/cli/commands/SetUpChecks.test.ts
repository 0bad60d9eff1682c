import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import type { CheckCode, CheckResult, Outcome } from "../../../src/checks/Check.ts"
import { report } from "../../../src/cli/commands/SetUpChecks.ts"

const result = (code: CheckCode, outcome: Outcome): CheckResult => ({
  code,
  group: "cassandra",
  title: "it is so",
  outcome
})

const found = (code: CheckCode, severity: "fatal" | "warning") =>
  result(code, {
    _tag: "Found",
    findings: [{ code, severity, found: "it is not", expected: "that it is", remedy: "make it so" }]
  })

/** What the report logs, as `Level message`, and how it ends. */
const reported = (...results: ReadonlyArray<CheckResult>) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    const logger = Logger.make<unknown, void>(({ logLevel, message }) => {
      lines.push(`${logLevel} ${String(message)}`)
    })
    const error = yield* Effect.match(report(results), {
      onFailure: (refused) => refused,
      onSuccess: () => undefined
    }).pipe(Effect.provide(Logger.layer([logger])))
    return { lines, error }
  })

describe("the report of checks at the start", () => {
  it.effect("says nothing where all is well", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* reported(result("CF-201", { _tag: "Passed" })), {
        lines: [],
        error: undefined
      })
    })
  )

  it.effect("warns once of each risk, names what was not checked, and goes on", () =>
    Effect.gen(function* () {
      const { error, lines } = yield* reported(
        found("CF-204", "warning"),
        result("CF-301", { _tag: "NotMade", why: "the role may not read it: roles" }),
        result("CF-302", { _tag: "NotMade", why: "no answer" }),
        result("CF-202", { _tag: "Skipped", because: "CF-201" })
      )
      assert.isUndefined(error)
      assert.deepStrictEqual(lines, [
        "Warn CF-204: it is not; expected: that it is; make it so",
        "Info not checked: CF-301 (it is so): the role may not read it: roles; CF-302 (it is so): no answer"
      ])
    })
  )

  it.effect("fails with all that has to be mended first, a line each, and exits 2", () =>
    Effect.gen(function* () {
      const { error } = yield* reported(
        found("CF-201", "fatal"),
        found("CF-204", "warning"),
        found("CF-302", "fatal")
      )
      assert.strictEqual(
        error?.message,
        "CF-201: it is not; expected: that it is; make it so\nCF-302: it is not; expected: that it is; make it so"
      )
      assert.isFalse(error?.isRetryable)
    })
  )
})
