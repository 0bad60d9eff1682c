/** Recognises what a message that cannot be read is wrapped in, by magic bytes and names alone. */
import { afterBlanks, endOfValue } from "./JsonText.ts"

/** A message that is no order and no payment, as far as it could be read. */
export interface Unreadable {
  readonly data: Uint8Array
  readonly attributes: Readonly<Record<string, string>>
  /** Undefined where the bytes are no UTF-8. */
  readonly text?: string
  /** Undefined where the text is no JSON. */
  readonly json?: unknown
}

/**
 * What the message seems to be instead, and what to publish; undefined where nothing is recognised.
 *
 * **Shape**: one sentence out of a fixed list, of at most {@link remarkBytesMax} bytes.
 * **Guarantee**: quotes nothing of the message.
 */
export const wrappingOf = (message: Unreadable): string | undefined => {
  const { data, attributes, text, json } = message
  if (startsWith(data, gzipMagic)) return remarks.gzip
  if (startsWith(data, avroMagic)) return remarks.avroFile
  if (attributes["googclient_schemaencoding"] === "BINARY") return remarks.binarySchema
  if (text === undefined) return undefined
  if (json === undefined) {
    if (isBase64OfJson(text)) return remarks.base64
    return holdsSeveral(text) ? remarks.several : undefined
  }
  if (typeof json === "string") return isBase64OfJson(json) ? remarks.base64 : remarks.jsonString
  if (Array.isArray(json)) return remarks.array
  return typeof json === "object" && json !== null ? envelopeOf(json) : undefined
}

/** The longest remark. **Units**: bytes of UTF-8. */
export const remarkBytesMax = 200

const remarks = {
  gzip: "looks like gzip: publish it uncompressed",
  avroFile: "looks like an Avro file: publish JSON",
  binarySchema:
    "its attributes say that a Pub/Sub schema made it binary (Avro or protocol buffers): give the topic's schema the encoding JSON",
  base64: "looks like base64 of JSON: publish the JSON itself",
  jsonString: "looks like JSON text encoded twice: publish the object itself",
  array: "it is an array: publish each element as a message of its own",
  several: "it holds several JSON documents: publish each as a message of its own",
  push: "looks like a Pub/Sub push envelope: publish what is in message.data, decoded from base64",
  change: "looks like change data capture (Debezium): publish the row that is in after",
  cloudEvent: "looks like a CloudEvents envelope: publish what is in data"
} as const

/** An object that has an order id is taken for what it should be, whatever else it has. */
const envelopeOf = (json: object): string | undefined => {
  if (Object.hasOwn(json, "order_id")) return undefined
  if (has(json, "message") && (has(inside(json, "message"), "data") || has(json, "subscription"))) {
    return remarks.push
  }
  if (isChange(json) || isChange(inside(json, "payload"))) return remarks.change
  return has(json, "specversion") ? remarks.cloudEvent : undefined
}

const isChange = (json: unknown): boolean =>
  has(json, "op") ? has(json, "before") || has(json, "after") : has(json, "before") && has(json, "after")

const has = (json: unknown, key: string): boolean =>
  typeof json === "object" && json !== null && Object.hasOwn(json, key)

const inside = (json: object, key: string): unknown =>
  Object.hasOwn(json, key) ? (json as Readonly<Record<string, unknown>>)[key] : undefined

/** Checks the beginning only: what is decoded there begins an object or an array. */
const isBase64OfJson = (text: string): boolean => {
  const start = text.slice(0, base64Looked).trim()
  return base64.test(start) && /^\s*[[{]\s*["{[]/.test(Buffer.from(start, "base64").toString("latin1"))
}

/** A whole document, and the beginning of another. */
const holdsSeveral = (text: string): boolean => {
  const start = afterBlanks(text, 0)
  if (text[start] !== "{") return false
  const end = endOfValue(text, start)
  if (text[afterBlanks(text, end)] !== "{") return false
  try {
    JSON.parse(text.slice(start, end))
    return true
  } catch {
    return false
  }
}

const startsWith = (data: Uint8Array, magic: ReadonlyArray<number>): boolean =>
  magic.every((byte, at) => data[at] === byte)

const gzipMagic = [0x1f, 0x8b]

/** `Obj` and the format's number. */
const avroMagic = [0x4f, 0x62, 0x6a, 0x01]

const base64 = /^[A-Za-z0-9+/_-]{4,}={0,2}$/

/** How much of a text is tried as base64. **Units**: characters, a multiple of 4. */
const base64Looked = 64
