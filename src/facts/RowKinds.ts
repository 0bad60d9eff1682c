/** The kinds of requests for rows of the fact table. */
import type { Page, Replica, Statement } from "../cassandra/Cassandra.ts"
import type { FactState } from "../domain/Fact.ts"
import {
  bytesOfOrder,
  bytesOfPayment,
  ordersStatement,
  paymentsStatement,
  stateFrom,
  statesStatement
} from "./FactStatements.ts"
import type { OrderWrite, PaymentWrite } from "./FactStore.ts"
import { batchBytesMax, batchRowsMax, readKeysMax } from "./Limits.ts"
import type { Grouping } from "./RowGroups.ts"

/** A kind of request. */
export interface RowKind<A, R> extends Pick<Grouping<A, Replica>, "maxRows" | "maxBytes" | "bytesOf"> {
  readonly operation: string
  readonly orderIdOf: (element: A) => bigint
  /** The version that is written; 0 where the kind reads. */
  readonly versionOf: (element: A) => bigint
  /** Texts of the element that no failure may show. */
  readonly textsOf: (element: A) => ReadonlyArray<string | null>
  readonly statementOf: (elements: ReadonlyArray<A>) => Statement
  /** The results of the elements of one request. */
  readonly resultsOf: (elements: ReadonlyArray<A>, page: Page) => ReadonlyArray<R>
  /** What may be asked for before anything was: it does no harm. Undefined where everything does something. */
  readonly harmless: A | undefined
}

/** Orders that are written. */
export const orderWrites: RowKind<OrderWrite, void> = {
  operation: "store orders",
  maxRows: batchRowsMax,
  maxBytes: batchBytesMax,
  bytesOf: bytesOfOrder,
  orderIdOf: ({ order }) => order.order_id,
  versionOf: ({ version }) => version,
  textsOf: ({ order }) => [order.item, order.shipping_address, order.order_status, order.creation_date],
  statementOf: ordersStatement,
  resultsOf: () => [],
  harmless: undefined
}

/** Payments that are written. */
export const paymentWrites: RowKind<PaymentWrite, void> = {
  operation: "store payments",
  maxRows: batchRowsMax,
  maxBytes: batchBytesMax,
  bytesOf: bytesOfPayment,
  orderIdOf: ({ payment }) => payment.order_id,
  versionOf: ({ version }) => version,
  textsOf: ({ payment }) => [
    payment.payment_method,
    payment.card_last_four,
    payment.payment_status,
    payment.payment_datetime
  ],
  statementOf: paymentsStatement,
  resultsOf: () => [],
  harmless: undefined
}

/** Rows that are read by their order ids. */
export const stateReads: RowKind<bigint, FactState | undefined> = {
  operation: "read states",
  maxRows: readKeysMax,
  maxBytes: Number.POSITIVE_INFINITY,
  bytesOf: () => 0,
  orderIdOf: (orderId) => orderId,
  versionOf: () => 0n,
  textsOf: () => [],
  statementOf: (orderIds) => statesStatement([...new Set(orderIds)]),
  resultsOf: (orderIds, { rows }: Page) => {
    const states = new Map<unknown, FactState | undefined>()
    for (const row of rows) states.set(row["order_id"], stateFrom(row))
    return orderIds.map((orderId) => states.get(orderId))
  },
  harmless: 0n
}
