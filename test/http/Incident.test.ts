import { createHash } from "node:crypto"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Script } from "node:vm"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import { savingIncidents, writeIncident } from "../../src/cli/commands/IncidentFiles.ts"
import { IncidentChecks } from "../../src/http/IncidentChecks.ts"
import { bundledModules, incidentHtml, ShownSettings } from "../../src/http/IncidentHtml.ts"
import { incidentChecksMillis } from "../../src/http/Limits.ts"
import { Health } from "../../src/telemetry/Health.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { Recorder } from "../../src/telemetry/Recorder.ts"
import { until } from "../support/Counterfoil.ts"

const recorded = Recorder.layer("0.1.0").pipe(Layer.provideMerge(Layer.merge(Health.layer, Metrics.layer)))

const silent = Layer.merge(recorded, Logger.layer([]))

const letter = {
  atMillis: 1,
  stream: "payments" as const,
  reason: "unmatched-payment" as const,
  path: undefined,
  messageId: "m-1",
  orderId: "4711",
  paymentId: "1000815",
  error: "</script><script>alert(1)</script>"
}

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "counterfoil-incident-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

describe("an incident file", () => {
  it.live("holds the frames, the settings and the dead letters, whose ids it masks", () =>
    Effect.gen(function* () {
      yield* Metrics.use(({ deadLetters }) => Effect.sync(() => deadLetters.add(letter)))
      yield* Recorder.use(({ record }) => record)
      const html = yield* incidentHtml({ isWhole: true })
      const [, data = ""] = /<script type="application\/json" id="saved">(.*?)<\/script>/s.exec(html) ?? []
      const { recording, settings } = JSON.parse(data)
      assert.isAtLeast(recording.frames.length, 1)
      assert.deepStrictEqual(settings, [["CASSANDRA_PASSWORD", "(hidden)", "CASSANDRA_PASSWORD"]])
      assert.deepInclude(recording.deadLetters[0], { messageId: "m-1", orderId: "…711", paymentId: "…815" })
      const letters = JSON.stringify(recording.deadLetters)
      assert.notMatch(letters, /4711|1000815/)
    }).pipe(
      Effect.provide(silent),
      Effect.provideService(ShownSettings, [["CASSANDRA_PASSWORD", "(hidden)", "CASSANDRA_PASSWORD"]])
    )
  )

  it.live("runs nothing but its own scripts, whatever texts it holds, and loads nothing", () =>
    Effect.gen(function* () {
      yield* Metrics.use(({ deadLetters }) => Effect.sync(() => deadLetters.add(letter)))
      const html = yield* incidentHtml({ isWhole: true })
      const [, policy = ""] = /Content-Security-Policy" content="([^"]+)"/.exec(html) ?? []
      assert.match(
        policy,
        /^default-src 'none'; script-src 'sha256-\S+' 'sha256-\S+'; style-src 'sha256-\S+';/
      )
      assert.notMatch(policy, /unsafe|https?:|\*|'self'/)
      const scripts = [...html.matchAll(/<script(?: type="module")?>(.*?)<\/script>/gs)].map(
        ([, text = ""]) => text
      )
      assert.lengthOf(scripts, 2)
      for (const script of scripts) {
        const hash = createHash("sha256").update(script).digest("base64")
        assert.include(policy, `'sha256-${hash}'`)
      }
      assert.notMatch(html, /<(?:link|script|img)[^>]*(?:src|href)="(?!data:)/)
    }).pipe(Effect.provide(silent))
  )

  it.live("has the modules of the page as one script, with names that are all different", () =>
    Effect.gen(function* () {
      const script = yield* bundledModules
      assert.notMatch(script, /^(import|export) /m)
      assert.doesNotThrow(() => new Script(`(async () => {\n${script}\n})`))
    })
  )

  it.live("beyond loopback it has neither settings nor dead letters", () =>
    Effect.gen(function* () {
      yield* Metrics.use(({ deadLetters }) => Effect.sync(() => deadLetters.add(letter)))
      const html = yield* incidentHtml({ isWhole: false })
      assert.include(html, '"settings":[]')
      assert.include(html, '"deadLetters":null')
      assert.notInclude(html, "m-1")
    }).pipe(Effect.provide(silent), Effect.provideService(ShownSettings, [["A", "b", "A"]]))
  )

  it.live("holds what the checks find, and beyond loopback nothing of it", () =>
    Effect.gen(function* () {
      const whole = yield* incidentHtml({ isWhole: true })
      assert.include(
        whole,
        '"checks":[{"code":"CF-101","status":"fatal","text":"no host answers","remedy":"start it"}]'
      )
      assert.include(yield* incidentHtml({ isWhole: false }), '"checks":[]')
    }).pipe(
      Effect.provide(silent),
      Effect.provideService(
        IncidentChecks,
        Effect.succeed([
          { code: "CF-101", status: "fatal", text: "no host answers", remedy: "start it" }
        ] as const)
      )
    )
  )

  it.effect("[G6] is saved without the checks where they do not end in time, and says so", () =>
    Effect.gen(function* () {
      const saving = yield* Effect.forkChild(incidentHtml({ isWhole: true }))
      yield* TestClock.adjust(incidentChecksMillis)
      assert.include(yield* Fiber.join(saving), "nothing was checked: the checks did not end within 6 s")
    }).pipe(Effect.provide(silent), Effect.provideService(IncidentChecks, Effect.never))
  )

  it.live("is its owner's alone, and never written over another", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "a.html")
      yield* writeIncident(file, "one")
      assert.strictEqual(statSync(file).mode & 0o777, 0o600)
      const error = yield* Effect.flip(writeIncident(file, "two"))
      assert.include(error.message, "it is there already")
      assert.strictEqual(readFileSync(file, "utf8"), "one")
    })
  )
})

