/** What is no UTF-8 or no JSON, and the whole error. */
import { gzipSync } from "node:zlib"
import { base64, order, orderText } from "./Messages.ts"

/** What it is, what is sent, the error, and the attributes that came with it. */
export type UndecodablePayload = readonly [
  what: string,
  sent: Uint8Array | string,
  error: string,
  attributes?: Readonly<Record<string, string>>
]

const several = "Expected JSON (it holds several JSON documents: publish each as a message of its own)"
const binary =
  "(its attributes say that a Pub/Sub schema made it binary (Avro or protocol buffers): give the topic's schema the encoding JSON)"

const encoded = "(looks like base64 of JSON: publish the JSON itself)"
const gzip = "Expected UTF-8 text (looks like gzip: publish it uncompressed)"
const avro = Buffer.concat([Buffer.from("Obj\u0001"), Buffer.from([0xff, 0x00])])

/** Neither orders nor payments. */
export const undecodable: ReadonlyArray<UndecodablePayload> = [
  ["nothing", "", "Expected JSON"],
  ["form data", "order_id=7&item=Laptop", "Expected JSON"],
  ["XML", "<order><id>7</id></order>", "Expected JSON"],
  ["a Python dict", "{'order_id': 7}", "Expected JSON"],
  ["NaN from pandas", orderText.replace("42", "NaN"), "Expected JSON"],
  ["a trailing comma", `${orderText.slice(0, -1)},}`, "Expected JSON"],
  ["half a message", orderText.slice(0, -20), "Expected JSON"],
  ["Latin-1", Buffer.from(orderText.replace("Laptop", "Läptop"), "latin1"), "Expected UTF-8 text"],
  ["UTF-16", Buffer.from(orderText, "utf16le"), "Expected JSON"],
  ["gzip", gzipSync(orderText), gzip],
  ["base64", base64(orderText), `Expected JSON ${encoded}`],
  [
    "base64 with line breaks, of an indented message",
    `${base64(JSON.stringify(order, null, 2))}\n`,
    `Expected JSON ${encoded}`
  ],
  ["NDJSON", `${orderText}\n${orderText}\n`, several],
  ["two documents side by side", orderText + orderText, several],
  ["a document and half of another", `${orderText}\n{"order_id": 8`, several],
  ["an Avro file", avro, "Expected UTF-8 text (looks like an Avro file: publish JSON)"],
  [
    "Avro of a Pub/Sub schema",
    Buffer.from([0x0e, 0x02, 0xfe]),
    `Expected UTF-8 text ${binary}`,
    { googclient_schemaencoding: "BINARY" }
  ],
  [
    "Avro that happens to be text",
    "\u000e\u0002Laptop",
    `Expected JSON ${binary}`,
    { googclient_schemaencoding: "BINARY" }
  ],
  ["half a message under a JSON schema", "{", "Expected JSON", { googclient_schemaencoding: "JSON" }]
]
