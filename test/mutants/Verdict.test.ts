/** What counts as noticed: a judgement, never a program that does not run. */
import { describe, expect, it } from "vitest"
import type { Ran } from "./Command.ts"
import { type Catcher, scenario, simulation, unit } from "./Mutant.ts"
import { verdictOf } from "./Verdict.ts"

const test = unit("test/Some.test.ts", "a title")

const report = (...tests: ReadonlyArray<readonly [status: string, message?: string]>): string =>
  JSON.stringify({
    testResults: [
      {
        message: "",
        assertionResults: tests.map(([status, message]) => ({
          status,
          failureMessages: message === undefined ? [] : [message]
        }))
      }
    ]
  })

const ended = (code: number, output = ""): Ran => ({ code, output })

const judged =
  "kill-9   4000  killed  1.0 s  0  2/1/0/0, 1 stale, FAILED\n    lost: orders:7\n1 scenarios FAILED"
const notInTime =
  "kill-9   -  killed  -  -  FAILED\n    NotInTime: an effect of every message did not come about in time:\n    3 without an effect\n1 scenarios FAILED"
const noServer = "kill-9   -  killed  -  -  FAILED\n    ServerError: Cassandra: no answer\n1 scenarios FAILED"

const table: ReadonlyArray<readonly [what: string, Catcher, Ran, report: string, object]> = [
  ["a test that passes", test, ended(0), report(["passed"]), { _tag: "Passed" }],
  [
    "a seed that fails, whatever it says",
    simulation,
    ended(
      1,
      "seed 3 failed; see it again with: …\n  givenUp: payment for order 3\n     3.0 s  store orders 8\n"
    ),
    "",
    { _tag: "Noticed", said: "givenUp: payment for order 3" }
  ],
  [
    "a test that fails",
    test,
    ended(1),
    report(["failed", "Error: no\n  at x"]),
    { _tag: "Noticed", said: "Error: no" }
  ],
  ["no test of that title", test, ended(0), report(["skipped"]), { _tag: "Unusable" }],
  ["a file that does not load", test, ended(1), report(), { _tag: "Unusable" }],
  ["a test run without a report", test, ended(1), "", { _tag: "Unusable" }],
  ["a name that is not there", test, ended(1), report(["failed", "ReferenceError: x"]), { _tag: "Unusable" }],
  [
    "a time that is over",
    test,
    { code: undefined, output: "" },
    report(["failed", "no"]),
    { _tag: "Unusable" }
  ],
  ["a simulation without a fault", simulation, ended(0, "9 seeds: 0 failed"), "", { _tag: "Passed" }],
  [
    "a simulated fault",
    simulation,
    ended(1, "seed 2 failed\n  lost: order 1"),
    "",
    { _tag: "Noticed", said: "lost: order 1" }
  ],
  ["a simulation that breaks off", simulation, ended(1, "Error: what?"), "", { _tag: "Unusable" }],
  ["a scenario as it should be", scenario("kill-9"), ended(0), "", { _tag: "Passed" }],
  [
    "a scenario judged wrong",
    scenario("kill-9"),
    ended(1, judged),
    "",
    { _tag: "Noticed", said: "2/1/0/0, 1 stale; lost: orders:7" }
  ],
  [
    "a scenario's own time-out",
    scenario("kill-9"),
    ended(1, notInTime),
    "",
    {
      _tag: "Noticed",
      said: "NotInTime: an effect of every message did not come about in time: 3 without an effect"
    }
  ],
  ["a server that does not start", scenario("kill-9"), ended(1, noServer), "", { _tag: "Unusable" }],
  [
    "a scenario left out",
    scenario("kill-9"),
    ended(0, "kill-9  LEFT OUT: no faketime"),
    "",
    { _tag: "Unusable" }
  ]
]

describe("the verdict of a catcher", () => {
  it.each(table)("of %s", (_, catcher, ran, text, expected) => {
    expect(verdictOf(catcher, ran, text)).toMatchObject(expected)
  })
})
