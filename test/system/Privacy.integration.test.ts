/** What docs/privacy.md says, on what the program really writes. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Logger, References } from "effect"
import { embedded } from "../../src/App.ts"
import { keepDeadLetters } from "../../src/cli/commands/DemoDeadLetters.ts"
import { claimDemoFiles } from "../../src/cli/commands/DemoFile.ts"
import { demoSettings } from "../../src/cli/commands/DemoSettings.ts"
import { createDemoTopics } from "../../src/cli/commands/DemoTopics.ts"
import { fateTable, progressLine, totals } from "../../src/cli/commands/FateTable.ts"
import { runToTheEnd } from "../../src/cli/commands/Run.ts"
import { FactStore } from "../../src/facts/FactStore.ts"
import { HttpApi } from "../../src/http/HttpApi.ts"
import { makeProcessor, type Processor } from "../../src/ingest/Processor.ts"
import { makeRowLookUp } from "../../src/ingest/StoredRows.ts"
import { Publisher } from "../../src/pubsub/Publisher.ts"
import { Recorder } from "../../src/telemetry/Recorder.ts"
import { telemetryOff } from "../../src/telemetry/TelemetrySettings.ts"
import { freePorts } from "../support/Ports.ts"
import { processing } from "../support/World.ts"
import { ran } from "./Ran.ts"

const document = readFileSync(join(import.meta.dirname, "../../docs/privacy.md"), "utf8")

/** The marks of a field: in a row, and in a dead letter. */
const marks: Readonly<Record<string, readonly [stored: string, dead: string]>> = {
  order_id: ["700100200341", "700100200342"],
  customer_id: ["700100200351", "700100200352"],
  item: ["mark-item-a", "mark-item-b"],
  quantity: ["700100200361", "700100200362"],
  price: ["70010020.371", "-70010020.372"],
  shipping_address: ["mark-address-a", "mark-address-b"],
  order_status: ["mark-status-a", "mark-status-b"],
  creation_date: ["mark-created-a", "mark-created-b"],
  payment_id: ["700100200381", "700100200382"],
  payment_method: ["mark-method-a", "mark-method-b"],
  card_last_four: ["9371", "9372"],
  payment_status: ["mark-paid-a", "mark-paid-b"],
  payment_datetime: ["mark-paidat-a", "mark-paidat-b"],
  "any other field of a message": ["mark-other-a", "mark-other-b"],
  "what cannot be read at all": ["mark-unread", "mark-unread"],
  "attributes of a message": ["mark-attribute-a", "mark-attribute-b"]
}

const numbers = new Set(["order_id", "customer_id", "quantity", "price", "payment_id"])

/** A message with the marks of a row (0) or of a dead letter (1) in these fields. */
const messageWith = (fields: ReadonlyArray<string>, which: 0 | 1) => {
  const members = [...fields, "any other field of a message"].map((field) => {
    const mark = marks[field]?.[which] ?? ""
    return `${JSON.stringify(field)}:${numbers.has(field) ? mark : JSON.stringify(mark)}`
  })
  return {
    data: Buffer.from(`{${members.join(",")}}`),
    attributes: { mark: attributeMark(which) },
    orderingKey: ""
  }
}

const attributeMark = (which: 0 | 1): string => marks["attributes of a message"]?.[which] ?? ""

const orderFields = Object.keys(marks).slice(0, 8)
const paymentFields = ["order_id", ...Object.keys(marks).slice(8, 13)]

/** The texts of a place, from what is there unasked to what is there only on request. */
type Place = Readonly<Record<"yes" | "look-up" | "on request", string>>

const same = (text: string): Place => ({ yes: text, "look-up": text, "on request": text })

const has = (text: string, mark: string): boolean =>
  new RegExp(`(?<![\\w.-])${mark.replaceAll(/[-.]/g, "\\$&")}(?![\\w.])`).test(text)

/** How much of a field is in a place, as the document says it. */
const foundIn = (field: string, place: Place): string => {
  const own = marks[field] ?? ["", ""]
  const steps = ["yes", "look-up", "on request"] as const
  const step = steps.find((name) => own.some((mark) => has(place[name], mark)))
  if (step !== undefined) return step
  const isCut = own.some((mark) => place.yes.includes(`"…${mark.slice(-3)}"`))
  return isCut ? "last 3 digits" : "–"
}

