import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import type { PlainMessage } from "../support/PlainPubSub.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { drain } from "./Drain.ts"

const good = (orderId: number | string, extra = ""): string =>
  `{"order_id": ${orderId}, "customer_id": 7, "item": "Book", "quantity": 2, "price": 9.5, "shipping_address": "1 Road", "order_status": "Pending", "creation_date": "2024-01-21"${extra}}`

const withField = (field: string, json: string): string =>
  good(1).replace(new RegExp(`"${field}": ("[^"]*"|[^,}]*)`), `"${field}": ${json}`)

const without = (field: string): string =>
  good(1).replace(new RegExp(`"${field}": ("[^"]*"|[^,}]*)(, )?`), "")

/** Message → fate: what publishers get wrong, and the reason each becomes. */
const poison: ReadonlyArray<readonly [name: string, reason: string, message: PlainMessage]> = [
  ["random bytes", "undecodable", { data: Uint8Array.from([0xff, 0xfe, 0x00, 0x9f, 0x92, 0x96]) }],
  ["truncated JSON", "undecodable", { data: good(1).slice(0, 40) }],
  ["an empty body with an attribute", "undecodable", { data: "", attributes: { only: "this" } }],
  ["a JSON array", "schema-violation", { data: `[${good(1)}]` }],
  ["a JSON text", "schema-violation", { data: '"order"' }],
  ["a JSON number", "schema-violation", { data: "17" }],
  ["JSON null", "schema-violation", { data: "null" }],
  ["a text for a number", "schema-violation", { data: withField("quantity", '"many"') }],
  ["a number for a text", "schema-violation", { data: withField("item", "5") }],
  ["a missing field", "schema-violation", { data: without("item") }],
  ["no id at all", "schema-violation", { data: without("order_id") }],
  ["id just below 2^53", "schema-violation", { data: good("9007199254740991.4") }],
  ["id of 30 digits", "schema-violation", { data: good("123456789012345678901234567890") }],
  ["id -1", "schema-violation", { data: good(-1) }],
  ["id 1.5", "schema-violation", { data: good("1.5") }],
  ["id true", "schema-violation", { data: good("true") }],
  ["id null", "schema-violation", { data: good("null") }],
  ['id "1e3"', "schema-violation", { data: good('"1e3"') }],
  ["text that is not well-formed", "schema-violation", { data: withField("item", '"\\ud800"') }],
  ["a row over MAX_ROW_BYTES", "store-rejected", { data: withField("item", `"${"x".repeat(1_100_000)}"`) }]
]

const deep = "[".repeat(10_000) + "]".repeat(10_000)

/** Odd, but good: each has to be stored whole. */
const odd: ReadonlyArray<readonly [name: string, data: string, item: string]> = [
  ["a 900 KB item", good(900_001).replace('"Book"', `"${"y".repeat(900_000)}"`), "y".repeat(900_000)],
  ["unknown fields 10,000 levels deep", good(900_002, `, "extra": ${deep}`), "Book"],
  [
    "__proto__ and constructor keys",
    good(900_003, ', "__proto__": {"item": "no"}, "constructor": 1'),
    "Book"
  ],
  ["duplicate keys, the last one counting", good(900_004, ', "item": "Phone"'), "Phone"],
  ["a byte-order mark", `\ufeff${good(900_005)}`, "Book"]
]

/** What else is in every good order. */
const otherColumns = {
  customer_id: "7",
  quantity: "2",
  price: 9.5,
  shipping_address: "1 Road",
  order_status: "Pending",
  creation_date: "2024-01-21",
  payment_id: null
}

const goodCount = 10_000
const poisonCount = 1_000

describeWith("cassandra", "pubsub")("Poison among good messages", () => {
  it.live(
    "[G3] 1,000 unreadable orders of every kind among 10,000 good ones become one dead letter each, with their own reason, and cost no neighbour",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        const messages: Array<PlainMessage> = []
        for (let index = 0; index < goodCount; index++) {
          messages.push({ data: good(index + 1) })
          if (index % (goodCount / poisonCount) === 0) {
            const at = index / (goodCount / poisonCount)
            // A row over the limit is 1 MB: twenty of them are enough.
            const kinds = at < 20 * poison.length ? poison.length : poison.length - 1
            const kind = poison[at % kinds]
            if (kind !== undefined) {
              messages.push({
                ...kind[2],
                attributes: { ...kind[2].attributes, kind: kind[0], at: String(at) }
              })
            }
          }
        }
        messages.push(...odd.map(([, data]) => ({ data })))
        yield* Effect.promise(() => deployment.pubsub.publish(deployment.orders, messages))
        yield* drain(deployment.environment)

        const letters = yield* Effect.promise(() =>
          deployment.pubsub.takeAll(`${deployment.deadLetters}-sub`, poisonCount)
        )
        const sent = new Map(messages.flatMap((message) => [[message.attributes?.["at"], message] as const]))
        assert.strictEqual(letters.length, poisonCount)
        assert.strictEqual(new Set(letters.map(({ attributes }) => attributes["at"])).size, poisonCount)
        const reasonOf = new Map(poison.map(([name, reason]) => [name, reason]))
        for (const { attributes, data } of letters) {
          assert.strictEqual(
            attributes["dlq-reason"],
            reasonOf.get(attributes["kind"] ?? ""),
            attributes["kind"]
          )
          assert.isTrue(
            data.equals(Buffer.from(sent.get(attributes["at"])?.data ?? "")),
            "the bytes are the original's"
          )
        }

        const rows = yield* Effect.promise(() => deployment.table.rows())
        assert.strictEqual(rows.size, goodCount + odd.length)
        odd.forEach(([name, , item], index) => {
          assert.deepInclude(rows.get(String(900_001 + index)), { ...otherColumns, item }, name)
        })
      }),
    180_000
  )
})
