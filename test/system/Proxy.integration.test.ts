/** A proxy in the environment that does not answer: no matter with an emulator; with the service, the reason names it. */
import { generateKeyPairSync } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { ran } from "./Ran.ts"
import { serving } from "./Serving.ts"

/** A password of this form occurs nowhere else. */
const password = "pr0xy-pa55w0rd"
const closed = `http://ann:${password}@127.0.0.1:9`

const everyProxy = Object.fromEntries(
  ["grpc_proxy", "https_proxy", "http_proxy", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "all_proxy"].map(
    (name) => [name, closed]
  )
)

/** The key of a service account that nobody knows; with it requests are signed here, and no token is fetched. */
const serviceAccount = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = mkdtempSync(join(tmpdir(), "counterfoil-account-"))
    const { privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" }
    })
    const file = join(folder, "account.json")
    const account = {
      type: "service_account",
      project_id: "some-project",
      private_key_id: "1",
      private_key: privateKey,
      client_email: "counterfoil@some-project.iam.gserviceaccount.com"
    }
    writeFileSync(file, JSON.stringify(account))
    return { folder, file }
  }),
  ({ folder }) => Effect.sync(() => rmSync(folder, { recursive: true }))
).pipe(Effect.map(({ file }) => file))

describeWith("cassandra", "pubsub")("A proxy that does not answer", () => {
  it.live(
    "is no matter with an emulator, nor for Cassandra: setup, produce and run reach both",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        const environment = {
          ...deployment.environment,
          ...everyProxy,
          PUBSUB_ORDERS_TOPIC: `${deployment.orders}-new`,
          PUBSUB_ORDERS_SUBSCRIPTION: `${deployment.orders}-new-sub`
        }
        const setUp = yield* ran(["setup"], environment)
        assert.strictEqual(setUp.code, 0, setUp.errors)
        const produced = yield* ran(["produce", "orders", "--count", "5"], environment)
        assert.strictEqual(produced.code, 0, produced.errors)
        const drained = yield* ran(["run", "--drain"], environment)
        assert.strictEqual(drained.code, 0, drained.errors)
        assert.strictEqual(yield* Effect.promise(() => deployment.table.count()), 5)
      }),
    120_000
  )

  it.live(
    "[G4] is named by the health of what receives, without its user and password",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        const processor = yield* serving(["run"], {
          ...deployment.environment,
          PUBSUB_EMULATOR_HOST: "",
          GOOGLE_APPLICATION_CREDENTIALS: yield* serviceAccount,
          https_proxy: closed
        })
        yield* processor.until("/ready", ({ status, text }) => status === 503 && ordersNamed.test(text))
        yield* processor.signal("SIGTERM")
        yield* processor.ended
        assert.notInclude(processor.stderr() + processor.stdout(), password)
        // What gRPC would print by itself begins so; programs read what is JSON only.
        assert.notMatch(processor.stderr(), /^[EID] /m)
      }),
    120_000
  )
})

describe("A proxy that does not answer", () => {
  it.live("is named by a command that fails, without its user and password", () =>
    Effect.gen(function* () {
      const ended = yield* ran(["setup", "pubsub"], {
        PUBSUB_PROJECT_ID: "some-project",
        GOOGLE_APPLICATION_CREDENTIALS: yield* serviceAccount,
        https_proxy: closed
      })
      assert.strictEqual(ended.code, 1, ended.errors)
      assert.match(ended.told[0] ?? "", named)
      assert.notInclude(ended.errors + ended.out, password)
    })
  )
})

const ordersNamed = /^orders: unavailable: .*through the proxy 127\.0\.0\.1:9 \(https_proxy\)/m

const named = /Pub\/Sub does not answer through the proxy 127\.0\.0\.1:9 \(https_proxy\)/
