import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { counterfoil } from "../../support/Counterfoil.ts"
import { freePorts } from "../../support/Ports.ts"

type Answers = Readonly<Record<string, readonly [status: number, text: string]>>

/** A server with these answers, for the life of the scope; one that is missing is never given. */
const serving = (answers: Answers) =>
  Effect.acquireRelease(
    Effect.callback<Server>((resume) => {
      const server = createServer(({ url = "" }, response) => {
        const answer = answers[url]
        if (answer !== undefined) response.writeHead(answer[0]).end(answer[1])
      }).listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  ).pipe(Effect.map((server) => (server.address() as AddressInfo).port))

const asked = (answers: Answers, ...args: ReadonlyArray<string>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const port = yield* serving(answers)
      const started = yield* counterfoil(["health", "--log-format", "pretty", ...args], {
        HTTP_PORT: String(port)
      })
      const { code } = yield* started.ended
      return { code, out: started.stdout().trimEnd(), error: started.stderr().trimEnd(), port }
    })
  )

const part = { state: "healthy", reason: null, remedy: null, since: "2026-01-01T00:00:00.000Z" }
const account = {
  received: 50_310,
  fates: 50_200,
  inFlight: 7,
  retrying: 3,
  waiting: 0,
  released: 100,
  subscriptionHolds: 10
}
const waits = { received: 50_428, waiting: 118, subscriptionHolds: 128 }
const whole = (ready: boolean, facts: object = part, payments: object = waits) =>
  JSON.stringify({
    ready,
    parts: { orders: part, facts },
    watermarkBehindSeconds: 4,
    heldUpBy: null,
    lastRedrive: { ended: "end", at: "2026-01-01T00:00:00.000Z", seconds: 7, through: 3, stay: 2 },
    saturation: { share: 0.25, by: "writes" },
    streams: { orders: account, payments: { ...account, ...payments } },
    longestWaitSeconds: 12.4
  })

describe("health", () => {
  it.live("asks the process of HTTP_PORT, and prints its parts; exit 0", () =>
    Effect.gen(function* () {
      const { code, out } = yield* asked({ "/health": [200, whole(true)] })
      expect(out.split("\n")).toEqual([
        "ready",
        "orders        healthy since 2026-01-01T00:00:00.000Z",
        "facts         healthy since 2026-01-01T00:00:00.000Z",
        "reading       of orders: up to 4 s ago",
        "waiting       118 payments for their orders, the longest for 12 s",
        "limits        25 % of writes used, of which most is used",
        "lost          nothing: every message received has its fate, is here, or was given back",
        "              orders: 50,310 received = 50,200 with their fate + 7 in flight + 3 retrying + 0 waiting + 100 given back",
        "              payments: 50,428 received = 50,200 with their fate + 7 in flight + 3 retrying + 118 waiting + 100 given back",
        "redriven      3 through, 2 stay, at 2026-01-01T00:00:00.000Z (end)"
      ])
      expect(code).toBe(0)
    })
  )

  it.live(
    "[G7] says where what was received is not accounted for, or the subscription counts otherwise",
    () =>
      Effect.gen(function* () {
        const lost = (payments: object) => asked({ "/health": [200, whole(true, part, payments)] })
        expect((yield* lost({ ...waits, received: 50_429 })).out).toMatch(
          /^lost +payments: 1 are not accounted for; report it$/m
        )
        expect((yield* lost({ ...waits, subscriptionHolds: 125 })).out).toMatch(
          /^lost +payments: 3 differ from what the subscription holds, which is normal for a minute: ask again$/m
        )
      })
  )

  it.live("says what is wrong and what to do, on one line each; exit 1", () =>
    Effect.gen(function* () {
      const facts = { ...part, state: "unavailable", reason: "no host\u001b[2J", remedy: "start it" }
      const { code, error, out } = yield* asked({ "/health": [200, whole(false, facts)] })
      expect(out).toContain(
        "facts         unavailable since 2026-01-01T00:00:00.000Z: no host\\u001b[2J; start it"
      )
      expect(error).toMatch(/not ready$/)
      expect(code).toBe(1)
      const ready = yield* asked({ "/ready": [503, "facts: unavailable: no host\n"] }, "--ready")
      expect(ready.out).toBe("facts: unavailable: no host")
      expect(ready.code).toBe(1)
    })
  )

  it.live.each([
    ["--live", "/live", 200, "live\n", 0],
    ["--live", "/live", 503, "orders: not connected for 60 s\n", 1],
    ["--ready", "/ready", 200, "orders: healthy\n", 0],
    ["--ready", "/ready", 503, "facts: unavailable: no host\n", 1]
  ] as const)("%s asks %s: %d, as data with --json", ([flag, path, status, text, expected]) =>
    Effect.gen(function* () {
      const { code, out, port } = yield* asked({ [path]: [status, text] }, flag, "--json")
      expect(JSON.parse(out)).toEqual({
        url: `http://127.0.0.1:${port}`,
        [path.slice(1)]: status === 200,
        lines: [text.trimEnd()]
      })
      expect(code).toBe(expected)
    })
  )

  it.live("gives up after 5 s, and names the address; exit 1", () =>
    Effect.gen(function* () {
      const { code, error, port } = yield* asked({}, "--live")
      expect(error).toBe(`counterfoil: http://127.0.0.1:${port}: did not answer within 5 s`)
      expect(code).toBe(1)
    })
  )

  it.live("where nobody is there, or somebody else, it says so; exit 1", () =>
    Effect.gen(function* () {
      const other = yield* asked({ "/health": [200, "<html>"] })
      expect(other.error).toContain("no Counterfoil")
      const [free] = yield* freePorts(1)
      const nobody = yield* asked({}, "--url", `http://127.0.0.1:${free}/`)
      expect(nobody.error).toMatch(
        /^counterfoil: http:\/\/127\.0\.0\.1:\d+: nobody answers \(connect ECONNREFUSED/
      )
      expect([other.code, nobody.code]).toEqual([1, 1])
    })
  )

  it.live("two questions at once, and an address with a password, are wrong usage: exit 2", () =>
    Effect.gen(function* () {
      expect((yield* asked({}, "--live", "--ready")).code).toBe(2)
      const { code, error } = yield* asked({}, "--url", "http://me:secret@127.0.0.1")
      expect(error).toContain("--url")
      expect(code).toBe(2)
    })
  )
})
