/** Incident files of a process on the real servers, while it is well and while Cassandra is away. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { tcpGate } from "../cassandra/TcpGate.ts"
import { until } from "../support/Counterfoil.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { cassandraAddress, describeWith } from "../support/TestServices.ts"
import { ran } from "./Ran.ts"
import { serving } from "./Serving.ts"

/** How long it may take until the file is there, the start of the command included. **Units**: ms. */
const secondsMillis = 15_000

const secret = "a-password-of-some-length"

interface Check {
  readonly code: string
  readonly status: string
  readonly text: string
}

/** The checks that a file holds. */
const checksIn = (html: string): ReadonlyArray<Check> => {
  const [, data = ""] = /<script type="application\/json" id="saved">(.*?)<\/script>/s.exec(html) ?? []
  return JSON.parse(data).checks
}

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "counterfoil-incident-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

describeWith("cassandra", "pubsub")("an incident file, on real servers", () => {
  it.live(
    "has what the doctor finds; within seconds in an outage too, where it says what was not checked",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        const dir = yield* folder
        const gate = yield* tcpGate(cassandraAddress ?? "")
        yield* gate.open
        const environment = {
          ...deployment.environment,
          CASSANDRA_CONTACT_POINTS: gate.address,
          // The server does not ask for it.
          CASSANDRA_USERNAME: "counterfoil",
          CASSANDRA_PASSWORD: secret,
          INCIDENT_DIR: dir
        }
        const process = yield* serving(["run"], environment)
        yield* process.until("/ready", ({ status }) => status === 200)
        const saved = Effect.fnUntraced(function* (name: string) {
          const file = join(dir, name)
          const before = yield* Clock.currentTimeMillis
          const { code, errors } = yield* ran(
            ["incident", "--out", file, "--url", `http://127.0.0.1:${process.port}`],
            environment
          )
          assert.strictEqual(code, 0, errors)
          assert.isBelow((yield* Clock.currentTimeMillis) - before, secondsMillis)
          return readFileSync(file, "utf8")
        })

        const well = yield* saved("well.html")
        const passed = checksIn(well).filter(({ status }) => status === "passed")
        for (const group of ["1", "2", "4", "5", "6", "7"])
          assert.isTrue(
            passed.some(({ code }) => code.startsWith(`CF-${group}`)),
            group
          )

        yield* gate.shut
        const outage = yield* saved("outage.html")
        const unmade = checksIn(outage).filter(({ status }) => status === "not-made" || status === "skipped")
        assert.isTrue(
          unmade.some(({ code, text }) => code.startsWith("CF-2") && text.includes("not checked"))
        )
        assert.isTrue(
          checksIn(outage).some(({ code, status }) => code.startsWith("CF-6") && status === "passed"),
          "what Pub/Sub answers"
        )

        yield* process.signal("SIGUSR2")
        const names = Effect.sync(() => readdirSync(dir).filter((name) => name.startsWith("counterfoil-")))
        yield* until(
          "the file of SIGUSR2",
          Effect.map(names, ({ length }) => length === 1),
          "15 seconds"
        )
        for (const html of [well, outage]) assert.notInclude(html, secret)
      }).pipe(Effect.scoped),
    120_000
  )
})
