/**
 * Orders and payments as nearly all publishers send them, recognised by hand, in a fraction of the Schema's time.
 *
 * The Schema decides. What is not of the usual shape, for example an id as text, is left to it; for what is
 * of that shape, the result is the same; `FastDecoder.test.ts` compares the two. As the Schema does, it takes what
 * `ExactIntegers.ts` has read.
 */
import type { Order, OrderId } from "./Order.ts"
import type { Payment, PaymentId } from "./Payment.ts"

/** The order, where the JSON value is one of the usual shape. */
export const fastOrder = (json: unknown): Order | undefined => {
  if (typeof json !== "object" || json === null) return undefined
  const {
    order_id,
    customer_id,
    item,
    quantity,
    price,
    shipping_address,
    order_status,
    creation_date
  }: Unknown<Order> = json
  return isPositive(order_id) &&
    (isInteger(customer_id) || isNothing(customer_id)) &&
    isText(item) &&
    isPositive(quantity) &&
    isPrice(price) &&
    (isText(shipping_address) || isNothing(shipping_address)) &&
    isText(order_status) &&
    isText(creation_date)
    ? {
        order_id: BigInt(order_id) as OrderId,
        customer_id: isNothing(customer_id) ? null : BigInt(customer_id),
        item,
        quantity: BigInt(quantity),
        price,
        shipping_address: shipping_address ?? null,
        order_status,
        creation_date
      }
    : undefined
}

/** The payment, where the JSON value is one of the usual shape. */
export const fastPayment = (json: unknown): Payment | undefined => {
  if (typeof json !== "object" || json === null) return undefined
  const {
    payment_id,
    order_id,
    payment_method,
    card_last_four,
    payment_status,
    payment_datetime
  }: Unknown<Payment> = json
  return isPositive(payment_id) &&
    isPositive(order_id) &&
    isText(payment_method) &&
    (isFourDigits(card_last_four) || isNothing(card_last_four) || card_last_four === "") &&
    isText(payment_status) &&
    isText(payment_datetime)
    ? {
        payment_id: BigInt(payment_id) as PaymentId,
        order_id: BigInt(order_id) as OrderId,
        payment_method,
        card_last_four: isNothing(card_last_four) || card_last_four === "" ? null : card_last_four,
        payment_status,
        payment_datetime
      }
    : undefined
}

type Unknown<A> = { readonly [Field in keyof A]?: unknown }

const isInteger = (value: unknown): value is number => Number.isSafeInteger(value)

const isPositive = (value: unknown): value is number => isInteger(value) && value >= 1

const isPrice = (value: unknown): value is number => Number.isFinite(value) && (value as number) >= 0

/** JSON has no undefined: it stands for a field that is absent. */
const isNothing = (value: unknown): value is null | undefined => value === null || value === undefined

const isText = (value: unknown): value is string => typeof value === "string" && value.isWellFormed()

const isFourDigits = (value: unknown): value is string => typeof value === "string" && fourDigits.test(value)

const fourDigits = /^[0-9]{4}$/
