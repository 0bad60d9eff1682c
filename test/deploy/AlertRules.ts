/** The alerts of `deploy/prometheus/`, and their unit tests, as they stand in the files. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parse, stringify } from "yaml"

/** Where the alerts and their tests are. */
export const prometheusFolder = join(import.meta.dirname, "..", "..", "deploy", "prometheus")

/** One alert. */
export interface AlertRule {
  readonly alert: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** One test of `promtool test rules`. */
export interface AlertTest {
  readonly name: string
  readonly input_series: ReadonlyArray<{ readonly series: string; readonly values: string }>
  readonly promql_expr_test: ReadonlyArray<{
    readonly expr: string
    readonly exp_samples: ReadonlyArray<{ readonly labels: string }>
  }>
}

const groupsOf: { readonly groups: ReadonlyArray<{ readonly rules: ReadonlyArray<AlertRule> }> } = parse(
  readFileSync(join(prometheusFolder, "alerts.yaml"), "utf8")
)

const testsOf: { readonly tests: ReadonlyArray<AlertTest> } = parse(
  readFileSync(join(prometheusFolder, "alerts.test.yaml"), "utf8")
)

/** Every alert. */
export const alertRules: ReadonlyArray<AlertRule> = groupsOf.groups.flatMap(({ rules }) => rules)

/** Every test of them. */
export const alertTests: ReadonlyArray<AlertTest> = testsOf.tests

/** The alerts as a resource of an operator. **Shape**: YAML. */
export const alertResource = (apiVersion: string, kind: string): string => {
  const head =
    "# Generated from deploy/prometheus/alerts.yaml by `npx vitest run test/deploy/AlertRules.test.ts --update`.\n"
  const resource = { apiVersion, kind, metadata: { name: "counterfoil" }, spec: groupsOf }
  return head + stringify(resource, { lineWidth: 0 })
}
