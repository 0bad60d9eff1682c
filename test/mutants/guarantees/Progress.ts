/** What processes tell each other of the orders, and what they do when they cannot (G5). */
import { type Mutant, scenario, simulation, unit } from "../Mutant.ts"

const watermark = "test/ingest/OrdersWatermark.test.ts"
const verdict = "test/ingest/UnmatchedVerdict.test.ts"
const together = "test/ingest/ProcessorProgress.test.ts"
const readings = "test/ingest/ProgressReadings.test.ts"

/** Mutants of what is exchanged between processes. */
export const ofProgress: ReadonlyArray<Mutant> = [
  {
    name: "quiet-without-margin",
    what: "lets the watermark come up to the present after a quiet, though orders may be on their way",
    guarantee: "G5",
    file: "src/ingest/OrdersWatermark.ts",
    text: "Math.floor(pubSubMicros) - caughtUpAfterMillis * 1_000",
    replacement: "Math.floor(pubSubMicros) - 0 * caughtUpAfterMillis",
    caughtBy: [unit(watermark, "after 3 s of quiet it is Pub/Sub's time at its last word less 3 s")]
  },
  {
    name: "others-ignored",
    what: "gives a payment up though another process has not come past it",
    guarantee: "G5",
    file: "src/ingest/UnmatchedVerdict.ts",
    text: "Math.min(reading.passedMicros, own.watermarkMicros)",
    replacement: "own.watermarkMicros + 0 * Number(reading.passedMicros > 0)",
    caughtBy: [
      unit(verdict, "a process has not passed its publish time by the grace"),
      unit(together, "the row of a process that died holds verdicts up until it is gone"),
      simulation,
      scenario("one-without-cassandra"),
      scenario("one-of-two-frozen")
    ]
  },
  {
    name: "told-ids-ignored",
    what: "gives payments up whose order another process tells by id",
    guarantee: "G5",
    file: "src/ingest/UnmatchedVerdict.ts",
    text: "!reading.orderIds.has(payment.orderId) &&",
    replacement: "",
    caughtBy: [
      unit(verdict, "a process tells of its order by id"),
      unit(together, "while another process cannot store an order, its payment is no dead letter")
    ]
  },
  {
    name: "stuck-orders-hold-all",
    what: "tells no order by id, so that one that cannot be stored holds up every verdict",
    guarantee: "G5",
    file: "src/pipeline/RetryQueue.ts",
    text: "entry.failures = failures",
    replacement: "entry.failures = 0 * failures",
    caughtBy: [
      unit(together, "while another process cannot store an order, its payment is no dead letter"),
      scenario("one-order-held-up")
    ]
  },
  {
    name: "old-rows-believed",
    what: "believes a row that its process has not renewed for long",
    guarantee: "G5",
    file: "src/ingest/ProgressReadings.ts",
    text: "unchangedMillis > progressSeenMillis",
    replacement: "unchangedMillis > 1e9 * progressSeenMillis",
    caughtBy: [
      unit(readings, "a row that was not seen to change for 10 s holds verdicts up until it is gone")
    ]
  },
  {
    name: "late-rows-believed",
    what: "believes a row whose write arrived after a later one",
    guarantee: "G5",
    file: "src/ingest/ProgressReadings.ts",
    text: "const isLate = row.renewal < now.renewal",
    replacement: "const isLate = row.renewal < 0 * now.renewal",
    caughtBy: [unit(readings, "a write of a process arrived after a later one")]
  },
  {
    name: "own-row-unseen",
    what: "gives verdicts by readings that do not show the row of this process",
    guarantee: "G5",
    file: "src/ingest/ProgressReadings.ts",
    text: "isOwnSeen = row.renewal >= own.renewal",
    replacement: "isOwnSeen = row.renewal >= 0 * own.renewal",
    caughtBy: [unit(readings, "the own row is an older one")]
  },
  {
    name: "unknown-format-skipped",
    what: "takes a row of a later version for one that says nothing",
    guarantee: "G5",
    file: "src/ingest/ProgressReadings.ts",
    text: 'if (progress === undefined) return nothing("its row has a format that is not known here")',
    replacement:
      'if (progress === undefined) return { process, reason: "", passedMicros: Number.POSITIVE_INFINITY }',
    caughtBy: [
      unit(readings, "a row has a format that is not known"),
      unit(together, "a row of a format that is not known here holds verdicts up")
    ]
  },
  {
    name: "intake-before-row",
    what: "takes messages in before the others can know of it",
    guarantee: "G5",
    file: "src/ingest/IntakeLife.ts",
    text: "yield* untilStopping(exchange.own.renewedTimes(1))",
    replacement: "",
    caughtBy: [unit(together, "a process takes nothing in before its row is confirmed")]
  },
  {
    name: "cut-off-keeps-reading",
    what: "goes on reading though it cannot renew its row and stores nothing",
    guarantee: "G5",
    file: "src/ingest/ProgressExchange.ts",
    text: "if (isOverdue() && isStuck(intake, now())) closing.openUnsafe()",
    replacement: "",
    caughtBy: [unit(together, "a process that was cut off from Cassandra gives its orders back")]
  },
  {
    name: "stuck-orders-kept",
    what: "keeps orders that it cannot store though it cannot renew its row",
    guarantee: "G5",
    file: "src/pipeline/RetryQueue.ts",
    text: "const stale = new Set(rest.filter(options.mustGiveBack))",
    replacement: "const stale = new Set(rest.filter(() => false))",
    caughtBy: [
      unit(together, "a process that can store orders keeps reading, and gives back those that it cannot")
    ]
  },
  {
    name: "given-back-forgotten",
    what: "lets the watermark pass orders that it gave back a moment ago",
    guarantee: "G5",
    file: "src/ingest/OrdersProgress.ts",
    text: "lesser(held, givenBack.oldestMicros())",
    replacement: "lesser(held, givenBack.oldestMicros() && undefined)",
    caughtBy: [
      unit(
        "test/ingest/OrdersProgress.test.ts",
        "an order that was given back holds the watermark for a minute"
      )
    ]
  },
  {
    name: "last-row-always-removed",
    what: "removes its row at a stop though it gave orders back",
    guarantee: "G5",
    file: "src/ingest/ProgressExchange.ts",
    text: "lastWord(own, hasUnsettled || mayBeLost || orderIds.length > 0)",
    replacement: "lastWord(own, hasUnsettled && orderIds.length > 0)",
    caughtBy: [unit(together, "a stop removes the row of a process that gave no order back")]
  },
  {
    name: "lost-on-the-way-ignored",
    what: "goes on though an order may have been sent into a stream that was cut off",
    guarantee: "G5",
    file: "src/ingest/OrdersWatermark.ts",
    text: "if (mayBeLost) return",
    replacement: "if (mayBeLost && before < 0) return",
    caughtBy: [
      unit("test/ingest/OrdersWatermark.test.ts", "while an order may be lost on its way"),
      simulation
    ]
  },
  {
    name: "expired-row-forgotten",
    what: "forgets a frozen process as soon as its row has expired, though orders may be on their way to it",
    guarantee: "G5",
    file: "src/ingest/ProgressReadings.ts",
    text: "return hasExpired && now - goneAtMillis < expiredRowMillis",
    replacement: "return hasExpired && now - goneAtMillis < 0 * expiredRowMillis",
    caughtBy: [unit("test/ingest/ProgressReadings.test.ts", "a row that has expired holds verdicts up until")]
  },
  {
    name: "freeze-unnoticed",
    what: "goes on after a freeze with what it had read before it",
    guarantee: "G5",
    file: "src/ingest/ProgressExchange.ts",
    text: "if (gap < freezeMillis) return",
    replacement: "if (gap < 1e9 * freezeMillis) return",
    caughtBy: [simulation]
  }
]
