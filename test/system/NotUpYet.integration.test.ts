import { createServer, type Server } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { tcpGate } from "../cassandra/TcpGate.ts"
import { counterfoil, until, whileFrozen } from "../support/Counterfoil.ts"
import type { Deployment } from "../support/Deployment.ts"
import { ownAddress } from "../support/Ports.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith, emulatorHost, projectId, uniqueName } from "../support/TestServices.ts"
import { ran } from "./Ran.ts"
import { serving } from "./Serving.ts"

const order = (id: number): string =>
  `{"order_id": ${id}, "customer_id": 5, "item": "Book", "quantity": 2, "price": 9.5, "shipping_address": "A", "order_status": "Pending", "creation_date": "2024-01-21"}`

const payment = (orderId: number): string =>
  `{"payment_id": ${orderId + 1_000}, "order_id": ${orderId}, "payment_method": "Credit Card", "card_last_four": "1234", "payment_status": "Completed", "payment_datetime": "2024-01-21T10:10:10Z"}`

const rowsReach = (deployment: Deployment, count: number, stderr: () => string) =>
  until(
    `${count} rows`,
    Effect.promise(async () => (await deployment.table.count()) === count),
    "120 seconds",
    stderr
  )

/** A server on 127.0.0.1 that accepts connections and says nothing. */
const silentServer = Effect.acquireRelease(
  Effect.promise(
    () =>
      new Promise<Server>((resolve) => {
        const server = createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1", () =>
          resolve(server)
        )
      })
  ),
  (server) => Effect.sync(() => server.close())
).pipe(
  Effect.map((server) => {
    const address = server.address()
    return typeof address === "object" && address !== null ? `127.0.0.1:${address.port}` : ""
  })
)

describeWith("cassandra", "pubsub")("What is not up yet, run waits for", { concurrent: true }, () => {
  it.live(
    "[G4] Pub/Sub: not ready, says why, and does its work once it is there",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        // An emulator forgets its subscriptions: this one runs, and can be reached when the gate opens.
        const gate = yield* tcpGate(emulatorHost ?? "")
        yield* Effect.promise(() =>
          deployment.pubsub.publish(deployment.orders, [{ data: order(1) }, { data: order(2) }])
        )
        const processor = yield* serving(["run"], {
          ...deployment.environment,
          PUBSUB_EMULATOR_HOST: gate.address,
          PUBSUB_PROJECT_ID: "",
          GOOGLE_CLOUD_PROJECT: projectId
        })
        yield* processor.until(
          "/ready",
          ({ status, text }) => status === 503 && /^orders: unavailable: .*does not answer/m.test(text)
        )
        assert.strictEqual((yield* processor.get("/live")).status, 200)
        const { parts } = JSON.parse((yield* processor.get("/health")).text)
        assert.strictEqual(parts.payments.state, "unavailable")
        yield* processor.until("/ready", ({ text }) => /^dead-letters: unavailable: /m.test(text))
        assert.include(parts.payments.reason, "does not answer")
        assert.include(processor.stderr(), '"project from":"GOOGLE_CLOUD_PROJECT"')
        yield* gate.open
        yield* rowsReach(deployment, 2, processor.stderr)
        yield* processor.until("/ready", ({ status }) => status === 200)
        yield* processor.signal("SIGTERM")
        assert.deepStrictEqual(yield* processor.ended, { code: 0, signal: null }, processor.stderr())
      }),
    240_000
  )

  it.live(
    "[G4] the dead-letter topic: a payment that needs it is held while orders are stored, until it is there",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        const topic = uniqueName("late_dlq")
        const processor = yield* serving(["run"], { ...deployment.environment, PUBSUB_DLQ_TOPIC: topic })
        const healthy = "orders: healthy\npayments: healthy\nfacts: healthy\n"
        const missing = `topic projects/${projectId}/topics/${topic} does not exist`
        const remedy = "`counterfoil setup pubsub` creates what is missing"
        const line = `dead-letters: unavailable: ${missing}; ${remedy}`
        yield* processor.until("/ready", ({ text }) => text === `${healthy}${line}\n`)

        yield* Effect.promise(() => deployment.pubsub.publish(deployment.payments, [{ data: payment(99) }]))
        yield* processor.until("/metrics", ({ text }) =>
          /^counterfoil_retrying_deliveries\{[^}]*payments[^}]*\} 1$/m.test(text)
        )
        yield* Effect.promise(() =>
          deployment.pubsub.publish(deployment.orders, [
            { data: order(1) },
            { data: order(2) },
            { data: order(3) }
          ])
        )
        yield* rowsReach(deployment, 3, processor.stderr)
        yield* Effect.promise(() => deployment.pubsub.publish(deployment.payments, [{ data: payment(2) }]))
        yield* until(
          "the payment of order 2",
          Effect.promise(async () => (await deployment.table.rows()).get("2")?.["payment_id"] === "1002"),
          "120 seconds",
          processor.stderr
        )
        assert.strictEqual((yield* processor.get("/ready")).status, 503)

        // A topic comes before its subscription, and what is published between the two is received by nobody.
        yield* whileFrozen(
          processor,
          Effect.promise(() => deployment.pubsub.create(topic))
        )
        yield* processor.until("/ready", ({ status }) => status === 200)
        const letters = yield* Effect.promise(() => deployment.pubsub.takeAll(`${topic}-sub`, 1))
        assert.deepStrictEqual(
          letters.map(({ attributes, data }) => [attributes["dlq-reason"], data.toString()]),
          [["unmatched-payment", payment(99)]]
        )
        yield* processor.signal("SIGTERM")
        assert.deepStrictEqual(yield* processor.ended, { code: 0, signal: null }, processor.stderr())
        const warnings = processor.stderr().match(/"message":"dead-letters: unavailable/g)
        assert.strictEqual(warnings?.length, 1, "one line, though the topic is missing and publishes fail")
      }),
    240_000
  )
})

