/** A Cassandra that asks for a password, offers TLS and refuses write times of clients, and a deployment on it. */
import { Context, Effect, Layer } from "effect"
import { cassandraServer } from "../support/CassandraServer.ts"
import { certificates } from "../support/Certificates.ts"
import { progressTableIn } from "../support/PlainTable.ts"
import { testDeployment } from "../support/TestDeployment.ts"

const credentials = { username: "cassandra", password: "cassandra" }

/** What must not be told; a password of this form occurs nowhere else. */
export const wrongPassword = "wr0ng-pa55w0rd"

const make = Effect.gen(function* () {
  const { node, stranger } = yield* certificates("node", "stranger")
  const server = yield* cassandraServer({
    heap: "768m",
    yaml: {
      authenticator: "PasswordAuthenticator",
      authorizer: "CassandraAuthorizer",
      // A guardrail: it holds for those who are no super-users.
      user_timestamps_enabled: false,
      client_encryption_options: {
        enabled: true,
        optional: true,
        keystore: node.keystore,
        keystore_password: node.password,
        store_type: "PKCS12"
      }
    }
  })
  const deployment = yield* testDeployment({ cassandra: server.address, credentials })
  const { table } = deployment
  const others = { narrow: `${table.keyspace}_narrow`, wide: `${table.keyspace}_wide` }
  const simple = (copies: number) => `{'class': 'SimpleStrategy', 'replication_factor': ${copies}}`
  yield* Effect.promise(async () => {
    for (const query of [
      `CREATE KEYSPACE ${others.narrow} WITH replication = ${simple(1)}`,
      `CREATE TABLE ${others.narrow}.orders_payments_facts (order_id int PRIMARY KEY, item int)`,
      progressTableIn(others.narrow),
      `CREATE KEYSPACE ${others.wide} WITH replication = ${simple(3)}`,
      "CREATE ROLE reader WITH PASSWORD = 'reader' AND LOGIN = true",
      "GRANT SELECT ON KEYSPACE KEYSPACE TO reader",
      "CREATE ROLE writer WITH PASSWORD = 'writer' AND LOGIN = true",
      "GRANT SELECT ON KEYSPACE KEYSPACE TO writer",
      "GRANT MODIFY ON KEYSPACE KEYSPACE TO writer",
      "CREATE ROLE nobody WITH PASSWORD = 'nobody' AND LOGIN = true"
    ]) {
      await table.execute(query.replace("KEYSPACE KEYSPACE", `KEYSPACE ${table.keyspace}`))
    }
  })
  return { server, deployment, others, trusted: node.pemFile, stranger: stranger.pemFile }
})

/** See this file. */
export class Guarded extends Context.Service<Guarded, Effect.Success<typeof make>>()("test/Guarded") {
  static readonly layer = Layer.effect(Guarded, make)
}

/** What differs from the settings of the deployment. */
export type Changes = (guarded: Guarded["Service"]) => Readonly<Record<string, string>>