/** The rows of the document's table: a field, and what is said of it for each place. */
const said = [...document.matchAll(/^\| `?([^|`]+?)`? \| (.+) \|$/gm)]
  .map(([, field = "", cells = ""]) => [field, cells.split(" | ")] as const)
  .filter(([field]) => field in marks)

const [, header = ""] = /^\| field \| (.+) \|$/m.exec(document) ?? []

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "counterfoil-privacy-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Runs messages with marks through the embedded processor, and reads everything that it shows of itself. */
const processed = Effect.fnUntraced(function* (cwd: string) {
  const [port = 0] = yield* freePorts(1)
  const lines: Array<string> = []
  const capture = Logger.make<unknown, void>(({ fiber, message }) => {
    const annotations = Object.entries(fiber.getRef(References.CurrentLogAnnotations))
    lines.push(`${String(message)} ${annotations.map(([name, value]) => `${name}="${value}"`).join(" ")}`)
  })
  const files = yield* claimDemoFiles(join(cwd, ".counterfoil"))
  const http = { host: "127.0.0.1", port, portAsked: true }
  const get = (path: string, body?: unknown) =>
    Effect.promise(async () => {
      const asked = { method: "POST", headers: json, body: JSON.stringify(body) }
      return (await fetch(`http://127.0.0.1:${port}${path}`, body === undefined ? {} : asked)).text()
    })
  return yield* Effect.gen(function* () {
    yield* createDemoTopics
    const processor = yield* makeProcessor({
      ordersSubscription: demoSettings.ordersSubscription,
      paymentsSubscription: demoSettings.paymentsSubscription,
      deadLetterTopic: demoSettings.dlqTopic,
      processing: { ...processing, paymentGrace: Duration.zero }
    })
    yield* (yield* HttpApi).answerLookUps({ held: processor.lookUp, rows: makeRowLookUp(yield* FactStore) })
    yield* runToTheEnd(processor, published(processor))
    yield* (yield* Recorder).record
    const frames = yield* get("/frames?since=0")
    const order = marks["order_id"]?.[0]
    const lookUps = yield* Effect.forEach(["masked", "shown"], (row) => get("/lookup", { order, row }))
    const incident = yield* get("/incident")
    const all = yield* totals
    yield* keepDeadLetters(files.deadLetters)
    return {
      log: same(lines.join("\n")),
      metric: same(yield* get("/metrics")),
      page: { yes: frames, "look-up": lookUps[0] ?? "", "on request": lookUps[1] ?? "" },
      incident: same(/id="saved">(.*?)<\/script>/s.exec(incident)?.[1] ?? ""),
      printed: `${progressLine(all)}\n${fateTable(all)}`
    }
  }).pipe(
    Effect.provide(
      embedded(
        { dlqTopic: demoSettings.dlqTopic, file: files.table, http, telemetry: telemetryOff },
        "0.1.0"
      ).pipe(Layer.provideMerge(Logger.layer([capture])))
    ),
    Effect.provideService(References.MinimumLogLevel, "Debug")
  )
})

const json = { "content-type": "application/json" }

/** The payment comes after its order, for there is no grace. */
const published = Effect.fnUntraced(function* ({ drained }: Processor) {
  const { publish } = yield* Publisher
  yield* publish(demoSettings.ordersTopic, [messageWith(orderFields, 0), messageWith(orderFields, 1)])
  yield* drained
  const unreadable = { data: Buffer.from("mark-unread {"), attributes: {}, orderingKey: "" }
  yield* publish(demoSettings.paymentsTopic, [
    unreadable,
    messageWith(paymentFields, 0),
    messageWith(paymentFields, 1)
  ])
})

/** What commands print of what is left. */
const printedIn = Effect.fnUntraced(function* (cwd: string) {
  const demo = (...args: ReadonlyArray<string>) =>
    Effect.map(ran([...args, "--demo"], {}, { cwd }), ({ errors, out }) => `${out}\n${errors}`)
  const list = yield* demo("dlq", "list")
  yield* demo("dlq", "export", "letters.ndjson")
  const file = readFileSync(join(cwd, "letters.ndjson"), "utf8")
  const ids = [...file.matchAll(/^\{.*?"id":"(\d+)"/gm)].map(([, id = ""]) => id)
  assert.lengthOf(ids, 3)
  const shown = yield* Effect.forEach(ids, (id) => demo("dlq", "show", id))
  const row = yield* demo("facts", "get", marks["order_id"]?.[0] ?? "")
  // The quotes within the text of a letter.
  const exported = file.replaceAll('\\"', '"')
  return { list, asked: [...shown, row].join("\n"), exported }
})

describe("docs/privacy.md", () => {
  it("has a row for each field of orders and payments, and for what else a message has", () => {
    assert.deepStrictEqual(
      said.map(([field]) => field),
      Object.keys(marks)
    )
    assert.strictEqual(header, "log | metric | page | terminal | export | incident | trace")
  })

  it.live(
    "each field is in each place as the table says, of messages that are stored and of dead letters",
    () =>
      Effect.gen(function* () {
        const cwd = yield* folder
        const { printed, ...places } = yield* Effect.scoped(processed(cwd))
        const { asked, exported, list } = yield* printedIn(cwd)
        const all: Readonly<Record<string, Place>> = {
          ...places,
          terminal: { yes: `${printed}\n${list}`, "look-up": asked, "on request": "" },
          export: same(exported)
        }
        // Traces are not made here; what is said of them is for the tests of what is sent to a collector.
        const names = header.split(" | ").filter((name) => name !== "trace")
        for (const [field, cells] of said) {
          const found = names.map((name) => foundIn(field, all[name] ?? same("")))
          assert.deepStrictEqual(found, cells.slice(0, names.length), `${field}: ${names.join(", ")}`)
        }
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    120_000
  )
})
