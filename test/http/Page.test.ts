import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs"
import { request } from "node:http"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Redacted } from "effect"
import { HttpApi } from "../../src/http/HttpApi.ts"
import { layerHttpApi } from "../../src/http/HttpApiLayer.ts"
import { PageFolder, pageModules } from "../../src/http/PageFiles.ts"
import { Health } from "../../src/telemetry/Health.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { Recorder } from "../../src/telemetry/Recorder.ts"
import { freePorts } from "../support/Ports.ts"

const secret = "a-token-of-some-length"

const servedAt = (host: string, token?: string) =>
  Layer.unwrap(
    Effect.map(freePorts(1), ([port = 0]) => {
      const known = token === undefined ? undefined : Redacted.make(token)
      return layerHttpApi({ host, port, portAsked: true, token: known })
    })
  ).pipe(
    Layer.provideMerge(Recorder.layer("0.1.0")),
    Layer.provideMerge(Layer.mergeAll(Health.layer, Metrics.layer, Logger.layer([])))
  )

const served = servedAt("127.0.0.1")

/** A folder of the page that holds nothing. */
const ownFolder = Layer.effect(
  PageFolder,
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "counterfoil-page-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true }))
  )
)

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
}

/** Asks 127.0.0.1, under a name. */
const get = Effect.fnUntraced(function* (
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string
) {
  const { address } = yield* HttpApi
  const { port } = yield* Effect.fromOption(address)
  return yield* Effect.callback<Answer>((resume) => {
    request(
      { host: "127.0.0.1", port, path, headers, method: body === undefined ? "GET" : "POST" },
      (response) => {
        let text = ""
        response.setEncoding("utf8")
        response.on("data", (more) => (text += more))
        response.on("end", () =>
          resume(Effect.succeed({ status: response.statusCode ?? 0, headers: response.headers, text }))
        )
      }
    ).end(body)
  })
})