describe("What does not answer", () => {
  const commands: ReadonlyArray<ReadonlyArray<string>> = [
    ["setup", "pubsub"],
    ["setup", "cassandra"],
    ["produce", "all", "--count", "1"],
    ["facts", "get", "1"],
    ["facts", "count"]
  ]

  // Ten seconds, and the start of five processes at once on a machine that has other things to do.
  const patience = 60

  it.live(
    "every other command gives up after 10 s with exit 1 and one line, on servers that are silent",
    () =>
      Effect.gen(function* () {
        const silent = yield* silentServer
        const environment = {
          PUBSUB_EMULATOR_HOST: silent,
          PUBSUB_PROJECT_ID: "none",
          CASSANDRA_CONTACT_POINTS: silent
        }
        const all = yield* Effect.forEach(commands, (args) => ran(args, environment), {
          concurrency: "unbounded"
        })
        for (const { code, told, seconds, errors } of all) {
          assert.strictEqual(code, 1, errors)
          assert.lengthOf(told, 1, errors)
          assert.match(
            told[0] ?? "",
            /^counterfoil: .*(does not answer|did not answer|did not reply|no answer)/
          )
          assert.isBelow(seconds, patience)
        }
      }),
    120_000
  )

  it.live(
    "every other command ends with exit 1 and one line within 10 s where connections are refused",
    () =>
      Effect.gen(function* () {
        const environment = {
          PUBSUB_EMULATOR_HOST: "127.0.0.1:9",
          PUBSUB_PROJECT_ID: "none",
          CASSANDRA_CONTACT_POINTS: "127.0.0.1:9"
        }
        const all = yield* Effect.forEach(commands, (args) => ran(args, environment), {
          concurrency: "unbounded"
        })
        for (const { code, told, seconds, errors } of all) {
          assert.strictEqual(code, 1, errors)
          assert.lengthOf(told, 1, errors)
          assert.match(told[0] ?? "", /^counterfoil: .*(does not answer|did not answer|no host answers)/)
          assert.isBelow(seconds, patience)
        }
      }),
    120_000
  )
})

/** Listens on a port of an address of this machine. */
const taken = (port: number, host = "127.0.0.1") =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<Server>((resolve, reject) => {
          const server = createServer()
          server.once("error", reject)
          server.listen(port, host, () => resolve(server))
        })
    ),
    (server) => Effect.sync(() => server.close())
  )

describe("A taken HTTP port", () => {
  const environment = {
    PUBSUB_EMULATOR_HOST: "127.0.0.1:9",
    PUBSUB_PROJECT_ID: "none",
    CASSANDRA_CONTACT_POINTS: "127.0.0.1:9"
  }

  it.live("that was asked for ends run with exit 2 and one line that names it", () =>
    Effect.gen(function* () {
      const server = yield* taken(0)
      const address = server.address()
      const port = typeof address === "object" && address !== null ? String(address.port) : ""
      const ended = yield* ran(["run"], { ...environment, HTTP_PORT: port })
      assert.strictEqual(ended.code, 2, ended.errors)
      assert.lengthOf(ended.told, 1, ended.errors)
      assert.include(ended.told[0], `HTTP_PORT=${port}: the port is taken`)
    })
  )

  it.live("that is the default gives way to a free one, said aloud", () =>
    Effect.gen(function* () {
      const host = ownAddress()
      yield* taken(8080, host)
      const processor = yield* counterfoil(["run"], { ...environment, HTTP_HOST: host, HTTP_PORT: "" })
      const url = yield* processor.url
      assert.include(processor.stderr(), `HTTP port 8080 is taken; serving at ${url} instead`)
      const live = yield* Effect.promise(() => fetch(`${url}/live`))
      assert.strictEqual(live.status, 200)
    })
  )
})
