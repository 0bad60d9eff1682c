/** What was published, by what it means, with the dead letters of each message. */
import type { Published } from "../../src/pubsub/memory/internal/Published.ts"
import { orderWrite, paymentWrite, type Write } from "../support/Expectation.ts"
import { attributeOf } from "../support/World.ts"
import type { SimulationResult } from "./Simulation.ts"
import { type Kind, kindAttribute } from "./Traffic.ts"

/** An order or a payment that was published. */
export interface Entry extends Write {
  readonly message: Published
  readonly deadLetters: ReadonlyArray<Published>
  /** The table refuses its row: it can stand nowhere. */
  readonly isRefused: boolean
}

/** Everything that was published. */
export interface LedgerEntries {
  readonly orders: ReadonlyMap<bigint, ReadonlyArray<Entry>>
  readonly payments: ReadonlyMap<bigint, ReadonlyArray<Entry>>
  readonly poison: ReadonlyArray<{ readonly message: Published; readonly kind: Kind }>
  readonly deadLettersOf: ReadonlyMap<string, ReadonlyArray<Published>>
}

/** Reads what was published, from the bytes alone. */
export const ledgerEntriesOf = ({
  published,
  deadLetters
}: Pick<SimulationResult, "published" | "deadLetters">): LedgerEntries => {
  const deadLettersOf = Map.groupBy(deadLetters, (deadLetter) => attributeOf(deadLetter, "dlq-message-id"))
  const entryOf = (message: Published, write: Write): Entry => ({
    message,
    ...write,
    deadLetters: deadLettersOf.get(message.messageId) ?? [],
    isRefused: kindOf(message) === "refused-payment"
  })
  const ofKinds = (...kinds: ReadonlyArray<Kind>) =>
    published.filter((message) => kinds.includes(kindOf(message)))
  const orders = ofKinds("order").map((message) => entryOf(message, orderWrite(message)))
  const payments = ofKinds("payment", "refused-payment").map((message) =>
    entryOf(message, paymentWrite(message))
  )
  return {
    orders: Map.groupBy(orders, ({ orderId }) => orderId),
    payments: Map.groupBy(payments, ({ orderId }) => orderId),
    poison: ofKinds("undecodable", "schema-violation", "store-rejected").map((message) => ({
      message,
      kind: kindOf(message)
    })),
    deadLettersOf
  }
}

/** What a message was published as. */
export const kindOf = (message: Published): Kind => attributeOf(message, kindAttribute) as Kind
