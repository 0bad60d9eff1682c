/** Runs Go's in-memory Pub/Sub (`pstest`): a second server with the same API, by other authors. */
import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readFileSync, renameSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { Effect, type Scope } from "effect"
import { cacheFolder, serverLog } from "./Cache.ts"
import { freePorts } from "./Ports.ts"
import { onPath } from "./Programs.ts"
import type { PubSubServer } from "./PubSubEmulator.ts"
import { ServerError, serverProcess } from "./ServerProcess.ts"

/**
 * Starts the server on a free port of 127.0.0.1; it ends, and forgets everything, with the scope.
 *
 * The first use on a machine builds it with Go into `.cache/`, which takes a minute or two. It manages about 400
 * messages a second: it is for contracts, not for load.
 *
 * **Errors**: `ServerError` when Go is missing or cannot build it, or with the end of its log.
 */
export const psTestServer = Effect.fnUntraced(function* (): Effect.fn.Return<
  PubSubServer,
  ServerError,
  Scope.Scope
> {
  const program = yield* builtProgram
  const host = "127.0.0.1"
  const [port = 0] = yield* freePorts(1, host)
  const process = yield* serverProcess({
    name: serverName,
    command: program,
    args: [String(port)],
    host,
    port,
    logFile: serverLog("pstest", host, port),
    probe: accepts(port),
    startWithin: "30 seconds"
  })
  return { ...process, address: `${host}:${port}` }
})

const serverName = "pstest"

const folder = join(import.meta.dirname, "pstest")

/** The program, built when its source is not the one it was built from. */
const builtProgram: Effect.Effect<string, ServerError> = Effect.suspend(() => {
  const source = ["main.go", "go.mod", "go.sum"].map((file) => readFileSync(join(folder, file)))
  const version = createHash("sha256").update(Buffer.concat(source)).digest("hex").slice(0, 12)
  const program = join(cacheFolder("pstest"), `pstest-${version}`)
  if (existsSync(program)) return Effect.succeed(program)
  if (onPath("go") === undefined) {
    return Effect.fail(
      new ServerError({ server: serverName, detail: "Go, which builds it, is not installed" })
    )
  }
  const unfinished = `${program}.${process.pid}`
  return Effect.as(
    Effect.andThen(
      build(unfinished),
      Effect.sync(() => renameSync(unfinished, program))
    ),
    program
  )
})

const build = (target: string): Effect.Effect<void, ServerError> =>
  Effect.callback((resume) => {
    const child = execFile("go", ["build", "-o", target, "."], { cwd: folder }, (error, stdout, stderr) => {
      const detail = `Go could not build it:\n${stdout}${stderr}`.trimEnd()
      resume(error === null ? Effect.void : Effect.fail(new ServerError({ server: serverName, detail })))
    })
    return Effect.sync(() => void child.kill())
  })

const accepts = (port: number): Effect.Effect<void, string> =>
  Effect.callback((resume) => {
    const socket = connect({ host: "127.0.0.1", port })
    socket.once("connect", () => {
      socket.destroy()
      resume(Effect.void)
    })
    socket.once("error", (error) => resume(Effect.fail(error.message)))
    return Effect.sync(() => void socket.destroy())
  })
