import { connect } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Redacted } from "effect"
import { type Fact, personalColumns } from "../../src/domain/Fact.ts"
import { HttpApi } from "../../src/http/HttpApi.ts"
import { layerHttpApi } from "../../src/http/HttpApiLayer.ts"
import { lookUpBodyBytes } from "../../src/http/Limits.ts"
import { Health } from "../../src/telemetry/Health.ts"
import type { LookUpAnswer, LookUpKey } from "../../src/telemetry/LookUp.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { Recorder } from "../../src/telemetry/Recorder.ts"
import type { RowLook } from "../../src/telemetry/RowLookUp.ts"
import { freePorts } from "../support/Ports.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"

const secret = "a-token-of-some-length"

const answer: LookUpAnswer = {
  process: "host-1-abc",
  subscriptions: { orders: "projects/p/subscriptions/o", payments: "projects/p/subscriptions/p" },
  readUpTo: { orders: "2026-11-26T00:00:00.000000Z", payments: null },
  held: [],
  heldCount: 0,
  redriveRunning: false
}

const row: Fact = {
  ...orderOf(7n),
  ...paymentOf(7n),
  customer_id: 815n,
  item: "a personal item",
  order_status: "shipped"
}

const looked: RowLook = { _tag: "Looked", rows: [row] }

const letter = {
  atMillis: 1,
  stream: "payments" as const,
  reason: "unmatched-payment" as const,
  path: undefined,
  messageId: "m-1",
  orderId: "7",
  paymentId: "1007",
  error: "no such order in the table"
}

/** A server, everything that it logs, and the keys that it was asked for. */
const served = Effect.fnUntraced(function* (token?: string, host = "127.0.0.1") {
  const [port = 0] = yield* freePorts(1)
  const logged: Array<string> = []
  const keys: Array<LookUpKey> = []
  const capture = Logger.make(({ message }) => logged.push(String(message)))
  const api = yield* Layer.build(
    layerHttpApi({
      host,
      port,
      portAsked: true,
      token: token === undefined ? undefined : Redacted.make(token)
    }).pipe(
      Layer.provide(Recorder.layer("0.1.0")),
      Layer.provideMerge(Layer.mergeAll(Health.layer, Metrics.layer, Logger.layer([capture])))
    )
  )
  const { answerLookUps } = yield* HttpApi.pipe(Effect.provide(api))
  const begin = answerLookUps({
    held: (key) => {
      keys.push(key)
      return Effect.succeed(answer)
    },
    rows: () => Effect.succeed(looked)
  })
  const ask = (body: string, headers: Readonly<Record<string, string>> = {}, method = "POST") =>
    Effect.promise(async () => {
      const response = await fetch(`http://127.0.0.1:${port}/lookup`, {
        method,
        headers: { "content-type": "application/json", ...headers },
        ...(method === "GET" ? {} : { body })
      })
      return { status: response.status, headers: response.headers, text: await response.text() }
    })
  const { deadLetters } = yield* Metrics.pipe(Effect.provide(api))
  return { port, begin, ask, logged, keys, deadLetters }
})

/** The status of a request whose head is written as it is. */
const statusOfRaw = (port: number, text: string): Effect.Effect<string> =>
  Effect.callback((resume) => {
    let heard = ""
    const socket = connect(port, "127.0.0.1", () => socket.write(text))
    socket.on("data", (chunk) => {
      heard += chunk.toString()
      resume(Effect.succeed(heard.split(" ")[1] ?? ""))
      socket.destroy()
    })
    socket.on("error", () => resume(Effect.succeed("error")))
  })

const greatest = String(2n ** 63n - 1n)

