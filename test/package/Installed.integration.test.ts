import { execFile } from "node:child_process"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Duration, Effect, Layer, Option } from "effect"
import { afterAll, beforeAll, describe } from "vitest"
import { Cassandra } from "../../src/cassandra/Cassandra.ts"
import { GooglePubSub } from "../../src/pubsub/google/GooglePubSub.ts"
import { PubSubAdmin } from "../../src/pubsub/PubSubAdmin.ts"
import { publishTexts } from "../../src/testing/TestPubSub.ts"
import { counterfoil, until } from "../support/Counterfoil.ts"
import { freePorts } from "../support/Ports.ts"
import {
  cassandraAddress,
  describeWith,
  emulatorHost,
  projectId,
  serviceEnvironment,
  uniqueName
} from "../support/TestServices.ts"
import { install, installExample, pack, removeFolder, type Tarball, temporaryFolder } from "./Tarball.ts"

const folder = temporaryFolder()
let tarball: Tarball

beforeAll(() => {
  tarball = pack(folder)
})

afterAll(() => removeFolder(folder))

describe("the installed package", () => {
  it.live("runs the demo, in a folder that holds nothing else", () =>
    Effect.gen(function* () {
      const place = join(folder, "demo")
      yield* Effect.sync(() => install(tarball, place))
      const bin = join(place, "node_modules", "counterfoil", "bin", "counterfoil.js")
      const demo = yield* counterfoil(
        ["demo", "--orders", "100", "--payments", "100"],
        {},
        { bin, cwd: place }
      )
      const { code } = yield* demo.ended
      assert.strictEqual(code, 0, demo.stderr())
      assert.match(demo.stdout(), /order-stored +1\d\d /)
    })
  )

  it.live("shows the page, and gives incident files", () =>
    Effect.gen(function* () {
      const place = join(folder, "page")
      yield* Effect.sync(() => install(tarball, place))
      const bin = join(place, "node_modules", "counterfoil", "bin", "counterfoil.js")
      const [port = 0] = yield* freePorts(1)
      const demo = yield* counterfoil(["demo"], { HTTP_PORT: String(port) }, { bin, cwd: place })
      const url = yield* demo.url
      const get = (path: string) =>
        Effect.promise(async () => {
          const response = await fetch(`${url}${path}`, { headers: { accept: "text/html" } })
          return { status: response.status, text: await response.text() }
        })
      const page = yield* get("/")
      assert.strictEqual(page.status, 200, page.text)
      const files = [...page.text.matchAll(/(?:href|src)="(page\/[^"]+)"/g)].map(([, file = ""]) => file)
      assert.isAbove(files.length, 3)
      for (const file of files) assert.strictEqual((yield* get(`/${file}`)).status, 200, file)
      const incident = yield* get("/incident")
      assert.strictEqual(incident.status, 200, incident.text)
      assert.include(incident.text, 'id="saved"')
    })
  )
})

const pubSub = GooglePubSub.layer({
  projectId: Option.some(projectId),
  emulatorHost: Option.some(emulatorHost ?? "")
})

/** A topic and its subscription. */
const channel = Effect.fnUntraced(function* (topic: string) {
  const admin = yield* PubSubAdmin
  const lasting = { ackDeadline: Duration.seconds(60), retention: Duration.days(1) }
  yield* admin.createTopic(topic)
  yield* admin.createSubscription({ topic, subscription: `${topic}-sub`, ...lasting })
})

/** Runs the program of an example to its end, and answers what it wrote. */
const ran = (example: string, args: ReadonlyArray<string>, environment: Readonly<Record<string, string>>) =>
  Effect.callback<string>((resume) => {
    const given = { cwd: example, env: { ...process.env, ...serviceEnvironment, ...environment } }
    const child = execFile(process.execPath, ["dist/main.js", ...args], given, (_, stdout, stderr) =>
      resume(Effect.succeed(stdout + stderr))
    )
    return Effect.sync(() => void child.kill("SIGKILL"))
  })

describeWith("cassandra", "pubsub")(
  "an example, compiled against the installed package, on real servers",
  () => {
    it.live("temperatures: each has a fate of its own, in a table with a text key, or is a dead letter", () =>
      Effect.gen(function* () {
        const example = yield* Effect.sync(() => installExample(tarball, "temperatures", folder))
        const topic = uniqueName("temperatures")
        const keyspace = uniqueName("temperatures")
        yield* channel(topic)
        yield* channel("dead-temperatures")
        const environment = {
          CASSANDRA_CONTACT_POINT: cassandraAddress ?? "",
          CASSANDRA_KEYSPACE: keyspace,
          TEMPERATURES_SUBSCRIPTION: `${topic}-sub`
        }
        // The first time it finds nothing, and makes its tables.
        assert.include(
          yield* ran(example, ["--drain"], environment),
          '{"recorded":0,"frost":0,"dead-lettered":0}'
        )
        const cassandra = yield* Layer.build(
          Cassandra.layer({
            contactPoints: [cassandraAddress ?? ""],
            localDataCenter: "datacenter1",
            keyspace
          })
        )
        const ask = (query: string) =>
          Effect.flatMap(Cassandra, ({ execute }) => execute({ query, params: [] }, { prepare: false })).pipe(
            Effect.provideContext(cassandra)
          )
        yield* ask("INSERT INTO sensors (sensor, room) VALUES ('oven', 'kitchen')")
        yield* ask("INSERT INTO sensors (sensor, room) VALUES ('freezer', 'cellar')")
        const reading = (sensor: string, celsius: number) => JSON.stringify({ sensor, celsius })
        yield* publishTexts(
          topic,
          reading("oven", 180),
          reading("freezer", -18),
          reading("attic", 30),
          "warm"
        )
        const told = yield* ran(example, ["--drain"], environment)
        assert.include(told, '{"recorded":1,"frost":1,"dead-lettered":2}')
        const { rows } = yield* ask("SELECT sensor, celsius FROM temperatures")
        assert.sameDeepMembers(
          rows.map(({ celsius, sensor }) => [sensor, celsius]),
          [
            ["oven", 180],
            ["freezer", -18]
          ]
        )
        yield* ask(`DROP KEYSPACE "${keyspace}"`)
      }).pipe(Effect.provide(pubSub), Effect.scoped)
    )

    it.live("subscriber: prints each text once, and acknowledges it", () =>
      Effect.gen(function* () {
        const example = yield* Effect.sync(() => installExample(tarball, "subscriber", folder))
        const topic = uniqueName("texts")
        yield* channel(topic)
        yield* publishTexts(topic, "one", "two")
        const reader = yield* counterfoil(
          [],
          { ...serviceEnvironment, PUBSUB_SUBSCRIPTION: `${topic}-sub` },
          { bin: join(example, "dist", "main.js"), cwd: example }
        )
        const printed = () => reader.stdout().trim().split("\n").toSorted()
        yield* until(
          "both texts",
          Effect.sync(() => printed().length === 2),
          "30 seconds",
          reader.stderr
        )
        assert.deepStrictEqual(printed(), ["one", "two"])
        yield* reader.signal("SIGTERM")
        const { code } = yield* reader.ended
        assert.strictEqual(code, 130, reader.stderr())
      }).pipe(Effect.provide(pubSub), Effect.scoped)
    )
  }
)
