/** Early payments that are given up too soon, never, or at others' expense (G5). */
import { type Mutant, scenario, simulation, unit } from "../Mutant.ts"

const early = "test/ingest/ProcessorEarlyPayments.test.ts"
const room = "test/ingest/WaitingPayments.test.ts"
const watermark = "test/ingest/OrdersWatermark.test.ts"
const verdict = "test/ingest/UnmatchedVerdict.test.ts"

/** Mutants of G5. */
export const ofEarlyPayments: ReadonlyArray<Mutant> = [
  {
    name: "no-watermark",
    what: "gives a payment up when its grace is over, wherever the orders stream is",
    guarantee: "G5",
    file: "src/ingest/UnmatchedVerdict.ts",
    text: "payment.publishTimeMicros + graceMillis * 1_000 < passedMicros",
    replacement: "payment.publishTimeMicros + graceMillis * 1_000 - passedMicros !== 0.5",
    caughtBy: [
      unit(early, "a payment waits while an older order is unsettled"),
      unit("test/ingest/ProcessorBacklog.test.ts", "makes a dead letter of no payment that has an order"),
      simulation,
      scenario("backlog", 6_000),
      scenario("backlog-taken-over", 30_000)
    ]
  },
  {
    name: "no-grace",
    what: "gives a payment up when the orders stream has come past it, at once",
    guarantee: "G5",
    file: "src/ingest/UnmatchedVerdict.ts",
    text: "sinceMillis + graceMillis <= reading.startedAtMillis",
    replacement: "sinceMillis + 0 * graceMillis <= reading.startedAtMillis",
    caughtBy: [unit(verdict, "it was not held for the grace when the table was read")]
  },
  {
    name: "grace-not-in-publish-time",
    what: "gives a payment up as soon as the orders stream has come past it, in a backlog too",
    guarantee: "G5",
    file: "src/ingest/UnmatchedVerdict.ts",
    text: "payment.publishTimeMicros + graceMillis * 1_000 < passedMicros",
    replacement: "payment.publishTimeMicros + 0 * graceMillis < passedMicros",
    caughtBy: [
      unit(early, "in a backlog a payment waits for an order published a grace after it"),
      simulation
    ]
  },
  {
    name: "caught-up-at-start",
    what: "takes the orders stream for caught up before it has delivered anything",
    guarantee: "G5",
    file: "src/ingest/OrdersWatermark.ts",
    text: "quietMillis >= caughtUpAfterMillis && pubSubMicros !== undefined",
    replacement:
      "(quietMillis >= caughtUpAfterMillis || before === noWatermark) && pubSubMicros !== undefined",
    caughtBy: [unit(watermark, "at the start it has passed nothing")]
  },
  {
    name: "caught-up-without-quiet",
    what: "takes the orders stream for caught up whenever no order is unsettled",
    guarantee: "G5",
    file: "src/ingest/OrdersWatermark.ts",
    text: "quietMillis >= caughtUpAfterMillis && pubSubMicros !== undefined",
    replacement: "quietMillis >= 0 * caughtUpAfterMillis && pubSubMicros !== undefined",
    caughtBy: [unit(watermark, "2.999 s of quiet are too short")]
  },
  {
    name: "unsettled-orders-ignored",
    what: "lets the watermark pass orders that are received and not stored",
    guarantee: "G5",
    file: "src/ingest/OrdersWatermark.ts",
    text: "if (oldestUnsettledMicros !== undefined) return oldestUnsettledMicros",
    replacement: "void oldestUnsettledMicros",
    caughtBy: [unit(watermark, "an unsettled order holds it"), simulation]
  },
  {
    name: "undelivered-orders-ignored",
    what: "lets the watermark pass orders that are received and not handed over",
    guarantee: "G5",
    file: "src/ingest/OrdersProgress.ts",
    text: "lesser(orders.oldestNotApartMicros(), oldestUndeliveredMicros)",
    replacement: "lesser(orders.oldestNotApartMicros(), oldestUndeliveredMicros && undefined)",
    caughtBy: [unit(early, "an order that was received and not handed over yet holds the watermark")]
  },
  {
    name: "retrying-orders-ignored",
    what: "lets the watermark pass orders whose write is being retried",
    guarantee: "G5",
    file: "src/pipeline/LedgerEntry.ts",
    text: "this.#setOldest(this.#oldestOf(rest))",
    replacement: "this.#setOldest(undefined)",
    caughtBy: [
      unit("test/pipeline/StreamLedger.test.ts", "a batch of which a part has its fate counts with the rest"),
      unit(early, "a payment waits while an older order is unsettled"),
      simulation
    ]
  },
  {
    name: "unreadable-orders-counted",
    what: "lets an unreadable order, held for the dead-letter topic, hold the watermark",
    guarantee: "G5",
    file: "src/pipeline/LedgerEntry.ts",
    text: "if (Result.isFailure(decoded)) continue",
    replacement: "void Result.isFailure(decoded)",
    caughtBy: [
      unit("test/pipeline/StreamLedger.test.ts", "what is only held for the dead-letter topic does not count")
    ]
  },
  {
    name: "wall-clock-in-grace",
    what: "counts the grace from the publish time by the local clock",
    guarantee: "G5",
    file: "src/ingest/WaitingPayments.ts",
    text: "const sinceMillis = monotonicMillis(clock)",
    replacement: "const sinceMillis = decoded.delivery.publishTimeMicros / 1000",
    caughtBy: [unit(room, "the grace is counted from admission"), scenario("clock-behind")]
  },
  {
    name: "room-not-told",
    what: "does not tell the waiting room which orders were stored",
    guarantee: "G5",
    file: "src/ingest/OrderHandler.ts",
    text: "yield* options.onStored(stored)",
    replacement: "",
    caughtBy: [unit(early, "an early payment is matched the moment its order is stored")]
  },
  {
    name: "room-not-woken",
    what: "leaves payments of a stored order asleep until their next recheck",
    guarantee: "G5",
    file: "src/ingest/PaymentsByOrder.ts",
    text: "payment.isWoken = true\n      this.#woken.add(payment)",
    replacement: "void payment",
    caughtBy: [unit(early, "an early payment is matched the moment its order is stored")]
  },
  {
    name: "woken-wait-their-turn",
    what: "looks payments whose order came up after all that are due",
    guarantee: "G5",
    file: "src/ingest/PaymentsByOrder.ts",
    text: "payment.isWoken = true\n      this.#woken.add(payment)",
    replacement: "payment.dueAtMillis = Number.NEGATIVE_INFINITY",
    caughtBy: [unit(room, "payments of a stored order are looked up before all others that are due")]
  },
  {
    name: "hot-order-takes-turns",
    what: "looks many payments for one order up again before others have had their turn",
    guarantee: "G5",
    file: "src/ingest/PaymentsByOrder.ts",
    text: "for (const payment of this.#inTurn) {\n      if (taken",
    replacement:
      "for (const payment of [...this.#byOrder.values()].flatMap((ofOrder) => [...ofOrder])) {\n      if (taken",
    caughtBy: [unit(room, "many payments for one order take nobody's turn")]
  },
  {
    name: "wake-lost-in-lookup",
    what: "forgets that an order was stored while its payments were looked up",
    guarantee: "G5",
    file: "src/ingest/WaitingPayments.ts",
    text: "payment.isTaken = false",
    replacement: "payment.isTaken = false\n        payment.isWoken = false",
    caughtBy: [unit(room, "an order stored during a lookup makes its payments due again at once")]
  },
  {
    name: "no-recheck",
    what: "looks for a payment's order only when the grace is over",
    guarantee: "G5",
    file: "src/ingest/WaitingPayments.ts",
    text: "return graceEnd > now ? Math.min(now + wait, graceEnd) : now + wait",
    replacement: "return graceEnd > now ? graceEnd : now + wait",
    caughtBy: [unit(early, "an early payment whose order another process stores is found on a recheck")]
  },
  {
    name: "full-room-stops-orders",
    what: "holds up orders while payments stand before a full waiting room",
    guarantee: "G5",
    file: "src/ingest/WaitingRoom.ts",
    text: "wake: room.wake",
    replacement: "wake: (orderIds) => (blockedAdmissions > 0 ? Effect.never : room.wake(orderIds))",
    caughtBy: [
      unit(early, "a full waiting room pauses payments and nothing else"),
      simulation,
      scenario("dlq-missing")
    ]
  },
  {
    name: "full-room-turns-away",
    what: "releases payments that find the waiting room full, again and again",
    guarantee: "G5",
    file: "src/ingest/WaitingRoom.ts",
    text: "const isAdmitted = (yield* untilStopped(added)) ?? false",
    replacement:
      "const isAdmitted = room.occupancy() >= limits.waitingRoomMax ? false : ((yield* untilStopped(added)) ?? false)",
    caughtBy: [unit(early, "a full waiting room pauses payments and nothing else")]
  },
  {
    name: "payments-wait-outside",
    what: "releases payments without an order, again and again, and does not hold them",
    guarantee: "G5",
    file: "src/pipeline/Pipeline.ts",
    text: "options.admit !== undefined && (yield* options.admit(delivery, from))",
    replacement: "options.admit !== undefined && delivery === undefined",
    caughtBy: [unit(early, "is a dead letter once the grace is over"), scenario("rolling-restart")]
  }
]
