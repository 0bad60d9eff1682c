/** Runs Google's Pub/Sub emulator, the one the Cloud SDK has. */
import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, realpathSync } from "node:fs"
import { dirname, join } from "node:path"
import { Effect, type Scope } from "effect"
import { serverLog } from "./Cache.ts"
import { findJava } from "./Java.ts"
import { freePorts } from "./Ports.ts"
import { onPath } from "./Programs.ts"
import { ServerError, type ServerProcess, serverProcess } from "./ServerProcess.ts"

/** What may differ from a free port of 127.0.0.1. */
export interface EmulatorOptions {
  readonly host?: string
  readonly port?: number
}

/** A Pub/Sub server that answers; it forgets everything when it stops. */
export interface PubSubServer extends ServerProcess {
  /** `host:port`, as PUBSUB_EMULATOR_HOST takes it. */
  readonly address: string
}

/**
 * Starts the emulator and waits until it answers; it ends with the scope.
 *
 * Found by PUBSUB_EMULATOR_JAR, CLOUDSDK_ROOT, or where `gcloud` on the PATH says the Cloud SDK is.
 *
 * **Errors**: `ServerError` naming what is missing, or with the end of its log.
 */
export const pubSubEmulator = Effect.fnUntraced(function* (
  options: EmulatorOptions = {}
): Effect.fn.Return<PubSubServer, ServerError, Scope.Scope> {
  const java = yield* findJava(serverName, (major) => major >= 11, "11 or later")
  const jar = yield* emulatorJar
  const host = options.host ?? "127.0.0.1"
  const [free = 0] = yield* freePorts(1, host)
  const port = options.port ?? free
  const address = `${host}:${port}`
  const process = yield* serverProcess({
    name: serverName,
    command: java,
    args: ["-jar", jar, `--host=${host}`, `--port=${port}`],
    host,
    port,
    logFile: serverLog("pubsub-emulator", host, port),
    probe: answersHttp(address),
    startWithin: "60 seconds"
  })
  return { ...process, address }
})

const serverName = "Pub/Sub emulator"

const answersHttp = (address: string) =>
  Effect.tryPromise(async (signal) => {
    const response = await fetch(`http://${address}/`, { signal })
    await response.arrayBuffer()
    if (!response.ok) throw new Error(`status ${response.status}`)
  })

const emulatorJar: Effect.Effect<string, ServerError> = Effect.suspend(() => {
  const given = process.env["PUBSUB_EMULATOR_JAR"]
  if (given !== undefined) return Effect.succeed(given)
  const roots = sdkRoots()
  for (const root of roots) {
    const folder = join(root, "platform/pubsub-emulator/lib")
    const jar = existsSync(folder)
      ? readdirSync(folder).find((name) => /^cloud-pubsub-emulator.*\.jar$/.test(name))
      : undefined
    if (jar !== undefined) return Effect.succeed(join(folder, jar))
  }
  const detail =
    roots.length === 0
      ? "the Google Cloud SDK is not installed (no gcloud on the PATH)"
      : `the Cloud SDK in ${roots.join(" or ")} has no Pub/Sub emulator: gcloud components install pubsub-emulator, or the package google-cloud-cli-pubsub-emulator`
  return Effect.fail(new ServerError({ server: serverName, detail }))
})

const sdkRoots = (): ReadonlyArray<string> => {
  const given = process.env["CLOUDSDK_ROOT"]
  if (given !== undefined) return [given]
  const gcloud = onPath("gcloud")
  if (gcloud === undefined) return []
  const beside = dirname(dirname(realpathSync(gcloud)))
  // Asking takes a second; where gcloud is no script of the SDK itself (Nix), only asking helps.
  return existsSync(join(beside, "platform/pubsub-emulator")) ? [beside] : [askRoot(gcloud)]
}

const askRoot = (gcloud: string): string =>
  execFileSync(gcloud, ["info", "--format=value(installation.sdk_root)"], { encoding: "utf8" }).trim()
