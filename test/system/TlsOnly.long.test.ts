/** A Cassandra that speaks TLS only, and wants to know by a certificate who its clients are. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { cassandraServer } from "../support/CassandraServer.ts"
import { certificates, keyFileOf } from "../support/Certificates.ts"
import { describeWith } from "../support/TestServices.ts"
import { ran } from "./Ran.ts"

const make = Effect.gen(function* () {
  const { client, node, stranger } = yield* certificates("node", "client", "stranger")
  const server = yield* cassandraServer({
    heap: "768m",
    clientCertificate: { certFile: client.pemFile, keyFile: keyFileOf(client) },
    yaml: {
      client_encryption_options: {
        enabled: true,
        optional: false,
        require_client_auth: true,
        keystore: node.keystore,
        keystore_password: node.password,
        truststore: client.truststore,
        truststore_password: client.password,
        store_type: "PKCS12"
      }
    }
  })
  const plain = {
    CASSANDRA_CONTACT_POINTS: server.address,
    CASSANDRA_LOCAL_DATACENTER: server.localDataCenter,
    CASSANDRA_KEYSPACE: "tls_only"
  }
  return { plain, tls: { ...plain, CASSANDRA_TLS: "true", CASSANDRA_TLS_CA: node.pemFile }, client, stranger }
})

class Strict extends Context.Service<Strict, Effect.Success<typeof make>>()("test/Strict") {
  static readonly layer = Layer.effect(Strict, make)
}

describeWith("cassandra")("A Cassandra that speaks TLS only", () => {
  layer(Strict.layer, { excludeTestServices: true, timeout: 240_000 })(
    "and wants client certificates",
    (it) => {
      it.effect("spoken to in plain, it is named, and not taken for one that is away: exit 2", () =>
        Effect.gen(function* () {
          const { plain } = yield* Strict
          for (const command of [
            ["setup", "cassandra"],
            ["facts", "count"]
          ]) {
            const ended = yield* ran(command, plain)
            assert.strictEqual(ended.code, 2, ended.errors)
            assert.lengthOf(ended.told, 1, ended.errors)
            assert.match(
              ended.told[0] ?? "",
              /^counterfoil: Cassandra, connect: .* answers with TLS only; set CASSANDRA_TLS=true, .* \(CF-102\)$/
            )
          }
        })
      )

      const unknown: ReadonlyArray<
        readonly [string, (strict: Strict["Service"]) => Readonly<Record<string, string>>]
      > = [
        ["no certificate", () => ({})],
        [
          "a certificate that it does not trust",
          ({ stranger }) => ({ CASSANDRA_TLS_CERT: stranger.pemFile, CASSANDRA_TLS_KEY: keyFileOf(stranger) })
        ]
      ]
      for (const [what, changes] of unknown) {
        it.effect(`shown ${what}, it is said that it wants one: exit 2`, () =>
          Effect.gen(function* () {
            const strict = yield* Strict
            const ended = yield* ran(["setup", "cassandra"], { ...strict.tls, ...changes(strict) })
            assert.strictEqual(ended.code, 2, ended.errors)
            assert.lengthOf(ended.told, 1, ended.errors)
            assert.match(
              ended.told[0] ?? "",
              /^counterfoil: Cassandra, connect: the server wants a client certificate that it trusts, .*; set CASSANDRA_TLS_CERT and CASSANDRA_TLS_KEY .* \(CF-103\)$/
            )
          })
        )
      }

      it.effect("with a certificate and its key, it works", () =>
        Effect.gen(function* () {
          const { client, tls } = yield* Strict
          const environment = {
            ...tls,
            CASSANDRA_TLS_CERT: client.pemFile,
            CASSANDRA_TLS_KEY: keyFileOf(client)
          }
          const setUp = yield* ran(["setup", "cassandra"], environment)
          assert.strictEqual(setUp.code, 0, setUp.errors)
          const counted = yield* ran(["facts", "count"], environment)
          assert.deepStrictEqual([counted.code, counted.out], [0, "0\n"], counted.errors)
        })
      )
    }
  )
})
