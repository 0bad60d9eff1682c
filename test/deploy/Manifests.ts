/** The Kubernetes manifests of `deploy/kubernetes/`, as kustomize makes them. */
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { parseAllDocuments, stringify } from "yaml"
import { printed } from "./Programs.ts"

/** Where the manifests are. */
export const kubernetesFolder = join(import.meta.dirname, "..", "..", "deploy", "kubernetes")

/** The names of all components. */
export const components: ReadonlyArray<string> = readdirSync(join(kubernetesFolder, "components"))

/** How a container is asked whether it is well. */
export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string }
}

/** One container of a manifest, as far as the tests read it. */
export interface Container {
  readonly args: ReadonlyArray<string>
  readonly env?: ReadonlyArray<{ readonly name: string; readonly value: string }>
  readonly envFrom?: ReadonlyArray<{ readonly configMapRef: { readonly name: string } }>
  readonly ports?: ReadonlyArray<{ readonly name: string; readonly containerPort: number }>
  readonly resources: { readonly limits: { readonly memory: string } }
  readonly securityContext: Readonly<Record<string, unknown>>
  readonly volumeMounts?: ReadonlyArray<{ readonly name: string; readonly mountPath: string }>
  readonly startupProbe?: Probe
  readonly livenessProbe?: Probe
  readonly readinessProbe?: Probe
}

/** What runs a pod of a manifest. */
export interface PodSpec {
  readonly containers: readonly [Container]
  readonly serviceAccountName: string
  readonly automountServiceAccountToken: boolean
  readonly securityContext: Readonly<Record<string, unknown>>
  readonly terminationGracePeriodSeconds?: number
}

/** One manifest; its `spec` is read by whoever knows its kind. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
  readonly data?: Readonly<Record<string, string>>
  // A shape of its own for each kind.
  readonly spec?: unknown
}

/** `kubectl kustomize`, or kustomize itself; undefined where neither can build the example. */
export const kustomize: ReadonlyArray<string> | undefined = [
  ["kustomize", "build"],
  ["kubectl", "kustomize"]
].find(
  ([program = "", ...args]) =>
    spawnSync(program, [...args, join(kubernetesFolder, "example")], { stdio: "ignore" }).status === 0
)

/** The manifests that a folder with a kustomization makes. **Errors**: throws with what kustomize says. */
export const manifestsOf = (folder: string): ReadonlyArray<Manifest> => {
  const [program = "", ...args] = kustomize ?? []
  const { status, text } = printed(program, [...args, folder], kubernetesFolder)
  if (status !== 0) throw new Error(text)
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest)
}

/** The manifests of the base with these components. **Errors**: as {@link manifestsOf}. */
export const manifestsWith = (...names: ReadonlyArray<string>): ReadonlyArray<Manifest> => {
  const folder = mkdtempSync(join(tmpdir(), "counterfoil-overlay-"))
  const to = (path: string) => relative(folder, join(kubernetesFolder, path))
  try {
    mkdirSync(folder, { recursive: true })
    const overlay = { resources: [to("base")], components: names.map((name) => to(`components/${name}`)) }
    writeFileSync(join(folder, "kustomization.yaml"), stringify(overlay))
    return manifestsOf(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The pod that a manifest runs; undefined where it runs none. */
export const podOf = ({ kind, spec }: Manifest): PodSpec | undefined => {
  const { jobTemplate, template } = (spec ?? {}) as {
    readonly template?: { readonly spec: PodSpec }
    readonly jobTemplate?: { readonly spec: { readonly template: { readonly spec: PodSpec } } }
  }
  if (kind === "CronJob") return jobTemplate?.spec.template.spec
  return kind === "Deployment" || kind === "Job" ? template?.spec : undefined
}

/** The environment that a container gets, whatever its configuration maps and itself set. */
export const environmentOf = (
  container: Container,
  manifests: ReadonlyArray<Manifest>
): Readonly<Record<string, string>> => {
  const maps = (container.envFrom ?? []).map(
    ({ configMapRef }) =>
      manifests.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === configMapRef.name)
        ?.data
  )
  const own = (container.env ?? []).map(({ name, value }) => [name, value] as const)
  return Object.assign({}, ...maps, Object.fromEntries(own))
}
