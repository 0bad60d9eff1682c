import { createServer, type RequestListener, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Result } from "effect"
import { type AskOptions, askProcesses } from "../../../src/cli/commands/WhereProcesses.ts"
import type { ProgressTable, ReadProgressRow } from "../../../src/facts/ProgressTable.ts"
import type { HttpSettings } from "../../../src/http/HttpSettings.ts"
import { freePorts } from "../../support/Ports.ts"
import { answerOf, upTo, waiting } from "./WhereReports.ts"

const sources = { orders: "projects/p/subscriptions/o", payments: "projects/p/subscriptions/p" }
const http: HttpSettings = { host: "127.0.0.1", port: 0, portAsked: true }
const options: AskOptions = { key: { kind: "payment", id: 1007n }, urls: [], http, sources }

/** A server until the scope closes; its address. */
const serving = (listener: RequestListener) =>
  Effect.acquireRelease(
    Effect.callback<Server>((resume) => {
      const server = createServer(listener).listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  ).pipe(Effect.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`))

const answering = (status: number, body: unknown) =>
  serving((_, response) => response.writeHead(status).end(JSON.stringify(body)))

const micros = Date.parse(upTo) * 1_000

const rowOf = (process: string, watermarkMicros = micros, orderIds: ReadonlyArray<bigint> = []) =>
  ({
    process,
    renewal: 1,
    progress: { watermarkMicros, orderIds, hasWaitingPayments: false }
  }) satisfies ReadProgressRow

const tableOf = (...rows: ReadonlyArray<ReadProgressRow>) =>
  Result.succeed({ readAll: Effect.succeed(rows) } as unknown as ProgressTable["Service"])

describe("asking the processes", () => {
  it.live("one that answers is asked for the id as text, with the token, at the address that was given", () =>
    Effect.gen(function* () {
      const asked: Array<readonly [string | undefined, string | undefined, string]> = []
      const url = yield* serving((request, response) => {
        let body = ""
        request.on("data", (chunk) => {
          body += chunk
        })
        request.on("end", () => {
          asked.push([request.url, request.headers.authorization, body])
          response.end(JSON.stringify(answerOf("one-1-a", waiting)))
        })
      })
      const look = yield* askProcesses(
        {
          ...options,
          key: { kind: "payment", id: 2n ** 63n - 1n },
          urls: [`${url}/behind`],
          http: { ...http, token: Redacted.make("a-token-of-some-length") }
        },
        tableOf(rowOf("one-1-a"))
      )
      assert.deepStrictEqual(asked, [
        ["/behind/lookup", "Bearer a-token-of-some-length", '{"payment":"9223372036854775807"}']
      ])
      assert.deepStrictEqual(look.answered, [{ url: `${url}/behind`, answer: answerOf("one-1-a", waiting) }])
      assert.deepStrictEqual(look.notAsked, Result.succeed([]))
      assert.deepStrictEqual(look.readUpTo, { orders: upTo, payments: upTo })
    })
  )

  it.live(
    "those in the progress table that did not answer are named, and how far the payments are read is not known then",
    () =>
      Effect.gen(function* () {
        const url = yield* answering(200, answerOf("one-1-a"))
        const look = yield* askProcesses(
          { ...options, urls: [url] },
          tableOf(rowOf("one-1-a", micros + 60_000_000), rowOf("two-2-b"))
        )
        assert.deepStrictEqual(look.notAsked, Result.succeed(["two-2-b"]))
        assert.deepStrictEqual(look.readUpTo, { orders: upTo, payments: undefined })
      })
  )

  it.live("how far the orders are read is not known where one row does not tell", () =>
    Effect.gen(function* () {
      const unknown = { process: "two-2-b", renewal: 1, progress: undefined }
      for (const other of [unknown, rowOf("two-2-b", 0)]) {
        const { readUpTo } = yield* askProcesses(options, tableOf(rowOf("one-1-a"), other))
        assert.isUndefined(readUpTo.orders)
      }
    })
  )

  it.live("an order that a row tells of is being retried there, whether or not that process was asked", () =>
    Effect.gen(function* () {
      const table = tableOf(rowOf("one-1-a"), rowOf("two-2-b", micros, [6n, 7n]))
      const order = yield* askProcesses({ ...options, key: { kind: "order", id: 7n } }, table)
      assert.deepStrictEqual(order.retriedBy, ["two-2-b"])
      const payment = yield* askProcesses({ ...options, key: { kind: "payment", id: 7n } }, table)
      assert.deepStrictEqual(payment.retriedBy, [])
    })
  )

  it.live("one that was named and does not answer, or would not, was not looked at, and it is said why", () =>
    Effect.gen(function* () {
      const [closed = 0] = yield* freePorts(1)
      const foreign = { ...answerOf("else-1-a"), subscriptions: { orders: "x", payments: "y" } }
      const cases: ReadonlyArray<readonly [string, RegExp]> = [
        [`http://127.0.0.1:${closed}`, /^nobody answers \(.*ECONNREFUSED/],
        [yield* answering(401, { error: "needs a token" }), /^needs a token; set HTTP_TOKEN/],
        [yield* answering(503, { error: "has not begun" }), /^has not begun$/],
        [yield* answering(404, "Not found"), /no Counterfoil/],
        [yield* answering(200, { process: 1 }), /no Counterfoil/],
        [yield* answering(200, foreign), /other subscriptions: x, y$/],
        [
          yield* serving((_, response) => response.writeHead(302, { location: "http://127.0.0.1/" }).end()),
          /no Counterfoil/
        ],
        [yield* serving((_, response) => response.end(" ".repeat(5 * 1024 * 1024))), /no Counterfoil/]
      ]
      const look = yield* askProcesses({ ...options, urls: cases.map(([url]) => url) }, tableOf())
      assert.deepStrictEqual(look.answered, [])
      assert.lengthOf(look.failed, cases.length)
      for (const [index, [url, why]] of cases.entries()) {
        assert.strictEqual(look.failed[index]?.url, url)
        assert.match(look.failed[index]?.why ?? "", why)
      }
    })
  )

  it.live(
    "without --url this machine's own address is asked; nobody there, or somebody else, is no process",
    () =>
      Effect.gen(function* () {
        const portOf = (url: string) => Number(new URL(url).port)
        const own = portOf(yield* answering(200, answerOf("one-1-a")))
        const found = yield* askProcesses(
          { ...options, http: { ...http, host: "0.0.0.0", port: own } },
          tableOf()
        )
        assert.strictEqual(found.answered[0]?.url, `http://127.0.0.1:${own}`)
        const other = portOf(yield* answering(404, "Not found"))
        const passed = yield* askProcesses({ ...options, http: { ...http, port: other } }, tableOf())
        assert.deepStrictEqual([passed.answered, passed.failed], [[], []])
        assert.include(passed.passedOver ?? "", "no Counterfoil")
        const refusing = portOf(yield* answering(403, { error: "look-ups are off" }))
        const refused = yield* askProcesses({ ...options, http: { ...http, port: refusing } }, tableOf())
        assert.strictEqual(refused.failed[0]?.why, "look-ups are off")
      })
  )

  it.live("where the progress table cannot be read it is not known who there is", () =>
    Effect.gen(function* () {
      const url = yield* answering(200, answerOf("one-1-a"))
      const look = yield* askProcesses({ ...options, urls: [url] }, Result.fail("no host answers"))
      assert.deepStrictEqual(look.notAsked, Result.fail("no host answers"))
      assert.deepStrictEqual(look.readUpTo, { orders: upTo, payments: undefined })
    })
  )
})
