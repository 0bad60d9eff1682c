import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { CheckResult } from "../../../src/checks/Check.ts"
import { manifestChecks } from "../../../src/checks/manifests/ManifestChecks.ts"
import { foundIn, goodManifests, instead } from "./GoodManifests.ts"
import { keda } from "./Scalers.ts"

const memory = "limits: {memory: 512Mi}"
const start = 'command: ["node", "bin/counterfoil.js"]'
const asJob = instead("kind: Deployment", "kind: Job").replace("replicas: 2", "backoffLimit: 2")

/** In place of the variable HTTP_HOST, at its place. */
const withVariable = (name: string, value: string) =>
  instead(
    "- name: HTTP_HOST",
    `- name: ${name}\n              value: "${value}"\n            - name: HTTP_HOST`
  )

const where = String.raw`run\.yaml:(\d+) \(document 2, Deployment counterfoil\) `
const at = (path: string) => where + path.replaceAll(/[.[\]]/g, String.raw`\$&`)
const inContainer = (path: string) => at(`spec.template.spec.containers[0]${path}`)

describe("the checks of manifests", () => {
  it.effect("find nothing where all fits, beside a container of somebody else", () =>
    Effect.gen(function* () {
      const { reading, results } = yield* foundIn(goodManifests)
      assert.deepStrictEqual(
        results.map(({ code, outcome }) => `${code} ${outcome._tag}`),
        manifestChecks.map(({ code }) => `${code} Passed`)
      )
      assert.strictEqual(reading.workloads.length, 1)
    })
  )

  it.effect.each<readonly [what: string, text: string, codes: ReadonlyArray<string>, says: RegExp]>([
    [
      "what is no YAML",
      goodManifests.replace("spec:", "spec: [}"),
      ["fatal CF-801"],
      /^CF-801: run\.yaml:12: /
    ],
    [
      "a setting that cannot be read",
      withVariable("WAITING_ROOM_MAX", "many"),
      ["fatal CF-802"],
      new RegExp(
        `^CF-802: ${inContainer(".env[0]")}: WAITING_ROOM_MAX is "many"; expected: a whole number from 1`
      )
    ],
    [
      "a setting of a ConfigMap that cannot be read",
      instead("SHUTDOWN_TIMEOUT: 20s", "SHUTDOWN_TIMEOUT: soon"),
      ["fatal CF-802"],
      /SHUTDOWN_TIMEOUT is "soon"/
    ],
    [
      "no contact points at all",
      instead("  CASSANDRA_CONTACT_POINTS: cassandra-1,cassandra-2\n", ""),
      ["fatal CF-802"],
      /CASSANDRA_CONTACT_POINTS is missing/
    ],
    [
      "nothing missing where a ConfigMap is not among the files",
      instead("configMapRef: {name: counterfoil}", "configMapRef: {name: other}"),
      [],
      /^$/
    ],
    [
      "a grace below two leases, given by a flag",
      instead('"--payment-grace", "40s"', '"--payment-grace=10s"'),
      ["warning CF-803"],
      /--payment-grace is below 25s \(two leases of 10 s/
    ],
    [
      "a name that is nearly one of ours",
      withVariable("CASSANDRA_KEYSPACES", "shop"),
      ["warning CF-804"],
      new RegExp(`^CF-804: ${inContainer(".env[0]")}: .*; name: CASSANDRA_KEYSPACE$`)
    ],
    [
      "a name that only looks like one of ours",
      withVariable("PUBSUB_REGION", "somewhere"),
      ["warning CF-804"],
      /leave PUBSUB_REGION out/
    ],
    [
      "a password that is written there, without showing it",
      instead("valueFrom: {secretKeyRef: {name: cassandra, key: password}}", "value: pa55w0rd"),
      ["warning CF-805"],
      /^CF-805: (?!.*pa55w0rd).*secretKeyRef/
    ],
    [
      "npx in front",
      instead(start, 'command: ["npx", "counterfoil"]'),
      ["fatal CF-806"],
      new RegExp(
        `^CF-806: ${inContainer(".command")}: npx is started.*command: \\["node", "bin/counterfoil\\.js", "run"\\]$`
      )
    ],
    [
      "a shell in front",
      instead(start, 'command: ["tini", "--", "sh", "-c", "node bin/counterfoil.js run"]'),
      ["fatal CF-806"],
      /: sh is started/
    ],
    [
      "nothing in a shell that execs",
      instead(start, 'command: ["sh", "-c", "exec node bin/counterfoil.js run"]'),
      [],
      /^$/
    ],
    [
      "a grace to stop no longer than SHUTDOWN_TIMEOUT",
      instead("terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: 20"),
      ["fatal CF-807"],
      new RegExp(
        `^CF-807: ${at("spec.template.spec.terminationGracePeriodSeconds")}: .*killed 20 s after.*; terminationGracePeriodSeconds: 30$`
      )
    ],
    [
      "one that leaves no time for what follows it",
      instead("terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: 25"),
      ["warning CF-807"],
      /killed 25 s after .*it needs up to 30 s/
    ],
    [
      "one that a preStop takes away, where none is given",
      instead("      terminationGracePeriodSeconds: 30\n", "").replace(
        "          ports:",
        "          lifecycle: {preStop: {sleep: {seconds: 5}}}\n          ports:"
      ),
      ["warning CF-807"],
      /killed 25 s after its signal to stop after the 5 s of preStop.*terminationGracePeriodSeconds: 35$/
    ],
    [
      "no memory limit",
      instead(memory, "limits: {cpu: 1}"),
      ["warning CF-808"],
      new RegExp(
        `^CF-808: ${inContainer(".resources.limits.memory")}: there is no memory limit; .*\\{memory: 384Mi\\}\\}$`
      )
    ],
    [
      "memory for less than the settings allow",
      withVariable("MAX_OUTSTANDING_BYTES", "256MiB"),
      ["warning CF-808"],
      /limit is 512Mi, .*needs 960 MiB; .*memory: 960Mi$/
    ],
    [
      "a heap for less",
      instead(memory, "limits: {memory: 400Mi}"),
      ["warning CF-808"],
      /V8 takes 200 MiB .*needs 256 MiB; .*NODE_OPTIONS, value: --max-old-space-size=256$/
    ],
    [
      "a heap beyond the memory",
      withVariable("NODE_OPTIONS", "--max-old-space-size=600"),
      ["warning CF-808"],
      /grow to 600 MiB, beyond the memory limit/
    ],
    ["no replicas", instead("replicas: 2", "replicas: 0"), ["warning CF-809"], /there are no replicas/],
    ["run in a Job", asJob, ["fatal CF-809"], /run is in a Job, and has no end/],
    ["nothing in a drain in a Job", asJob.replace('"run",', '"run", "--drain",'), [], /^$/],
    [
      "a drain in a Deployment",
      instead('"run",', '"run", "--drain",'),
      ["warning CF-809"],
      /it ends once nothing waits, and is started again/
    ],
    [
      "readiness as liveness",
      instead("httpGet: {path: /live, port: http}", "httpGet: {path: /ready, port: http}"),
      ["fatal CF-810"],
      new RegExp(`^CF-810: ${inContainer(".livenessProbe.httpGet.path")}: .*in an outage.*; path: /live$`)
    ],
    [
      "liveness as readiness",
      instead("path: /ready", "path: /live"),
      ["warning CF-810"],
      /the readinessProbe asks \/live: a rollout goes on/
    ],
    [
      "a command that asks for readiness as liveness",
      instead(
        "livenessProbe:\n            httpGet: {path: /live, port: http}",
        "livenessProbe:\n            exec: {command: [node, bin/counterfoil.js, health]}"
      ),
      ["fatal CF-810"],
      new RegExp(
        `^CF-810: ${inContainer(".livenessProbe.exec.command")}: .*asks /ready: .*; --live as its argument$`
      )
    ],
    ["a path of nobody", instead("path: /ready", "path: /healthz"), ["fatal CF-810"], /asks \/healthz/],
    [
      "no probe",
      instead("          livenessProbe:\n            httpGet: {path: /live, port: http}\n", ""),
      ["warning CF-810"],
      /there is no livenessProbe: .*; livenessProbe: \{httpGet: \{path: \/live, port: 8080\}\}$/
    ],
    [
      "a startup that waits for Cassandra",
      instead(
        "startupProbe:\n            httpGet: {path: /live",
        "startupProbe:\n            httpGet: {path: /ready"
      ),
      ["fatal CF-810"],
      /never starts/
    ],
    [
      "probes of another port, by number and by name",
      withVariable("HTTP_PORT", "9090"),
      ["fatal CF-811", "fatal CF-811", "fatal CF-811"],
      new RegExp(
        `^CF-811: ${inContainer(".livenessProbe.httpGet.port")}: the livenessProbe asks port http, and HTTP_PORT is 9090; .*; port: 9090$`
      )
    ],
    [
      "an address that only the container reaches",
      instead("value: 0.0.0.0", "value: 127.0.0.1"),
      ["fatal CF-811"],
      new RegExp(
        `^CF-811: ${inContainer(".env[0]")}: .*HTTP_HOST is 127\\.0\\.0\\.1: they are refused; .*value: 0\\.0\\.0\\.0$`
      )
    ],
    [
      "an address that only the container reaches, unless the image says another one",
      instead("- name: HTTP_HOST\n              value: 0.0.0.0", "- {name: LOG_LEVEL, value: info}"),
      ["warning CF-811"],
      /HTTP_HOST is 127\.0\.0\.1, unless the image sets it, as ours does/
    ],
    ["probes of what is not served", withVariable("HTTP_PORT", "0"), ["fatal CF-811"], /nothing is served/]
  ])("find %s", ([, text, codes, says]) =>
    Effect.gen(function* () {
      const found = yield* foundIn(text)
      assert.deepStrictEqual(found.codes, codes, found.sentence)
      assert.match(found.sentence, says)
    })
  )

  it.effect("are not made by settings that are not among the files", () =>
    Effect.gen(function* () {
      const [, deployment = ""] = goodManifests.split("---\n")
      const { results } = yield* foundIn(deployment.replace("- name: HTTP_HOST", "- name: MY_HOST"))
      assert.deepStrictEqual(notMade(results), ["CF-802", "CF-803", "CF-807", "CF-808", "CF-811"])
    })
  )

  it.effect("are not made of containers where there is none", () =>
    Effect.gen(function* () {
      const { results } = yield* foundIn(keda("minReplicaCount: 1"))
      const made = results.filter(({ outcome }) => outcome._tag === "Passed").map(({ code }) => code)
      assert.deepStrictEqual(made, ["CF-801", "CF-812", "CF-814", "CF-815"])
    })
  )
})

const notMade = (results: ReadonlyArray<CheckResult>): ReadonlyArray<string> =>
  results.filter(({ outcome }) => outcome._tag === "NotMade").map(({ code }) => code)
