import { createServer, type Socket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Duration, Effect, Logger } from "effect"
import { checksForIncident } from "../../../src/cli/commands/DoctorOfIncident.ts"
import { incidentGroupSeconds } from "../../../src/cli/Limits.ts"
import { incidentChecksMillis } from "../../../src/http/Limits.ts"
import { freePorts } from "../../support/Ports.ts"

const secret = "a-password-of-some-length"

/** A server that takes connections, and answers nothing, for the life of the scope. */
const silentServer = Effect.gen(function* () {
  const [port = 0] = yield* freePorts(1)
  const sockets = new Set<Socket>()
  yield* Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer((socket) => {
            sockets.add(socket)
            socket.on("error", () => sockets.delete(socket))
          })
          server.listen(port, "127.0.0.1", () => resolve(server))
        })
    ),
    (server) =>
      Effect.sync(() => {
        for (const socket of sockets) socket.destroy()
        server.close()
      })
  )
  return `127.0.0.1:${port}`
})

const checksWith = (environment: Readonly<Record<string, string>>) =>
  Effect.timed(checksForIncident({})).pipe(
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnvRecord(environment)),
    Effect.provide(Logger.layer([])),
    Effect.map(([took, checks]) => ({
      millis: Duration.toMillis(took),
      checks,
      statuses: (group: string) =>
        new Set(checks.filter(({ code }) => code.startsWith(`CF-${group}`)).map(({ status }) => status))
    }))
  )

describe("the checks of an incident file", () => {
  it.live(
    "[G6] are there within seconds while no server answers, and say what was not checked",
    () =>
      Effect.gen(function* () {
        const address = yield* silentServer
        const { checks, millis, statuses } = yield* checksWith({
          PUBSUB_EMULATOR_HOST: address,
          PUBSUB_PROJECT_ID: "p",
          CASSANDRA_CONTACT_POINTS: address,
          CASSANDRA_USERNAME: "counterfoil",
          CASSANDRA_PASSWORD: secret
        })
        assert.isBelow(millis, incidentChecksMillis)
        assert.isTrue(statuses("5").has("passed"), "of the configuration")
        assert.isTrue(statuses("7").has("passed"), "of the limits")
        for (const group of ["1", "2", "3", "4", "6"])
          assert.deepStrictEqual(statuses(group), new Set(["not-made"]), group)
        const [unmade] = checks.filter(({ status }) => status === "not-made")
        assert.match(
          unmade?.text ?? "",
          new RegExp(`: not checked: no answer within ${incidentGroupSeconds} s$`)
        )
        assert.notInclude(JSON.stringify(checks), secret)
      }).pipe(Effect.scoped),
    20_000
  )

  it.live("name a server that nobody listens for, and what was not checked because of it", () =>
    Effect.gen(function* () {
      const [port = 0] = yield* freePorts(1)
      const { checks, statuses } = yield* checksWith({
        PUBSUB_EMULATOR_HOST: `127.0.0.1:${port}`,
        PUBSUB_PROJECT_ID: "p",
        CASSANDRA_CONTACT_POINTS: `127.0.0.1:${port}`,
        CASSANDRA_USERNAME: "counterfoil",
        CASSANDRA_PASSWORD: secret
      })
      assert.isTrue(statuses("1").has("fatal"))
      assert.deepStrictEqual(statuses("2"), new Set(["skipped"]))
      const unreachable = checks.find(({ code, status }) => status === "fatal" && code.startsWith("CF-1"))
      assert.notStrictEqual(unreachable?.remedy, "")
      assert.notInclude(JSON.stringify(checks), secret)
    })
  )
})
