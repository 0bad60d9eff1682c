import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schedule } from "effect"
import { expect } from "vitest"
import { freePorts } from "./Ports.ts"
import { type ServerPlan, serverProcess } from "./ServerProcess.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "counterfoil-server-process-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const answers = (port: number) => Effect.tryPromise(() => fetch(`http://127.0.0.1:${port}/`))

const plan = Effect.fnUntraced(function* (source: (port: number) => string) {
  const [port = 0] = yield* freePorts(1)
  const logFile = join(yield* folder, "server.log")
  const thePlan: ServerPlan = {
    name: "toy server",
    command: process.execPath,
    args: ["-e", source(port)],
    host: "127.0.0.1",
    port,
    logFile,
    probe: Effect.asVoid(answers(port)),
    startWithin: "20 seconds"
  }
  return { port, plan: thePlan }
})

const httpServer = (port: number) =>
  `console.log("hello"); require("http").createServer((_, r) => r.end("ok")).listen(${port}, "127.0.0.1")`

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const untilGone = (pid: number) =>
  Effect.sync(() => isAlive(pid)).pipe(
    Effect.repeat({ while: (alive) => alive, schedule: Schedule.spaced("20 millis") }),
    Effect.timeout("10 seconds")
  )

describe("serverProcess", () => {
  it.live("answers while the scope lives, and is gone after it", () =>
    Effect.gen(function* () {
      const { plan: httpPlan, port } = yield* plan(httpServer)
      const pid = yield* Effect.scoped(
        Effect.gen(function* () {
          const server = yield* serverProcess(httpPlan)
          assert.strictEqual((yield* answers(port)).status, 200)
          return yield* server.pid
        })
      )
      assert.isFalse(isAlive(pid))
    })
  )

  it.live("starts again, as another process, after it was stopped or killed, even while frozen", () =>
    Effect.gen(function* () {
      const { plan: httpPlan, port } = yield* plan(httpServer)
      const server = yield* serverProcess(httpPlan)
      const first = yield* server.pid
      yield* server.signal("SIGSTOP")
      yield* server.stop
      assert.isFalse(isAlive(first))
      yield* server.start
      yield* server.kill
      yield* server.start
      assert.strictEqual((yield* answers(port)).status, 200)
      expect(readFileSync(server.logFile, "utf8")).toBe("hello\nhello\nhello\n")
    })
  )

  it.live("a start that fails says how, with the end of the log", () =>
    Effect.gen(function* () {
      const { plan: broken } = yield* plan(() => `console.error("no such table"); process.exit(3)`)
      const error = yield* Effect.flip(serverProcess(broken))
      expect(error.message).toContain("toy server: ended with exit code 3")
      expect(error.message).toContain("no such table")
    })
  )

  it.live("a server that stays silent is ended, and said to be silent", () =>
    Effect.gen(function* () {
      const { plan: silent } = yield* plan(() => `console.log(process.pid); setInterval(() => {}, 1000)`)
      const error = yield* Effect.flip(serverProcess({ ...silent, startWithin: "2 seconds" }))
      expect(error.message).toContain("did not answer within 2 seconds")
      assert.isFalse(isAlive(Number.parseInt(readFileSync(silent.logFile, "utf8"), 10)))
    })
  )

  it.live("does not take another program on its port for its own", () =>
    Effect.gen(function* () {
      const { plan: httpPlan, port } = yield* plan(httpServer)
      const first = yield* serverProcess(httpPlan)
      const error = yield* Effect.flip(serverProcess(httpPlan))
      expect(error.message).toBe(`toy server: another program listens on 127.0.0.1:${port}`)
      expect(readFileSync(first.logFile, "utf8")).toBe("hello\n")
    })
  )

  it.live("a program that is not there is named", () =>
    Effect.gen(function* () {
      const { plan: httpPlan } = yield* plan(httpServer)
      const error = yield* Effect.flip(serverProcess({ ...httpPlan, command: "no-such-program" }))
      expect(error.message).toContain("spawn no-such-program ENOENT")
    })
  )

  it.live("ends when the process that started it is killed", () =>
    Effect.gen(function* () {
      const { plan: httpPlan, port } = yield* plan(httpServer)
      const pidFile = join(yield* folder, "pid")
      const script = join(yield* folder, "starter.ts")
      writeFileSync(script, starter({ ...httpPlan, pidFile, port }))
      const owner = spawn(process.execPath, [script], { stdio: "inherit" })
      const exited = yield* Effect.forkChild(
        Effect.callback<void>((resume) => void owner.once("exit", () => resume(Effect.void)))
      )
      yield* Effect.sync(() => existsSync(pidFile)).pipe(
        Effect.repeat({ until: (there) => there, schedule: Schedule.spaced("50 millis") }),
        Effect.timeout("20 seconds")
      )
      const pid = Number(readFileSync(pidFile, "utf8"))
      assert.isTrue(isAlive(pid))
      owner.kill("SIGKILL")
      yield* Fiber.join(exited)
      yield* untilGone(pid)
    })
  )
})

const starter = ({ probe: _, ...it }: ServerPlan & { readonly pidFile: string; readonly port: number }) => {
  const at = (file: string) => JSON.stringify(join(import.meta.dirname, file))
  return `
import { renameSync, writeFileSync } from "node:fs"
import { Effect } from ${JSON.stringify(import.meta.resolve("effect"))}
import { serverProcess } from ${at("ServerProcess.ts")}
const it = ${JSON.stringify(it)}
const probe = Effect.tryPromise(() => fetch("http://127.0.0.1:" + it.port))
Effect.runPromise(Effect.scoped(Effect.gen(function* () {
  const server = yield* serverProcess({ ...it, probe })
  writeFileSync(it.pidFile + ".new", String(yield* server.pid))
  renameSync(it.pidFile + ".new", it.pidFile)
  return yield* Effect.never
})))
`
}
