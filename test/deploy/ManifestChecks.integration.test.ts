import { Effect } from "effect"
import { expect, it } from "vitest"
import { stringify } from "yaml"
import { judgeManifests } from "../../src/checks/manifests/ManifestChecks.ts"
import { readWorkloads } from "../../src/checks/manifests/ManifestReading.ts"
import {
  components,
  kubernetesFolder,
  kustomize,
  type Manifest,
  manifestsOf,
  manifestsWith
} from "./Manifests.ts"
import { describeWithProgram } from "./Programs.ts"

/** What `counterfoil doctor FILE` finds in manifests, and in how many containers. */
const judged = async (manifests: ReadonlyArray<Manifest>) => {
  const text = manifests.map((manifest) => stringify(manifest)).join("---\n")
  const reading = await Effect.runPromise(readWorkloads([{ file: "built.yaml", text }]))
  const results = judgeManifests(reading)
  return {
    containers: reading.workloads.length,
    checks: results.length,
    open: results.filter(({ outcome }) => outcome._tag !== "Passed")
  }
}

describeWithProgram("kustomize (kubectl of the last years has it)", kustomize !== undefined)(
  "`doctor FILE` and the Kubernetes manifests",
  () => {
    it("finds nothing in the base, with its settings", async () => {
      const { checks, containers, open } = await judged(manifestsWith())
      expect(open).toEqual([])
      expect(containers).toBe(1)
      expect(checks).toBeGreaterThan(5)
    })

    it.each(components)("finds nothing with the component %s", async (component) => {
      expect((await judged(manifestsWith(component))).open).toEqual([])
    })

    it("finds nothing in the example", async () => {
      const { containers, open } = await judged(manifestsOf(`${kubernetesFolder}/example`))
      expect(open).toEqual([])
      expect(containers).toBeGreaterThan(1)
    })

    it("finds it where the settings of the base do not fit its time to stop", async () => {
      const short = manifestsWith().map((manifest) =>
        manifest.kind === "ConfigMap"
          ? { ...manifest, data: { ...manifest.data, SHUTDOWN_TIMEOUT: "5m" } }
          : manifest
      )
      expect((await judged(short)).open.map(({ code }) => code)).toEqual(["CF-807"])
    })
  }
)