describe("while a process runs", () => {
  it.live("a bug that ends it saves an incident file; an error does not", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      yield* Effect.exit(savingIncidents(dir)(Effect.fail("expected")))
      assert.deepStrictEqual(readdirSync(dir), [])
      yield* Effect.exit(savingIncidents(dir)(Effect.die(new Error("a bug"))))
      const [name = ""] = readdirSync(dir)
      assert.match(name, /^counterfoil-incident-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.html$/)
      assert.include(readFileSync(join(dir, name), "utf8"), '"frames":[{"n":1,')
    }).pipe(Effect.provide(silent))
  )

  it.live("SIGUSR2 saves one, and once it has ended nothing listens any more", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const listeners = process.listenerCount("SIGUSR2")
      yield* savingIncidents(dir)(
        Effect.gen(function* () {
          process.emit("SIGUSR2")
          process.emit("SIGUSR2")
          yield* until(
            "a file",
            Effect.sync(() => readdirSync(dir).length > 0),
            "10 seconds",
            () => ""
          )
        })
      )
      assert.lengthOf(readdirSync(dir), 1)
      assert.strictEqual(process.listenerCount("SIGUSR2"), listeners)
    }).pipe(Effect.provide(silent))
  )

  it.live("a folder that cannot be written is said, and SIGUSR2 is heard and ends nothing", () => {
    const lines: Array<string> = []
    const logger = Logger.make<unknown, void>(({ message }) => void lines.push(String(message)))
    return Effect.gen(function* () {
      const work = Effect.gen(function* () {
        assert.lengthOf(lines, 1)
        assert.include(lines[0], "INCIDENT_DIR=/nowhere/at/all cannot be written")
        const isHeard = yield* Effect.sync(() => process.emit("SIGUSR2"))
        assert.isTrue(isHeard, "SIGUSR2 without a listener ends a process")
        yield* until(
          "why nothing is saved",
          Effect.sync(() => lines.length === 2),
          "10 seconds"
        )
        assert.match(lines[1] ?? "", /not saved in \/nowhere\/at\/all\/\S+: its folder is not there/)
        return "done"
      })
      assert.strictEqual(yield* savingIncidents("/nowhere/at/all")(work), "done")
      const exit = yield* Effect.exit(savingIncidents("/nowhere/at/all")(Effect.die("a bug")))
      assert.isTrue(Exit.hasDies(exit))
    }).pipe(Effect.provide(Layer.merge(recorded, Logger.layer([logger]))))
  })
})
