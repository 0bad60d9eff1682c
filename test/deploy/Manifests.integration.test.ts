import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Duration } from "effect"
import { describe, expect, it } from "vitest"
import { closeTimeoutSeconds } from "../../src/pubsub/Limits.ts"
import { objectionsTo, settingOf, variables } from "./Acceptance.ts"
import { selectorsOf } from "./Expression.ts"
import {
  components,
  environmentOf,
  kubernetesFolder,
  kustomize,
  type Manifest,
  manifestsOf,
  manifestsWith,
  type PodSpec,
  podOf
} from "./Manifests.ts"
import { describeWithProgram } from "./Programs.ts"

const httpFolder = join(import.meta.dirname, "..", "..", "src", "http")

/** The paths that are served, as the routes name them. */
const paths = readdirSync(httpFolder).flatMap((file) =>
  [...readFileSync(join(httpFolder, file), "utf8").matchAll(/HttpRouter\.add\(\s*"GET",\s*"(\/[^"]*)"/g)].map(
    ([, path]) => path
  )
)

/** Variables of Node, not ours. */
const ofNode = ["NODE_OPTIONS"]

const millisOf = (name: string, environment: Readonly<Record<string, string>>): number =>
  Duration.toMillis(settingOf(name, environment) as Duration.Duration)

const mebibytesOf = (size: string): number => {
  const [, count, unit] = /^(\d+)(Mi|Gi)$/.exec(size) ?? []
  return Number(count) * (unit === "Gi" ? 1024 : 1)
}

const ofKind = (manifests: ReadonlyArray<Manifest>, kind: string): Manifest => {
  const found = manifests.find((manifest) => manifest.kind === kind)
  if (found === undefined) throw new Error(`there is no ${kind}`)
  return found
}

