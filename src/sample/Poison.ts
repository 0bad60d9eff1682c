/** Messages that can never be stored: every kind that real publishers have sent, and some worse ones. */
import type { Fate } from "../domain/Fate.ts"
import type { Message } from "../pubsub/Message.ts"
import { type Fields, jsonOf, messageOf } from "./Original.ts"
import { intBetween, type SeededRandom } from "./SeededRandom.ts"

/** A way to make an unreadable message for either stream. */
export interface PoisonKind {
  readonly name: string
  readonly fate: Extract<Fate, "dead-lettered(undecodable)" | "dead-lettered(schema-violation)">
  /** Makes such a message from the fields of a good one. */
  readonly make: (fields: Fields, random: SeededRandom) => Message
}

/** Every kind, by name. */
export const poisonKinds: readonly [PoisonKind, ...Array<PoisonKind>] = [
  undecodable("random bytes", (_, random) =>
    // 0xFF is in no UTF-8 text, whatever follows.
    Uint8Array.from([0xff, ...Array.from({ length: 31 }, () => intBetween(random, 0, 255))])
  ),
  undecodable("truncated JSON", (fields, random) => {
    const { data } = messageOf(fields)
    return data.slice(0, intBetween(random, 1, data.length - 1))
  }),
  undecodable("not JSON", () => utf8.encode("order_id=1&item=Laptop")),
  undecodable("bare NaN", (fields) => messageOf(replaced(fields, "order_id", "NaN")).data),
  undecodable("Latin-1 text", (fields) =>
    Uint8Array.from([...messageOf(fields).data.slice(0, -2), 0xe4, 0x22, 0x7d])
  ),
  violation("array", (fields) => `[${jsonOf(fields)}]`),
  violation("null", () => "null"),
  violation("text", (fields) => JSON.stringify(jsonOf(fields))),
  violation("missing field", (fields) => jsonOf(fields.filter(([name]) => name !== "order_id"))),
  violation("empty object", () => "{}"),
  withOrderId("id of the wrong type", '"one"'),
  withOrderId("id that is an object", '{"$numberLong": "1"}'),
  withOrderId("id nested 10,000 deep", "[".repeat(10_000) + "]".repeat(10_000)),
  withOrderId("id just below 2^53", "9007199254740991.4"),
  withOrderId("id of 30 digits", `"${"9".repeat(30)}"`),
  withOrderId("id 2^63", '"9223372036854775808"'),
  withOrderId("id 0", "0"),
  withOrderId("id -1", "-1"),
  withOrderId("id 1.5", "1.5"),
  withOrderId("id 1e400", "1e400"),
  withOrderId("id true", "true"),
  withOrderId("id null", "null"),
  withOrderId("id in exponent notation", '"1e3"'),
  withOrderId("id with a leading zero", '"01"'),
  violation("lone surrogate", (fields) => jsonOf(replaced(fields, fields.at(-1)?.[0] ?? "", '"\\ud800"')))
]

const utf8 = new TextEncoder()

function undecodable(name: string, bytes: (fields: Fields, random: SeededRandom) => Uint8Array): PoisonKind {
  const make: PoisonKind["make"] = (fields, random) => ({ ...messageOf(fields), data: bytes(fields, random) })
  return { name, fate: "dead-lettered(undecodable)", make }
}

function violation(name: string, text: (fields: Fields) => string): PoisonKind {
  const make: PoisonKind["make"] = (fields) => ({ ...messageOf(fields), data: utf8.encode(text(fields)) })
  return { name, fate: "dead-lettered(schema-violation)", make }
}

function withOrderId(name: string, json: string): PoisonKind {
  return violation(name, (fields) => jsonOf(replaced(fields, "order_id", json)))
}

const replaced = (fields: Fields, field: string, json: string): Fields =>
  fields.map(([name, old]) => [name, name === field ? json : old])
