import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { goodManifests, instead } from "../checks/manifests/GoodManifests.ts"
import { ran } from "../system/Ran.ts"

const folder = mkdtempSync(join(tmpdir(), "counterfoil-doctor-"))
afterAll(() => rmSync(folder, { recursive: true }))

const written = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return name
}

const doctor = (...args: ReadonlyArray<string>) => ran(["doctor", ...args], {}, { cwd: folder })

describe("doctor FILE", () => {
  it.live("says nothing against manifests that fit, and asks no server: exit 0", () =>
    Effect.gen(function* () {
      const ended = yield* doctor(written("good.yaml", goodManifests))
      assert.strictEqual(ended.code, 0, ended.errors)
      assert.match(ended.out, /^Manifests\nok {4}CF-801 /)
      assert.match(ended.out, /\nnothing to fix · 15 of 15 checks passed\n$/)
    })
  )

  it.live("names file, line, document and field, and what to write there: exit 1", () =>
    Effect.gen(function* () {
      const short = instead("terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: 5")
      const ended = yield* doctor("--only", "CF-807", written("short.yaml", short))
      assert.strictEqual(ended.code, 1)
      assert.include(
        ended.out,
        "where:    short.yaml:16 (document 2, Deployment counterfoil) spec.template.spec.termin"
      )
      assert.include(ended.out, "to do:    terminationGracePeriodSeconds: 30\n")
      const json = JSON.parse((yield* doctor("--json", "short.yaml")).out)
      assert.isFalse(json.well)
      assert.strictEqual(json.checks.find(({ code }: { code: string }) => code === "CF-807").status, "fatal")
    })
  )

  it.live("judges an autoscaler alone, by the metrics that it names", () =>
    Effect.gen(function* () {
      const scaler = (query: string) =>
        `kind: ScaledObject\nmetadata: {name: x}\nspec:\n  minReplicaCount: 1\n  triggers: [{type: prometheus, metadata: {query: ${query}}}]\n`
      assert.strictEqual((yield* doctor(written("is.yaml", scaler("counterfoil_saturation_ratio")))).code, 0)
      const unknown = yield* doctor(written("is-not.yaml", scaler("counterfoil_saturation")))
      assert.strictEqual(unknown.code, 1)
      assert.include(unknown.out, "counterfoil_saturation_ratio in place of counterfoil_saturation\n")
    })
  )

  it.live("fails on a warning only with --strict", () =>
    Effect.gen(function* () {
      const file = written("none.yaml", instead("replicas: 2", "replicas: 0"))
      assert.strictEqual((yield* doctor(file)).code, 0)
      assert.strictEqual((yield* doctor("--strict", file)).code, 1)
    })
  )

  it.live("could not run without a file that can be read, or a container of ours, or a check: exit 2", () =>
    Effect.gen(function* () {
      const missing = yield* doctor("no.yaml", "neither.yaml")
      assert.strictEqual(missing.code, 2)
      assert.lengthOf(missing.told, 2, missing.errors)
      assert.match(missing.told[0] ?? "", /FILE is "no\.yaml": no such file/)
      const foreign = yield* doctor(written("other.yaml", "kind: Service\n"))
      assert.deepStrictEqual([foreign.code, foreign.out], [2, ""])
      assert.match(foreign.told[0] ?? "", /no container of Counterfoil is in other\.yaml/)
      for (const args of [
        ["--only", "manifests"],
        ["--only", "pubsub", "good.yaml"]
      ])
        assert.strictEqual((yield* doctor(...args)).code, 2)
    })
  )
})
