/** Writes to the cluster as the hand-written loop does: row by row, each routed by the driver to one of its replicas. */
import { Slots } from "../loop/Slots.ts"
import { Table } from "../loop/Table.ts"
import { orderOf, paymentOf } from "../Traffic.ts"
import { serve, task } from "./WriterProtocol.ts"

const { contactPoints, localDataCenter, keyspace, rows } = task()
const table = new Table(contactPoints, localDataCenter, keyspace)
await table.connect()

const inFlight = 512
const publishMillis = Date.now()
const ids = Array.from({ length: rows }, (_, index) => index + 1)
const orders = ids.map(orderOf)
const payments = ids.map((id) => paymentOf(id, 0))
let repeated = 0

const all = async <Item>(items: ReadonlyArray<Item>, write: (item: Item) => Promise<void>): Promise<void> => {
  const untilDone = async (item: Item): Promise<void> => {
    try {
      await write(item)
    } catch {
      repeated += 1
      await untilDone(item)
    }
  }
  const slots = new Slots(inFlight, untilDone)
  items.forEach(slots.add)
  await slots.idle()
}

serve(
  {
    orders: () => all(orders, (order) => table.writeOrder(order, publishMillis)),
    payments: () =>
      all(payments, async (payment) => {
        if (await table.hasOrder(payment.order_id)) await table.writePayment(payment, publishMillis)
      })
  },
  () => repeated
)