describe("POST /lookup", () => {
  it.live("answers for an order or a payment, whose id may be as great as the table's", () =>
    Effect.gen(function* () {
      const { ask, begin, keys } = yield* served()
      yield* begin
      const { headers, status, text } = yield* ask(`{"order":"${greatest}"}`)
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(JSON.parse(text), answer)
      assert.strictEqual(headers.get("cache-control"), "no-store")
      assert.strictEqual((yield* ask('{"payment": 4711}')).status, 200)
      assert.deepStrictEqual(keys, [
        { kind: "order", id: 2n ** 63n - 1n },
        { kind: "payment", id: 4711n }
      ])
    })
  )

  it.live("503 while the process has not begun", () =>
    Effect.gen(function* () {
      const { ask } = yield* served()
      assert.strictEqual((yield* ask('{"order":"1"}')).status, 503)
    })
  )

  it.live("400 for any other body, and an id that JavaScript would round is one", () =>
    Effect.gen(function* () {
      const { ask, begin, keys } = yield* served()
      yield* begin
      const bodies = [
        ...["", "null", "[]", "{}", "{", '"order"', '{"order":""}', '{"order":"0"}', '{"order":"-1"}'],
        ...['{"order":"1e3"}', '{"order":1.5}', '{"order":9223372036854775807}', `{"order":"${2n ** 63n}"}`],
        ...['{"order":"1","payment":"2"}', '{"order":"1","also":2}', '{"order":null}', '{"order":["1"]}']
      ]
      for (const body of bodies) assert.strictEqual((yield* ask(body)).status, 400, body)
      assert.deepStrictEqual(keys, [])
    })
  )

  it.live(
    "[G6] 413 for a body of more than a kilobyte, however it is sent; 415 for what is not said to be JSON",
    () =>
      Effect.gen(function* () {
        const { ask, begin, keys, port } = yield* served()
        yield* begin
        const padded = `{"order":"1"${" ".repeat(lookUpBodyBytes)}}`
        assert.strictEqual((yield* ask(padded)).status, 413)
        const head = `POST /lookup HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`
        assert.strictEqual(yield* statusOfRaw(port, `${head}800\r\n${" ".repeat(2_048)}\r\n`), "413")
        for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
          assert.strictEqual((yield* ask('{"order":"1"}', { "content-type": type })).status, 415)
        assert.deepStrictEqual(keys, [])
      })
  )

  it.live(
    "refuses a page that was lured to loopback by a name of its own, before it reads what is asked",
    () =>
      Effect.gen(function* () {
        const { begin, keys, port } = yield* served()
        yield* begin
        const asked = (host: string) =>
          statusOfRaw(
            port,
            `POST /lookup HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"order":"1"}`
          )
        assert.strictEqual(yield* asked(`attacker.example:${port}`), "403")
        assert.deepStrictEqual(keys, [])
        assert.strictEqual(yield* asked(`localhost:${port}`), "200")
      })
  )

  it.live("beyond loopback it is off without HTTP_TOKEN; health stays open", () =>
    Effect.gen(function* () {
      const { ask, begin, keys, port } = yield* served(undefined, "0.0.0.0")
      yield* begin
      const { status, text } = yield* ask('{"order":"1"}')
      assert.strictEqual(status, 403)
      assert.include(JSON.parse(text).error, "Set HTTP_TOKEN")
      assert.deepStrictEqual(keys, [])
      const health = yield* Effect.promise(() => fetch(`http://127.0.0.1:${port}/health`))
      assert.strictEqual(health.status, 200)
    })
  )

  it.live("where a token is set it is needed, and neither it nor an id is logged", () =>
    Effect.gen(function* () {
      const { ask, begin, keys, logged } = yield* served(secret, "0.0.0.0")
      yield* begin
      const refused = yield* ask('{"order":"4711"}', { authorization: "Bearer another-token-than-that" })
      assert.strictEqual(refused.status, 401)
      assert.strictEqual(refused.headers.get("www-authenticate"), "Bearer")
      assert.strictEqual((yield* ask('{"order":"4711"}')).status, 401)
      assert.deepStrictEqual(keys, [])
      assert.strictEqual((yield* ask('{"order":"4711"}', { authorization: `Bearer ${secret}` })).status, 200)
      assert.lengthOf(keys, 1)
      assert.notMatch(logged.join("\n"), /token|4711/)
    })
  )

  it.live(
    "for the page it answers with the row and the dead letters too, without personal data unless that is asked for",
    () =>
      Effect.gen(function* () {
        const { ask, begin, deadLetters, logged } = yield* served()
        yield* begin
        yield* Effect.sync(() => {
          deadLetters.add(letter)
          deadLetters.add({ ...letter, orderId: "8", paymentId: "7" })
        })
        const { text } = yield* ask('{"order":"7","row":"masked"}')
        const masked = JSON.parse(text)
        assert.deepInclude(masked, answer)
        assert.deepStrictEqual(masked.table.hidden, [...personalColumns])
        assert.deepInclude(masked.table.rows[0].columns, { order_id: "7", order_status: "shipped" })
        assert.notMatch(text, /815|personal item/)
        assert.deepStrictEqual(
          masked.deadLetters.letters.map(({ messageId, orderId }: typeof letter) => [messageId, orderId]),
          [["m-1", "7"]]
        )
        assert.deepInclude(masked.deadLetters, { remembered: 2, withoutId: 0 })
        const shown = JSON.parse((yield* ask('{"order":"7","row":"shown"}')).text)
        assert.deepInclude(shown.table.rows[0].columns, { customer_id: "815", item: "a personal item" })
        const [line = "", ...others] = logged.filter((each) => each.includes("personal data"))
        assert.deepStrictEqual(others, [])
        assert.notMatch(line, /7|815/)
        assert.strictEqual((yield* ask('{"order":"7","row":"all"}')).status, 400)
      })
  )

  it.live("somebody who has logged in on the page may ask, by the cookie of the login", () =>
    Effect.gen(function* () {
      const { ask, begin, port } = yield* served(secret, "0.0.0.0")
      yield* begin
      const login = yield* Effect.promise(() =>
        fetch(`http://127.0.0.1:${port}/login`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ token: secret })
        })
      )
      const cookie = login.headers.get("set-cookie")?.split(";")[0] ?? ""
      assert.strictEqual((yield* ask('{"order":"1"}', { cookie })).status, 200)
      assert.strictEqual((yield* ask('{"order":"1"}', { cookie: `${cookie}0` })).status, 401)
    })
  )

  it.live("there is no other method: a GET, whose address would be kept, is 404", () =>
    Effect.gen(function* () {
      const { ask, begin } = yield* served()
      yield* begin
      assert.strictEqual((yield* ask("", {}, "GET")).status, 404)
    })
  )
})