describe("the paths of the page", () => {
  it.live("/ names the paths there are to whoever is no browser", () =>
    Effect.gen(function* () {
      const { status, text } = yield* get("/")
      assert.strictEqual(status, 200)
      for (const path of ["/live", "/ready", "/health", "/metrics", "/frames"]) {
        assert.match(text, new RegExp(`^${path} `, "m"))
        assert.notStrictEqual((yield* get(path)).status, 404)
      }
    }).pipe(Effect.provide(served))
  )

  it.live("/frames is the recording as JSON, stored nowhere on the way", () =>
    Effect.gen(function* () {
      yield* Recorder.use(({ record }) => record)
      const { headers, status, text } = yield* get("/frames?since=0")
      assert.strictEqual(status, 200)
      assert.match(String(headers["content-type"]), /^application\/json/)
      assert.strictEqual(headers["cache-control"], "no-store")
      const { frames, next, version } = JSON.parse(text)
      assert.deepStrictEqual([frames.at(-1).n, version], [next, "0.1.0"])
      assert.lengthOf(JSON.parse((yield* get(`/frames?since=${next}`)).text).frames, 0)
    }).pipe(Effect.provide(served))
  )

  it.live.each(["-1", "1.5", "x", "1e3", "9999999999999999"])("/frames?since=%s is refused", (since) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* get(`/frames?since=${since}`)).status, 400)
    }).pipe(Effect.provide(served))
  )

  it.live("a name that somebody else can give to this machine is refused, health and metrics are open", () =>
    Effect.gen(function* () {
      for (const host of [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "a@localhost",
        "10.0.0.1"
      ]) {
        const { status, text } = yield* get("/frames", { host })
        assert.strictEqual(status, 403, host)
        assert.include(text, "open it by an address")
        for (const path of ["/health", "/metrics", "/ready", "/live"])
          assert.notStrictEqual((yield* get(path, { host })).status, 403)
      }
      for (const host of ["127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080", "127.9.9.9"])
        assert.strictEqual((yield* get("/frames", { host })).status, 200, host)
    }).pipe(Effect.provide(served))
  )

  it.live("beyond loopback it is shown under addresses and names of this machine, without dead letters", () =>
    Effect.gen(function* () {
      for (const host of ["10.0.0.1", `${hostname()}:8080`, "localhost"]) {
        const { status, text } = yield* get("/frames", { host })
        assert.strictEqual(status, 200, host)
        assert.isNull(JSON.parse(text).deadLetters)
      }
      assert.strictEqual((yield* get("/frames", { host: "evil.example" })).status, 403)
    }).pipe(Effect.provide(servedAt("0.0.0.0")))
  )

  it.live("/ is the page for a browser, under a policy that lets nothing else run or be loaded", () =>
    Effect.gen(function* () {
      const { headers, status, text } = yield* get("/", { accept: "text/html,*/*;q=0.8" })
      assert.strictEqual(status, 200)
      const policy = String(headers["content-security-policy"])
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/)
      assert.notMatch(policy, /unsafe|https?:|\*/)
      assert.notMatch(text, /<script>|<style|\son\w+=|\sstyle=|https?:/)
      for (const [, file = ""] of text.matchAll(/(?:href|src)="(page\/[^"]+)"/g)) {
        const found = yield* get(`/${file}`)
        assert.strictEqual(found.status, 200, file)
        assert.strictEqual(found.headers["x-content-type-options"], "nosniff")
      }
      assert.strictEqual((yield* get("/", { accept: "text/html", host: "evil.example" })).status, 403)
      assert.strictEqual((yield* get("/page/Main.js", { host: "evil.example" })).status, 403)
    }).pipe(Effect.provide(served))
  )

  it.live("a file of the page is one of a closed list", () =>
    Effect.gen(function* () {
      for (const path of [
        "/page/nope.js",
        "/page/..%2fpackage.json",
        "/page/index.html",
        "/page/tsconfig.json"
      ])
        assert.strictEqual((yield* get(path)).status, 404, path)
    }).pipe(Effect.provide(served))
  )

  it.live("a file that cannot be read is said, and read anew for the next one who asks", () =>
    Effect.gen(function* () {
      const folder = yield* PageFolder
      const file = join(folder, "Words.js")
      yield* Effect.sync(() => mkdirSync(file))
      assert.strictEqual((yield* get("/page/Words.js", { host: "evil.example" })).status, 403)
      const unreadable = yield* get("/page/Words.js")
      assert.deepStrictEqual(
        [unreadable.status, unreadable.text],
        [503, "the page's file Words.js could not be read; try again\n"]
      )
      yield* Effect.sync(() => rmdirSync(file))
      const missing = yield* get("/page/Words.js")
      assert.strictEqual(missing.status, 404)
      assert.include(missing.text, "the page's file Words.js is not there")
      assert.strictEqual((yield* get("/incident")).status, 503)
      yield* Effect.sync(() => writeFileSync(file, "export {}"))
      assert.deepInclude(yield* get("/page/Words.js"), { status: 200, text: "export {}" })
    }).pipe(Effect.provide(served.pipe(Layer.provideMerge(ownFolder))))
  )

  it("the modules of the page are in an order in which each comes after what it imports", () => {
    for (const [index, name] of pageModules.entries()) {
      const text = readFileSync(join(import.meta.dirname, "../../page", name), "utf8")
      for (const [, imported = ""] of text.matchAll(/from "\.\/([^"]+)"/g))
        assert.include(pageModules.slice(0, index), imported, name)
    }
  })

  it.live(
    "beyond loopback whoever knows HTTP_TOKEN sees dead letters: by a header, or by a cookie after a login",
    () =>
      Effect.gen(function* () {
        const letters = (headers: Readonly<Record<string, string>>) =>
          Effect.map(get("/frames", headers), ({ text }) => JSON.parse(text).deadLetters)
        const json = { "content-type": "application/json" }
        assert.isNull(yield* letters({}))
        assert.deepStrictEqual(yield* letters({ authorization: `Bearer ${secret}` }), [])
        assert.isNull(yield* letters({ authorization: `Bearer ${secret.slice(1)}` }))
        const wrong = yield* get("/login", json, `{"token":"${secret}x"}`)
        assert.deepStrictEqual([wrong.status, wrong.headers["set-cookie"]], [401, undefined])
        assert.strictEqual((yield* get("/login", {}, `{"token":"${secret}"}`)).status, 400)
        assert.strictEqual(
          (yield* get("/login", { ...json, host: "evil.example" }, `{"token":"${secret}"}`)).status,
          403
        )
        const right = yield* get("/login", json, `{"token":"${secret}"}`)
        assert.strictEqual(right.status, 204)
        const cookie = String(right.headers["set-cookie"])
        assert.match(cookie, /^counterfoil=[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=\/$/)
        assert.notInclude(cookie, secret)
        assert.deepStrictEqual(yield* letters({ cookie: `a=b; ${cookie.split(";")[0]}` }), [])
        assert.isNull(yield* letters({ cookie: `counterfoil=${"0".repeat(64)}` }))
        assert.include(
          (yield* get("/incident", { authorization: `Bearer ${secret}` })).text,
          '"deadLetters":[]'
        )
        assert.include((yield* get("/incident")).text, '"deadLetters":null')
      }).pipe(Effect.provide(servedAt("0.0.0.0", secret)))
  )
})