describeWithProgram("kustomize (kubectl of the last years has it)", kustomize !== undefined)(
  "the Kubernetes manifests",
  () => {
    it("has components", () => {
      expect(components.length).toBeGreaterThan(5)
    })

    it("makes the example, with the settings of the overlay in every container", () => {
      const manifests = manifestsOf(`${kubernetesFolder}/example`)
      const pods = manifests.flatMap((manifest) => podOf(manifest) ?? [])
      expect(pods.length).toBe(4)
      for (const { containers } of pods)
        expect(environmentOf(containers[0], manifests)["PUBSUB_PROJECT_ID"]).toBe("shop-project")
    })

    describe.each(components)("with the component %s", (component) => {
      const manifests = kustomize === undefined ? [] : manifestsWith(component)
      const pods = manifests.flatMap((manifest) => {
        const pod = podOf(manifest)
        return pod === undefined ? [] : [{ name: `${manifest.kind} ${manifest.metadata.name}`, pod }]
      })

      it("every setting is one of ours, and its value is allowed", () => {
        for (const { pod } of pods) {
          const environment = environmentOf(pod.containers[0], manifests)
          expect(Object.keys(environment).length).toBeGreaterThan(5)
          for (const name of Object.keys(environment).filter((each) => !ofNode.includes(each)))
            expect({ name, value: settingOf(name, environment) }).toMatchObject({ name })
        }
      })

      it("every command line is taken by the program, with these settings", async () => {
        // The processor is the same with each component.
        for (const { name, pod } of pods.filter(({ name }) => !name.startsWith("Deployment"))) {
          const [container] = pod.containers
          const objections = await objectionsTo(container.args, environmentOf(container, manifests))
          expect({ name, objections }).toEqual({ name, objections: [] })
        }
      })

      it("no pod may do more than it must", () => {
        for (const { name, pod } of pods) expect(hardnessOf(pod), name).toEqual(hard)
      })

      it("every heap leaves room within the memory limit", () => {
        for (const { pod } of pods) {
          const [container] = pod.containers
          const options = environmentOf(container, manifests)["NODE_OPTIONS"] ?? ""
          const heap = Number(/--max-old-space-size=(\d+)/.exec(options)?.[1] ?? 0)
          const young = Number(/--max-semi-space-size=(\d+)/.exec(options)?.[1] ?? 0)
          const limit = mebibytesOf(container.resources.limits.memory)
          expect(limit).toBeGreaterThanOrEqual(256)
          // Two of three parts of the young generation, and what is outside of the heap.
          expect(limit - heap - 3 * young).toBeGreaterThanOrEqual(limit / 4)
        }
      })

      it("every account that a pod has is there", () => {
        const accounts = manifests
          .filter(({ kind }) => kind === "ServiceAccount")
          .map(({ metadata }) => metadata.name)
        expect(accounts).toEqual(expect.arrayContaining(pods.map(({ pod }) => pod.serviceAccountName)))
      })
    })

    describe("the processor", () => {
      const manifests = kustomize === undefined ? [] : manifestsWith()
      const deployment = () => ofKind(manifests, "Deployment")
      const pod = () => podOf(deployment()) as PodSpec
      const environment = () => environmentOf(pod().containers[0], manifests)

      it("has probes on paths that are served, and none that restarts it because of a server", () => {
        const [container] = pod().containers
        for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"] as const) {
          expect(paths).toContain(container[probe]?.httpGet.path)
          expect(container.ports?.map(({ name }) => name)).toContain(container[probe]?.httpGet.port)
        }
        expect(container.startupProbe?.httpGet.path).toBe("/live")
        expect(container.livenessProbe?.httpGet.path).toBe("/live")
        expect(container.readinessProbe?.httpGet.path).toBe("/ready")
        expect(container.ports?.map(({ containerPort }) => containerPort)).toContain(
          settingOf("HTTP_PORT", environment())
        )
        expect(settingOf("HTTP_HOST", environment())).toBe("0.0.0.0")
      })

      it("[G8] is killed only well after SHUTDOWN_TIMEOUT, and the time in which subscriptions are closed", () => {
        const grace = (pod().terminationGracePeriodSeconds ?? 30) * 1000
        expect(grace).toBeGreaterThanOrEqual(
          millisOf("SHUTDOWN_TIMEOUT", environment()) + closeTimeoutSeconds * 1000 + 5_000
        )
      })

      it("has a command line that the program takes, with its settings", async () => {
        expect(await objectionsTo(pod().containers[0].args, environment())).toEqual([])
      })

      it("is selected by its disruption budget and by what scrapes it", () => {
        const { matchLabels } = (deployment().spec as { selector: { matchLabels: object } }).selector
        const { template } = deployment().spec as { template: { metadata: { labels: object } } }
        expect(template.metadata.labels).toMatchObject(matchLabels)
        const selecting = [
          ...manifests.filter(({ kind }) => kind === "PodDisruptionBudget"),
          ofKind(manifestsWith("prometheus-operator"), "PodMonitor"),
          ofKind(manifestsWith("google-managed-prometheus"), "PodMonitoring")
        ]
        expect(selecting.length).toBe(3)
        for (const { spec } of selecting) {
          expect((spec as { selector: { matchLabels: object } }).selector.matchLabels).toEqual(matchLabels)
        }
      })

      it("is scraped where it serves metrics", () => {
        expect(paths).toContain("/metrics")
        const { podMetricsEndpoints } = ofKind(manifestsWith("prometheus-operator"), "PodMonitor").spec as {
          podMetricsEndpoints: ReadonlyArray<object>
        }
        const { endpoints } = ofKind(manifestsWith("google-managed-prometheus"), "PodMonitoring").spec as {
          endpoints: ReadonlyArray<object>
        }
        for (const endpoint of [...podMetricsEndpoints, ...endpoints])
          expect(endpoint).toMatchObject({ port: "http", path: "/metrics" })
      })
    })

    describe("the autoscalers", () => {
      const behaviourOf = (manifest: Manifest): Behaviour => {
        const spec = manifest.spec as {
          behavior?: Behaviour
          advanced?: { horizontalPodAutoscalerConfig: { behavior: Behaviour } }
        }
        return spec.behavior ?? spec.advanced?.horizontalPodAutoscalerConfig.behavior ?? {}
      }

      it.each([
        ["keda", "ScaledObject"],
        ["cpu-autoscaler", "HorizontalPodAutoscaler"]
      ])("[G5] %s takes processes away more slowly than PAYMENT_GRACE, one at a time", (component, kind) => {
        const manifests = manifestsWith(component)
        const { scaleDown } = behaviourOf(ofKind(manifests, kind))
        const environment = environmentOf(
          (podOf(ofKind(manifests, "Deployment")) as PodSpec).containers[0],
          manifests
        )
        expect(scaleDown?.stabilizationWindowSeconds).toBeGreaterThan(
          millisOf("PAYMENT_GRACE", environment) / 1000
        )
        expect(scaleDown?.policies).toEqual([{ type: "Pods", value: 1, periodSeconds: 60 }])
        expect(ofKind(manifests, "Deployment").spec).not.toHaveProperty("replicas")
      })

      it("keda asks for the backlog of the subscriptions that are read by default", () => {
        const { triggers } = ofKind(manifestsWith("keda"), "ScaledObject").spec as {
          triggers: ReadonlyArray<{ metadata: { query: string } }>
        }
        const [selector] = selectorsOf(triggers[0]?.metadata.query ?? "")
        expect(selector?.metric).toBe("pubsub_googleapis_com:subscription_num_undelivered_messages")
        expect(selector?.matchers[0]?.value.split("|")).toEqual(
          ["PUBSUB_ORDERS_SUBSCRIPTION", "PUBSUB_PAYMENTS_SUBSCRIPTION"].map(
            (name) => variables.get(name)?.defaultText
          )
        )
      })
    })
  }
)

interface Behaviour {
  readonly scaleDown?: {
    readonly stabilizationWindowSeconds: number
    readonly policies: ReadonlyArray<object>
  }
}

const hardnessOf = ({ automountServiceAccountToken, containers, securityContext }: PodSpec) => ({
  automountServiceAccountToken,
  securityContext,
  container: containers[0].securityContext
})

const hard = {
  automountServiceAccountToken: false,
  securityContext: expect.objectContaining({
    runAsNonRoot: true,
    runAsUser: 65532,
    seccompProfile: { type: "RuntimeDefault" }
  }),
  container: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] }
  }
}

describe("the check of command lines", () => {
  it("finds a flag that there is not, and a value that is not allowed", async () => {
    expect((await objectionsTo(["dlq", "redrive", "--ratee", "3"], {})).join("\n")).toContain("--ratee")
    expect((await objectionsTo(["run"], { SHUTDOWN_TIMEOUT: "20 parsecs" })).join("\n")).toContain(
      "SHUTDOWN_TIMEOUT"
    )
    expect(await objectionsTo(["run"], {})).toEqual([])
  })
})
