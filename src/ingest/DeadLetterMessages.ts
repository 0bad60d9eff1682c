/** Reads what a dead letter carries: an order or a payment, of this deployment or of another. */
import { Result } from "effect"
import type { ReceivedDeadLetter } from "../deadletters/ReceivedDeadLetter.ts"
import { type DecodeFailure, decodeOrder, decodePayment } from "../domain/Decoder.ts"
import { readExactly } from "../domain/ExactIntegers.ts"
import type { Order } from "../domain/Order.ts"
import { type Payment, paymentIntegers } from "../domain/Payment.ts"
import type { StreamName } from "../domain/StreamName.ts"

/** The full names of a deployment's source subscriptions: they tell which dead letters are its own. */
export type SourceSubscriptions = Readonly<Record<StreamName, string>>

/** Where a dead letter came from. */
export type DeadLetterSource =
  | StreamName
  /** Its attributes name no subscription, as those of the original's consumer: its bytes have to tell. */
  | "unmarked"
  /** A subscription that is not of this deployment. */
  | "foreign"

/** An order or a payment that a dead letter carries. */
export type CarriedMessage =
  | { readonly _tag: "Order"; readonly order: Order }
  | { readonly _tag: "Payment"; readonly payment: Payment }

/** Tells by the subscription where a dead letter came from. */
export const sourceOf = (
  { subscription }: Pick<ReceivedDeadLetter, "subscription">,
  own: SourceSubscriptions
): DeadLetterSource => {
  if (subscription === undefined) return "unmarked"
  if (subscription === own.payments) return "payments"
  return subscription === own.orders ? "orders" : "foreign"
}

/**
 * Decodes what a dead letter carries: an order or a payment by where it came from; where that is not known, a payment,
 * or else an order.
 */
export const carriedBy = (
  { attributes, delivery }: ReceivedDeadLetter,
  source: DeadLetterSource
): Result.Result<CarriedMessage, DecodeFailure> => {
  const { data } = delivery
  const order = () => Result.map(decodeOrder(data, attributes), asOrder)
  const payment = () => Result.map(decodePayment(data, attributes), asPayment)
  if (source === "orders") return order()
  if (source === "payments") return payment()
  const asked = payment()
  if (Result.isSuccess(asked)) return asked
  const other = order()
  return Result.isSuccess(other) ? other : asked
}

/** The ids in a dead letter, as they are written there, also where the rest of it cannot be read. */
export interface CarriedIds {
  readonly orderId: string | undefined
  readonly paymentId: string | undefined
}

/**
 * Reads the ids, as decoding the message does, and also where the rest of it does not decode.
 *
 * **Shape**: canonical decimal digits, exactly: `7.0` is `7`, `1e3` is `1000`; undefined where there is none.
 */
export const idsOf = (data: Uint8Array): CarriedIds => {
  const { order_id, payment_id } = objectIn(data) ?? {}
  return { orderId: idText(order_id), paymentId: idText(payment_id) }
}

const idText = (id: unknown): string | undefined => {
  if (typeof id === "number") return Number.isSafeInteger(id) && id >= 0 ? String(id) : undefined
  // A part of the text would keep all of it in memory.
  return typeof id === "string" && /^\d{1,19}$/.test(id) ? BigInt(id).toString() : undefined
}

const objectIn = (
  data: Uint8Array
): { readonly [Key in (typeof paymentIntegers)[number]]?: unknown } | undefined => {
  try {
    const text = utf8.decode(data)
    const json: unknown = JSON.parse(text)
    if (typeof json !== "object" || json === null || Array.isArray(json)) return undefined
    readExactly(text, json, paymentIntegers)
    return json
  } catch {
    return undefined
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true })

const asOrder = (order: Order): CarriedMessage => ({ _tag: "Order", order })
const asPayment = (payment: Payment): CarriedMessage => ({ _tag: "Payment", payment })
