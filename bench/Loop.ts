/**
 * The hand-written loop: the same work as `counterfoil run`, without Effect and without a schema, as a good engineer
 * writes it in an afternoon and tunes it in another. Takes the same environment variables; ends on SIGTERM, and then
 * prints one line of JSON with what it counted.
 */

import { type Held, Pull } from "./loop/Pull.ts"
import { Slots } from "./loop/Slots.ts"
import { Table } from "./loop/Table.ts"
import { openPubSub } from "./PubSubAccess.ts"
import type { OrderFields, PaymentFields } from "./Traffic.ts"

const setting = (name: string): string => {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set`)
  return value
}

const inFlight = 512

const table = new Table(
  setting("CASSANDRA_CONTACT_POINTS").split(","),
  setting("CASSANDRA_LOCAL_DATACENTER"),
  setting("CASSANDRA_KEYSPACE")
)
const [access] = await Promise.all([openPubSub(setting("PUBSUB_PROJECT_ID")), table.connect()])
const deadLetters = access.pubSub.topic(setting("PUBSUB_DLQ_TOPIC"), {
  batching: { maxMessages: 1000, maxMilliseconds: 10 }
})

const writeOrder = async ({ data, publishMillis }: Held): Promise<void> => {
  const order: OrderFields = JSON.parse(data.toString())
  await table.writeOrder(order, publishMillis)
}

const writePayment = async ({ data, publishMillis }: Held): Promise<void> => {
  const payment: PaymentFields = JSON.parse(data.toString())
  if (await table.hasOrder(payment.order_id)) await table.writePayment(payment, publishMillis)
  else await deadLetters.publishMessage({ data, attributes: { reason: "unmatched-payment" } })
}

const consume = (subscription: string, handle: (message: Held) => Promise<void>) => {
  const slots = new Slots<Held>(inFlight, async (message) => {
    try {
      await handle(message)
      pull.acknowledge(message)
    } catch (error) {
      process.stderr.write(`${subscription}: ${error}\n`)
      pull.release(message)
    }
  })
  const name = `projects/${access.projectId}/subscriptions/${subscription}`
  const pull = new Pull(access.stub, name, slots.add)
  return { pull, slots }
}

const streams = {
  orders: consume(setting("PUBSUB_ORDERS_SUBSCRIPTION"), writeOrder),
  payments: consume(setting("PUBSUB_PAYMENTS_SUBSCRIPTION"), writePayment)
}

process.once("SIGTERM", async () => {
  const all = Object.values(streams)
  for (const { pull } of all) pull.stop()
  await Promise.all(all.map(({ slots }) => slots.idle()))
  await Promise.all(all.map(({ pull }) => pull.close()))
  await Promise.all([access.close(), table.close()])
  const counts = { orders: streams.orders.pull.counts, payments: streams.payments.pull.counts }
  process.stdout.write(`${JSON.stringify(counts)}\n`)
})
