import { assert, describe, it } from "@effect/vitest"
import type { CheckResult } from "../../../src/checks/Check.ts"
import { reportJson, reportText } from "../../../src/cli/commands/DoctorReport.ts"
import type { Origin } from "../../../src/config/Origins.ts"

const result = (code: `CF-${number}`, outcome: CheckResult["outcome"]): CheckResult => ({
  code,
  group: code < "CF-500" ? "cassandra" : "configuration",
  title: "it is so",
  outcome
})

const origins: ReadonlyArray<Origin> = [
  { name: "CASSANDRA_KEYSPACE", value: "shop", kind: "flag", from: "--cassandra-keyspace" },
  { name: "HTTP_PORT", value: "80", kind: "alias", from: "PORT" },
  { name: "CASSANDRA_PASSWORD", value: undefined, kind: "variable", from: "CASSANDRA_PASSWORD" },
  { name: "LOG_LEVEL", value: "Info", kind: "default", from: undefined }
]

const results: ReadonlyArray<CheckResult> = [
  result("CF-501", { _tag: "Passed", shows: "3 are set" }),
  result("CF-105", {
    _tag: "Found",
    findings: [
      {
        code: "CF-105",
        severity: "fatal",
        found: "the cluster said \u001b[31m no",
        expected: "that it says yes",
        remedy: "a command that is longer than the terminal is wide and stays on one line to be copied"
      }
    ]
  }),
  result("CF-201", { _tag: "Skipped", because: "CF-105" }),
  result("CF-202", { _tag: "Skipped", because: "CF-105" }),
  result("CF-204", {
    _tag: "Found",
    findings: [
      { code: "CF-204", severity: "warning", where: "a.yaml:3", found: "a", expected: "b", remedy: "c" }
    ]
  }),
  result("CF-402", { _tag: "NotMade", why: "no answer" })
]

describe("the report of doctor", () => {
  it("is grouped; says what was found, expected, to do, and what was not checked; no character is taken for a command", () => {
    assert.deepStrictEqual(reportText(results, origins, 60).split("\n"), [
      "Configuration",
      "ok    CF-501 it is so: 3 are set",
      "             CASSANDRA_KEYSPACE  shop (flag --cassandra-keyspace)",
      "             HTTP_PORT           80 (alias PORT)",
      "             CASSANDRA_PASSWORD  (a secret)",
      "",
      "Cassandra",
      "FAIL  CF-105 the cluster said \\u001b[31m no",
      "             expected: that it says yes",
      "             to do:    a command that is longer than the terminal is wide and stays on one line to be copied",
      "warn  CF-204 a",
      "             where:    a.yaml:3",
      "             expected: b",
      "             to do:    c",
      "?     CF-402 it is so: not checked: no answer",
      "-     CF-201 CF-202 not checked, because CF-105 failed",
      "",
      "1 to fix · 1 warning · 1 of 6 checks passed · 3 not made"
    ])
  })

  it("says of a group of which nothing was asked for one line, not one for each check", () => {
    const unasked = ["CF-901", "CF-902"].map(
      (code): CheckResult => ({
        code: code as `CF-${number}`,
        group: "live",
        title: "it is so",
        outcome: { _tag: "NotMade", why: "live; `--live` does it" }
      })
    )
    assert.deepStrictEqual(reportText(unasked, [], 80).split("\n"), [
      "Live",
      "?     CF-901 CF-902 not checked: live; `--live` does it",
      "",
      "nothing to fix · 0 of 2 checks passed · 2 not made"
    ])
  })

  it("fits the terminal, but for what is to be copied", () => {
    const long = "a word or two ".repeat(20).trim()
    const text = reportText([result("CF-201", { _tag: "NotMade", why: long })], [], 60)
    for (const line of text.split("\n")) assert.isAtMost(line.length, 60)
  })

  it("as JSON has every check with its status, and every setting with where it came from, but no secret", () => {
    const report = JSON.parse(reportJson(results, origins))
    assert.isFalse(report.well)
    assert.deepStrictEqual(
      report.checks.map(({ code, status }: { code: string; status: string }) => `${code} ${status}`),
      [
        "CF-501 passed",
        "CF-105 fatal",
        "CF-201 skipped",
        "CF-202 skipped",
        "CF-204 warning",
        "CF-402 not-made"
      ]
    )
    assert.deepStrictEqual(report.checks[4].findings, [
      { severity: "warning", where: "a.yaml:3", found: "a", expected: "b", remedy: "c" }
    ])
    assert.deepStrictEqual([report.checks[2].because, report.checks[5].why], ["CF-105", "no answer"])
    assert.deepStrictEqual(report.settings[2], {
      name: "CASSANDRA_PASSWORD",
      value: null,
      isSecret: true,
      kind: "variable",
      from: "CASSANDRA_PASSWORD"
    })
  })
})
