import { createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { CassandraSettings } from "../../../src/cassandra/CassandraSettings.ts"
import { classify } from "../../../src/cassandra/internal/ErrorClassification.ts"
import { explained } from "../../../src/cassandra/internal/TlsFailure.ts"

const settings: CassandraSettings = {
  contactPoints: ["127.0.0.1:9"],
  localDataCenter: "dc1",
  keyspace: "shop"
}

const failure = (code: string) => classify("connect", Object.assign(new Error(`failed: ${code}`), { code }))

const meaningOf = (given: Partial<CassandraSettings>, code: string) =>
  Effect.map(Effect.flip(explained({ ...settings, ...given }, failure(code))), ({ reason }) => reason._tag)

const withCertificate = { tls: { certFile: "client.pem", keyFile: "client.key" } }

/** A server that sends this to whoever connects and says something, and hangs up. */
const answering = (bytes: ReadonlyArray<number>) =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<{ readonly address: string; readonly close: () => void }>((resolve) => {
          const server = createServer((socket) => {
            socket.on("error", () => {})
            socket.once("data", () => socket.end(Buffer.from(bytes)))
          }).listen(0, "127.0.0.1", () => {
            const bound = server.address()
            const port = typeof bound === "object" ? bound?.port : 0
            resolve({ address: `127.0.0.1:${port}`, close: () => server.close() })
          })
        })
    ),
    ({ close }) => Effect.sync(close)
  )

describe("a failure to connect", () => {
  it.effect.each([
    [
      "with a client certificate, a vague alert is about it",
      withCertificate,
      "ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR",
      "ClientCertificateRefused"
    ],
    ["without one, it is a failure of TLS", { tls: {} }, "ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR", "TlsFailed"],
    [
      "a server that is not trusted is no matter of the client's",
      withCertificate,
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "TlsFailed"
    ],
    ["nobody listens", {}, "ECONNREFUSED", "Unreachable"]
  ] as const)("%s", ([, given, code, tag]) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* meaningOf(given, code), tag)
    })
  )

  it.live.each([
    ["answers CQL", [0x84, 0, 0, 0, 6, 0, 0, 0, 0]],
    ["hangs up on plain and on TLS alike", []],
    ["says something that is neither", [72, 84, 84, 80]]
  ] as const)("to a server that %s says nothing of TLS", ([, bytes]) =>
    Effect.gen(function* () {
      const { address } = yield* answering(bytes)
      assert.strictEqual(yield* meaningOf({ contactPoints: [address] }, "ECONNRESET"), "Unreachable")
    })
  )

  it.live("to a server that answers a handshake with an alert of TLS, and no CQL, is for want of TLS", () =>
    Effect.gen(function* () {
      // An alert record: handshake failure. Not every handshake has to end well to be one.
      const { address } = yield* answering([21, 3, 3, 0, 2, 2, 40])
      assert.strictEqual(yield* meaningOf({ contactPoints: [address] }, "ECONNRESET"), "TlsRequired")
    })
  )
})
