/** A deployment of which nothing is there yet. */
import { Effect } from "effect"
import { testDeployment } from "../support/TestDeployment.ts"
import { uniqueName } from "../support/TestServices.ts"

/** Names that nothing has yet, and the default grace; `setup` has to make what they name. */
export const freshNames = Effect.map(testDeployment({ table: false }), ({ environment }) => ({
  ...environment,
  PAYMENT_GRACE: "",
  PUBSUB_ORDERS_TOPIC: uniqueName("orders"),
  PUBSUB_ORDERS_SUBSCRIPTION: uniqueName("orders_sub"),
  PUBSUB_PAYMENTS_TOPIC: uniqueName("payments"),
  PUBSUB_PAYMENTS_SUBSCRIPTION: uniqueName("payments_sub"),
  PUBSUB_DLQ_TOPIC: uniqueName("dlq"),
  PUBSUB_DLQ_SUBSCRIPTION: uniqueName("dlq_sub")
}))
