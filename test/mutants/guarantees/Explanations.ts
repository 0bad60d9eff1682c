/** Dead letters that are explained wrongly. */
import { type Mutant, unit } from "../Mutant.ts"

const explain = "test/cli/commands/DlqExplain.test.ts"
const explanation = "test/ingest/DeadLetterExplanation.test.ts"
const advice = "test/ingest/GraceAdvice.test.ts"
const lateness = "test/ingest/OrderLateness.test.ts"
const keepsItsPromise = "names how late orders were, as they were published"

/** Mutants of what is said of dead letters beside their verdicts. */
export const ofExplanations: ReadonlyArray<Mutant> = [
  {
    name: "explain-from-dead-letter",
    what: "counts how late an order was from when the dead letter came, not from when its payment was published",
    guarantee: undefined,
    file: "src/ingest/DeadLetterExplanation.ts",
    text: "publishTimeMicros: letter.publishTimeMicros",
    replacement: "publishTimeMicros: letter.delivery.publishTimeMicros",
    caughtBy: [
      unit(explain, keepsItsPromise),
      unit(explanation, "how late its order was, for each payment, whatever its id")
    ]
  },
  {
    name: "explain-believes-any-version",
    what: "takes the write time of another program for the publish of an order",
    guarantee: undefined,
    file: "src/ingest/OrderLateness.ts",
    text: "versionOfOrder(order.success, publishedMicros) === orderVersion",
    replacement: "versionOfOrder(order.success, publishedMicros) >= 0n",
    caughtBy: [
      unit(explain, keepsItsPromise),
      unit(lateness, "is not known where the write time is no version of ours"),
      unit(explanation, "a row whose version is not the hash of its order says nothing")
    ]
  },
  {
    name: "explain-believes-any-claim",
    what: "takes the time at which a dead letter came for the publish of its payment, for want of another",
    guarantee: undefined,
    file: "src/ingest/UnmatchedPayments.ts",
    text: "publishTimeMicros === delivery.publishTimeMicros",
    replacement: "publishTimeMicros === 0 * delivery.publishTimeMicros",
    caughtBy: [unit(explanation, "a payment says nothing either where nobody says when it was published")]
  },
  {
    name: "explain-believes-a-restore",
    what: "takes the time at which a dead letter came before it was restored for the publish of its payment",
    guarantee: undefined,
    file: "src/ingest/UnmatchedPayments.ts",
    text: `letter.markedBy === "nobody" || `,
    replacement: "",
    caughtBy: [unit(explanation, "nor does it once its dead letter was taken out and put back")]
  },
  {
    name: "explain-asks-a-silent-table",
    what: "goes on asking a table that does not answer, its time-out for each batch",
    guarantee: "G4",
    file: "src/ingest/DeadLetterExplanation.ts",
    text: "if (errors.length === orders.length) storeError",
    replacement: "if (errors.length > orders.length) storeError",
    caughtBy: [unit(explain, "a table that does not answer is asked once")]
  },
  {
    name: "advice-short-of-its-share",
    what: "advises a grace that matches fewer than it says",
    guarantee: undefined,
    file: "src/ingest/GraceAdvice.ts",
    text: "Math.ceil(share * lateMillis.length)",
    replacement: "Math.ceil((share - 0.1) * lateMillis.length)",
    caughtBy: [
      unit(explain, keepsItsPromise),
      unit(advice, "a share is reached at the first order with which it is")
    ]
  },
  {
    name: "advice-beyond-a-lease",
    what: "advises to wait longer than a payment can be held",
    guarantee: undefined,
    file: "src/ingest/GraceAdvice.ts",
    text: `kind: late >= mostMillis ? "redrive"`,
    replacement: `kind: late < 0 * mostMillis ? "redrive"`,
    caughtBy: [unit(advice, "is no advice beyond the longest time that a payment can wait")]
  },
  {
    name: "advice-without-the-kill",
    what: "forgets that payments wait for a minute more when a process was killed",
    guarantee: undefined,
    file: "src/ingest/GraceAdvice.ts",
    text: "graceMillis + givenBackSeconds * 1000",
    replacement: "graceMillis + 0 * givenBackSeconds",
    caughtBy: [unit(advice, "takes as many waiting places as were published in the worst time as long")]
  }
]
