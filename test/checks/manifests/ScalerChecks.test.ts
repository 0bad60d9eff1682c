import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { judge } from "../../../src/checks/Check.ts"
import { readWorkloads } from "../../../src/checks/manifests/ManifestReading.ts"
import { scalerChecks } from "../../../src/checks/manifests/ScalerChecks.ts"
import { codesIn } from "../Judged.ts"
import { goodManifests, instead } from "./GoodManifests.ts"
import { judged, keda, metric, nothing, podAutoscaler, type Row, saturation, where } from "./Scalers.ts"

const one = "minReplicaCount: 1"
const windowOf = (seconds: number) => `behavior: {scaleDown: {stabilizationWindowSeconds: ${seconds}}}`
const longGrace = instead('"40s"', '"400s"')

describe("the checks of an autoscaler's target", () => {
  const other = "{apiVersion: apps/v1, kind: Deployment, name: shop}"
  const shop = "---\nkind: Deployment\nmetadata: {name: shop}\nspec: {replicas: 1}\n"

  it.effect.each<Row>([
    [
      "a name of nothing in the files",
      goodManifests + keda(one).replace("{name: counterfoil}\n  min", "{name: counterfoill}\n  min"),
      ["fatal CF-813"],
      new RegExp(
        `^CF-813: ${where("ScaledObject", "spec.scaleTargetRef.name")}it scales Deployment counterfoill, which is not among the files; expected: Deployment counterfoil; scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: counterfoil}$`
      )
    ],
    [
      "another kind",
      goodManifests +
        podAutoscaler(
          metric("Pods", "counterfoil_saturation_ratio"),
          other.replace("Deployment, name: shop", "StatefulSet, name: counterfoil")
        ),
      ["fatal CF-813"],
      /it scales StatefulSet counterfoil, which is not among the files/
    ],
    [
      "the same name in another namespace",
      instead("  name: counterfoil\nspec", "  name: counterfoil\n  namespace: shop\nspec") +
        keda(one).replace("{name: counterfoil}\nspec", "{name: counterfoil, namespace: test}\nspec"),
      ["fatal CF-813"],
      /which is not among the files/
    ],
    [
      "something else, by a metric of ours",
      goodManifests + shop + podAutoscaler(metric("Pods", "counterfoil_saturation_ratio"), other),
      ["warning CF-813"],
      /it scales Deployment shop, in which run does not go on; expected: Deployment counterfoil;/
    ],
    [
      "what does not run, where nothing does",
      instead('"run", "--payment-grace", "40s"', '"produce"') + keda(one),
      ["warning CF-813"],
      /expected: a Deployment with run; correct scaleTargetRef, or give doctor the file/
    ],
    nothing(
      "nothing in a patch, which says only what differs",
      goodManifests + podAutoscaler("").replace(/ {2}scaleTargetRef: .*\n/, "")
    ),
    nothing(
      "nothing where the files have nothing that could be scaled",
      instead("kind: Deployment", "kind: Job").replace('"run", "--payment-grace", "40s"', '"setup"') +
        keda(one).replace("{name: counterfoil}\n  min", "{name: other}\n  min")
    ),
    nothing(
      "nothing in the autoscaler of somebody else",
      goodManifests +
        shop +
        podAutoscaler("behavior: {}", other).replace("{name: counterfoil}", "{name: shop}")
    ),
    nothing(
      "nothing in an object of a kind that is not known here",
      `${goodManifests}---\nkind: Rollout\nmetadata: {name: shop}\n${podAutoscaler(metric("Pods", "counterfoil_saturation_ratio"), other.replace("Deployment", "Rollout"))}`
    )
  ])("find %s", judged)
})

