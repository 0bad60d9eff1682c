import { Duration } from "effect"
import { assert, describe, it } from "vitest"
import type { Message } from "../../src/pubsub/Message.ts"
import type { Published } from "../../src/pubsub/memory/internal/Published.ts"
import { DeliveryLog, type LoggedDelivery } from "../support/DeliveryLog.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"
import { paymentsTopic, worldBegins } from "../support/World.ts"
import { falseDeadLetters } from "./EarlyPayments.ts"
import { ExcuseBook } from "./Excuses.ts"
import { ledgerEntriesOf } from "./LedgerEntries.ts"
import { planOf } from "./Plan.ts"
import { repeatedDeadLetters } from "./RepeatedDeadLetters.ts"
import { as } from "./Traffic.ts"

// Cases made by hand: the simulation shows what the processor does, and not whether its judge is right.
describe("the judge of the simulation, of a message with dead letters of two deliveries", () => {
  const judged = (
    attempts: ReadonlyArray<number>,
    acks: ReadonlyArray<NonNullable<LoggedDelivery["ack"]>>
  ) => {
    const log = logOf(received("payment", 0, 1), received("payment", 11, 2))
    acks.forEach((ack, index) => {
      const delivery = log.find("payment", index + 1)
      assert.isDefined(delivery)
      Object.assign(delivery, { publishesAsked: 1, publishesConfirmed: 1, ack })
    })
    const deadLetters = attempts.map((attempt, index) =>
      deadLetterOf("payment", 20 + index, { "dlq-delivery-attempt": String(attempt) })
    )
    const book = new ExcuseBook()
    const cases = repeatedDeadLetters(
      { log, plan: { ...planOf(1), pubSub: { ...planOf(1).pubSub, duplicates: 0 } } },
      ledgerEntriesOf({ published: [], deadLetters }),
      book
    )
    return { cases, excused: book.counts["ack unconfirmed"] }
  }

  it.each([[[1, 2]], [[2, 1]]])(
    "[G3] asks why it was handed out again, in whichever order they were published: %j",
    (attempts) => {
      assert.deepStrictEqual(judged(attempts, ["lease-lost", "done"]), { cases: [], excused: 1 })
      const { cases, excused } = judged(attempts, ["done", "done"])
      assert.lengthOf(cases, 1)
      assert.strictEqual(excused, 0)
    }
  )
})

describe("the judge of the simulation, of a payment that was given up though its order was published in its grace", () => {
  const graceSeconds = 2
  const givenUpSeconds = 19
  const published = [
    publishedAt("payment", 0, as("payment", paymentOf(7n))),
    publishedAt("order", 1, as("order", orderOf(7n))),
    publishedAt("later", graceSeconds + 1, as("order", orderOf(8n)))
  ]

  const judged = (...deliveries: ReadonlyArray<Received>) => {
    const book = new ExcuseBook()
    const plan = planOf(1)
    const cases = falseDeadLetters(
      {
        log: logOf(...deliveries),
        plan: { ...plan, settings: { ...plan.settings, paymentGrace: Duration.seconds(graceSeconds) } },
        storedAt: new Map()
      },
      ledgerEntriesOf({
        published: published.map((one) => ({ ...one, topic: paymentsTopic })),
        deadLetters: [deadLetterOf("payment", givenUpSeconds, { "dlq-reason": "unmatched-payment" })]
      }),
      book
    )
    return { cases: cases.length, overtaken: book.counts.overtaken }
  }

  it("[G5] excuses it where Pub/Sub handed out a later order and kept this one", () => {
    assert.deepStrictEqual(judged(received("later", 4), received("order", 22)), { cases: 0, overtaken: 1 })
    // The dead letter follows from a reading of up to 10 s before.
    assert.deepStrictEqual(judged(received("later", 4), received("order", 10)), { cases: 0, overtaken: 1 })
  })

  it.each<readonly [string, ReadonlyArray<Received>]>([
    ["that order had been handed out before", [received("order", 3), received("later", 4)]],
    ["that order had been lost on its way before", [received("later", 4), received("order", 22, 2)]],
    ["no later order had been handed out", [received("order", 22), received("later", 23)]],
    ["that order never came", [received("later", 4)]]
  ])("[G5] finds fault where %s", (_, deliveries) => {
    assert.deepStrictEqual(judged(...deliveries), { cases: 1, overtaken: 0 })
  })
})

interface Received {
  readonly messageId: string
  /** **Units**: seconds from the begin. */
  readonly at: number
  readonly attempt: number
}

function received(messageId: string, at: number, attempt = 1): Received {
  return { messageId, at, attempt }
}

function logOf(...deliveries: ReadonlyArray<Received>): DeliveryLog {
  const log = new DeliveryLog()
  for (const { at, attempt, messageId } of deliveries)
    log.received("process 1", messageId, attempt, worldBegins + at * 1_000)
  return log
}

function publishedAt(messageId: string, seconds: number, message: Message): Published {
  return {
    ...message,
    messageId,
    publishTimeMicros: (worldBegins + seconds * 1_000) * 1_000,
    bytes: message.data.length
  }
}

function deadLetterOf(
  messageId: string,
  seconds: number,
  attributes: Readonly<Record<string, string>>
): Published {
  const message = {
    data: new Uint8Array(),
    attributes: { "dlq-message-id": messageId, ...attributes },
    orderingKey: ""
  }
  return publishedAt(`letter of ${messageId} at ${seconds}`, seconds, message)
}
