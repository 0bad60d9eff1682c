import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Logger, Redacted } from "effect"
import { HttpApi } from "../../../src/http/HttpApi.ts"
import { layerHttpApi } from "../../../src/http/HttpApiLayer.ts"
import { Health } from "../../../src/telemetry/Health.ts"
import { Metrics } from "../../../src/telemetry/Metrics.ts"
import { Recorder } from "../../../src/telemetry/Recorder.ts"
import { counterfoil } from "../../support/Counterfoil.ts"
import { freePorts } from "../../support/Ports.ts"

const secret = "a-token-of-some-length"

/** A process that listens beyond loopback, so that it hides dead letters from whoever does not know this token. */
const served = Layer.unwrap(
  Effect.map(freePorts(1), ([port = 0]) =>
    layerHttpApi({ host: "0.0.0.0", port, portAsked: true, token: Redacted.make(secret) })
  )
).pipe(
  Layer.provideMerge(Recorder.layer("0.1.0")),
  Layer.provideMerge(Layer.mergeAll(Health.layer, Metrics.layer, Logger.layer([])))
)

/** Saves an incident file of that process, with these variables and under a name that it gets by itself. */
const saved = Effect.fnUntraced(function* (environment: Readonly<Record<string, string>>) {
  const { port } = yield* Effect.flatMap(HttpApi, ({ address }) => Effect.fromOption(address))
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "counterfoil-incident-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true }))
  )
  const started = yield* counterfoil(["incident", "--log-format", "pretty"], {
    HTTP_PORT: String(port),
    INCIDENT_DIR: folder,
    ...environment
  })
  const { code } = yield* started.ended
  expect(code, started.stderr()).toBe(0)
  const file = started.stdout().trimEnd()
  expect(file).toMatch(new RegExp(`^${folder}/counterfoil-[^/]+\\.html$`))
  return { html: readFileSync(file, "utf8"), error: started.stderr() }
})

describe("incident", () => {
  it.live("shows the process its HTTP_TOKEN, and gets the dead letters with it", () =>
    Effect.gen(function* () {
      const { error, html } = yield* saved({ HTTP_TOKEN: secret })
      expect(html).toContain('"deadLetters":[]')
      expect(error).toBe("")
    }).pipe(Effect.provide(served))
  )

  it.live("says that the file has no dead letters where the process wants HTTP_TOKEN, or another one", () =>
    Effect.gen(function* () {
      const none = yield* saved({})
      expect(none.html).toContain('"deadLetters":null')
      expect(none.error).toContain("no dead letters and no settings: the process wants HTTP_TOKEN for them")
      const other = yield* saved({ HTTP_TOKEN: `${secret}-of-another` })
      expect(other.error).toContain("HTTP_TOKEN is not that of the process")
      expect(other.error).not.toContain(secret)
    }).pipe(Effect.provide(served))
  )
})
