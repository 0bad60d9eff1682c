import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import { objectionsTo, settingOf } from "./Acceptance.ts"

const root = join(import.meta.dirname, "..", "..")
const read = (path: string): string => readFileSync(join(root, path), "utf8")

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly command?: ReadonlyArray<string>
        readonly environment?: Readonly<Record<string, string>>
        readonly depends_on?: Readonly<Record<string, unknown>> | ReadonlyArray<string>
        readonly profiles?: ReadonlyArray<string>
        readonly stop_grace_period?: string
        readonly tmpfs?: ReadonlyArray<string>
        readonly volumes?: ReadonlyArray<string>
      }
    >
  >
}

interface Deployment {
  readonly spec: { readonly template: { readonly spec: { readonly containers: ReadonlyArray<Container> } } }
}

interface Container {
  readonly volumeMounts: ReadonlyArray<{ readonly mountPath: string; readonly readOnly?: boolean }>
}

describe("the compose files", () => {
  const servers: Compose = parse(read("docker-compose-cassandra.yml"))
  const added: Compose = parse(read("deploy/compose/compose.yaml"), { merge: true })
  const services = Object.entries(added.services)

  it("add to the servers only with the profile", () => {
    expect(services.length).toBe(4)
    for (const [name, { profiles }] of services) {
      expect(servers.services[name]).toBe(undefined)
      expect(profiles).toEqual(["processor"])
    }
  })

  it("depend on services that there are, and mount files that are there", () => {
    const known = [...Object.keys(servers.services), ...Object.keys(added.services)]
    for (const [, { depends_on: needed = [], volumes = [] }] of services) {
      expect(known).toEqual(expect.arrayContaining(Array.isArray(needed) ? [...needed] : Object.keys(needed)))
      const files = volumes.map((volume) => volume.split(":")[0] ?? "")
      expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([])
    }
  })

  it("have command lines and settings that the program takes", async () => {
    const ours = services.filter(([, { command }]) => command !== undefined)
    expect(ours.map(([name]) => name)).toEqual(["setup", "processor"])
    for (const [, { command = [], environment = {} }] of ours) {
      expect(await objectionsTo(command, environment)).toEqual([])
      const { NODE_OPTIONS: _, ...settings } = environment
      for (const name of Object.keys(settings)) expect(() => settingOf(name, settings)).not.toThrow()
    }
  })

  it("save incident files where something can be written, as the manifests of Kubernetes do", () => {
    const { environment = {}, tmpfs } = added.services["processor"] ?? {}
    expect(tmpfs).toContain(environment["INCIDENT_DIR"])
    const deployment: Deployment = parse(read("deploy/kubernetes/base/deployment.yaml"))
    const mounts = deployment.spec.template.spec.containers.flatMap(({ volumeMounts }) => volumeMounts)
    const writable = mounts.filter(({ readOnly }) => readOnly !== true).map(({ mountPath }) => mountPath)
    const [, folder] = /^INCIDENT_DIR=(.*)$/m.exec(read("deploy/kubernetes/base/settings.env")) ?? []
    expect(writable).toContain(folder)
  })
})
