import { expect, it } from "vitest"
import { prometheusFolder } from "./AlertRules.ts"
import { describeWithProgram, firstInstalled, printed } from "./Programs.ts"

const promtool = firstInstalled(["promtool", "--version"])

describeWithProgram("promtool (Debian's package prometheus)", promtool !== undefined)("promtool", () => {
  const run = (...args: ReadonlyArray<string>) => printed("promtool", args, prometheusFolder)

  it("takes the alerts", () => {
    expect(run("check", "rules", "--lint=all", "--lint-fatal", "alerts.yaml")).toMatchObject({ status: 0 })
  })

  it("takes the configuration that the compose file mounts", () => {
    expect(run("check", "config", "--syntax-only", "../compose/prometheus.yaml")).toMatchObject({ status: 0 })
  })

  it("finds that each alert fires on its fault, and does not fire beside it", () => {
    expect(run("test", "rules", "alerts.test.yaml")).toEqual({
      status: 0,
      text: expect.stringContaining("SUCCESS")
    })
  }, 120_000)
})