describe("the checks of how an autoscaler takes processes away", () => {
  it.effect.each<Row>([
    nothing("nothing in a window above the grace", goodManifests + podAutoscaler(windowOf(41))),
    nothing(
      "nothing in Kubernetes' own window, where it is above the grace",
      goodManifests + podAutoscaler("")
    ),
    [
      "[G5] a window no longer than the grace",
      goodManifests + podAutoscaler(windowOf(40)),
      ["warning CF-814"],
      new RegExp(
        `^CF-814: ${where("HorizontalPodAutoscaler", "spec.behavior.scaleDown.stabilizationWindowSeconds")}.* less to do for 40 s, and PAYMENT_GRACE is 40 s: .*; expected: more than 40; scaleDown: {stabilizationWindowSeconds: 300}$`
      )
    ],
    [
      "[G5] no window of KEDA",
      goodManifests + keda(`${one}\n  advanced: {horizontalPodAutoscalerConfig: {${windowOf(0)}}}`),
      ["warning CF-814"],
      new RegExp(
        `^CF-814: ${where("ScaledObject", "spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.stabilizationWindowSeconds")}`
      )
    ],
    [
      "[G5] Kubernetes' own window, where the grace is longer",
      longGrace + podAutoscaler(""),
      ["warning CF-814"],
      /for 300 s, as Kubernetes does where nothing is said, and PAYMENT_GRACE is 400 s: .*stabilizationWindowSeconds: 460}$/
    ],
    nothing(
      "nothing in any window without a grace, where no payment waits",
      instead('"40s"', '"0s"') + podAutoscaler(windowOf(0))
    ),
    nothing(
      "nothing where processes are never taken away",
      longGrace + podAutoscaler("behavior: {scaleDown: {selectPolicy: Disabled}}")
    )
  ])("find %s", judged)
})

describe("the checks of how low an autoscaler goes", () => {
  const second = `    - type: prometheus
      metadata: {threshold: "1", query: "pubsub_backlog"}
`

  it.effect.each<Row>([
    [
      "0 processes, by a metric that only a process has",
      goodManifests + keda("minReplicaCount: 0"),
      ["warning CF-815"],
      new RegExp(
        `^CF-815: ${where("ScaledObject", "spec.minReplicaCount")}it may go down to 0 processes, and counterfoil_saturation_ratio is there only while.*; minReplicaCount: 1$`
      )
    ],
    [
      "no least number, which is 0 for KEDA",
      goodManifests + keda("maxReplicaCount: 8"),
      ["warning CF-815"],
      /; minReplicaCount: 1$/
    ],
    [
      "0 processes while idle",
      goodManifests + keda(`${one}\n  idleReplicaCount: 0`),
      ["warning CF-815"],
      /; leave idleReplicaCount out$/
    ],
    [
      "0 processes of a HorizontalPodAutoscaler",
      goodManifests + podAutoscaler(`${metric("Pods", "counterfoil_saturation_ratio")}\n  minReplicas: 0`),
      ["warning CF-815"],
      /; minReplicas: 1$/
    ],
    [
      "0 processes, where the metric is 0 without one",
      goodManifests + keda("minReplicaCount: 0", `${saturation} or on() vector(0)`),
      ["warning CF-815"],
      /nothing would ever start one/
    ],
    nothing(
      "nothing where one stays",
      goodManifests + podAutoscaler(metric("Pods", "counterfoil_saturation_ratio"))
    ),
    nothing(
      "nothing where only others' metrics are read",
      goodManifests + keda("minReplicaCount: 0", "pubsub_backlog")
    ),
    nothing("nothing where another trigger starts one", goodManifests + keda("minReplicaCount: 0") + second),
    nothing(
      "nothing where the query has a value without a process",
      goodManifests + keda("minReplicaCount: 0", `absent(counterfoil_saturation_ratio) or ${saturation}`)
    )
  ])("find %s", judged)
})

describe("the autoscalers of deploy/", () => {
  const folder = join(import.meta.dirname, "../../../deploy/kubernetes")

  it.effect.each(["keda/scaledobject.yaml", "cpu-autoscaler/horizontalpodautoscaler.yaml"])(
    "find nothing in %s",
    (file) =>
      Effect.gen(function* () {
        const files = ["base/deployment.yaml", `components/${file}`]
        const reading = yield* readWorkloads(
          files.map((name) => ({ file: name, text: readFileSync(join(folder, name), "utf8") }))
        )
        assert.deepStrictEqual(codesIn(judge(scalerChecks, reading)), [])
        assert.lengthOf(reading.scalers, 1)
      })
  )
})
