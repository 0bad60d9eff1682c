/** A password that is changed under a running process, which shows once its connections are gone. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { cassandraServer } from "../support/CassandraServer.ts"
import { until } from "../support/Counterfoil.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { serving } from "./Serving.ts"

const order = (id: number): string =>
  `{"order_id": ${id}, "customer_id": 5, "item": "Book", "quantity": 2, "price": 9.5, "shipping_address": "A", "order_status": "Pending", "creation_date": "2024-01-21"}`

/** A file with a password, gone with the scope. */
const passwordFile = (text: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const path = join(mkdtempSync(join(tmpdir(), "counterfoil-password-")), "password")
      writeFileSync(path, text)
      return path
    }),
    (path) => Effect.sync(() => rmSync(join(path, ".."), { recursive: true, force: true }))
  )

describeWith("cassandra", "pubsub")("A password that is changed under a running process", () => {
  it.live(
    "[G4] is named by health and log, tried a few times a minute, and read anew from its file",
    () =>
      Effect.gen(function* () {
        const server = yield* cassandraServer({
          heap: "768m",
          yaml: { authenticator: "PasswordAuthenticator", credentials_validity: "0ms" }
        })
        const deployment = yield* testDeployment({
          cassandra: server.address,
          credentials: { username: "cassandra", password: "cassandra" }
        })
        const file = yield* passwordFile("first\n")
        yield* Effect.promise(() =>
          deployment.table.execute(
            "CREATE ROLE app WITH PASSWORD = 'first' AND LOGIN = true AND SUPERUSER = true"
          )
        )
        const processor = yield* serving(["run"], {
          ...deployment.environment,
          CASSANDRA_USERNAME: "app",
          CASSANDRA_PASSWORD: "",
          CASSANDRA_PASSWORD_FILE: file
        })
        yield* processor.until("/ready", ({ status }) => status === 200)
        // Cassandra lets a password be changed every 5 s at most.
        yield* until(
          "the new password",
          Effect.promise(() =>
            deployment.table.execute("ALTER ROLE app WITH PASSWORD = 'second'").then(
              () => true,
              () => false
            )
          ),
          "30 seconds"
        )
        yield* server.stop
        yield* server.start
        yield* processor.until(
          "/ready",
          ({ status, text }) => status === 503 && /facts: unavailable: .*credentials refused/.test(text)
        )
        assert.match((yield* processor.get("/ready")).text, /CASSANDRA_PASSWORD_FILE/)
        yield* until(
          "a line in the log",
          Effect.sync(() => /credentials refused, or missing; tried again/.test(processor.stderr())),
          "30 seconds",
          processor.stderr
        )
        yield* Effect.promise(() =>
          deployment.pubsub.publish(deployment.orders, [{ data: order(1) }, { data: order(2) }])
        )
        writeFileSync(file, "second\n")
        yield* processor.until("/ready", ({ status }) => status === 200)
        yield* until(
          "the rows",
          Effect.tryPromise(async () => (await deployment.table.count()) === 2).pipe(
            Effect.orElseSucceed(() => false)
          ),
          "60 seconds",
          processor.stderr
        )
        assert.isBelow(processor.stderr().split("\n").length, 40, processor.stderr())
        yield* processor.signal("SIGTERM")
        assert.deepStrictEqual(yield* processor.ended, { code: 0, signal: null }, processor.stderr())
      }),
    240_000
  )
})
