/** What stands for Pub/Sub and Cassandra in a demo, and in the commands that work on what it has left. */
import { Option } from "effect"
import type { Preset } from "../../config/Preset.ts"
import type { PubSubSettings } from "../../config/Settings.ts"

/** Marks settings that mean the demo's embedded parts. */
export interface DemoMark {
  readonly isDemo: true
}

/** The names of the demo's topics and subscriptions. */
export const demoSettings: PubSubSettings & DemoMark = {
  projectId: Option.none(),
  emulatorHost: Option.none(),
  proxy: Option.none(),
  ordersTopic: "orders_data",
  ordersSubscription: "orders_data-sub",
  paymentsTopic: "payment_data",
  paymentsSubscription: "payment_data-sub",
  dlqTopic: "dlq_payments_data",
  dlqSubscription: "dlq_payments_data-sub",
  isDemo: true
}

/** Whether these settings mean the demo's embedded parts. */
export const isDemo = (settings: object): settings is DemoMark => "isDemo" in settings

const flag = "demo"
const meaning = "Work on what the last demo has left in .counterfoil, and not on Pub/Sub and Cassandra"

/** `--demo`, in place of the settings of Pub/Sub. */
export const demoPubSub: Preset<PubSubSettings & DemoMark> = { flag, meaning, settings: demoSettings }

/** `--demo`, in place of the settings of Cassandra. */
export const demoTable: Preset<DemoMark> = { flag, meaning, settings: { isDemo: true } }
