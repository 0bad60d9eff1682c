/** Dead letters that are looked at and tried again, wrongly. */
import { type Mutant, unit } from "../Mutant.ts"

const redrive = "test/ingest/Redrive.test.ts"
const verdicts = "test/ingest/RedriveVerdicts.test.ts"
const versions = "test/ingest/RedriveVersions.test.ts"
const pace = "test/ingest/RedrivePace.test.ts"
const received = "test/deadletters/ReceivedDeadLetter.test.ts"
const memory = "test/pubsub/memory/MemoryPubSub.test.ts"
const demo = "test/cli/commands/DemoDeadLetters.test.ts"
const demoFile = "test/cli/commands/DemoFile.test.ts"
const attempt = "src/ingest/RedriveAttempt.ts"
const goesThroughOnce = "what can go through now goes through once, and the rest stays where it is"

/** Mutants of what is done with dead letters. */
export const ofRedrives: ReadonlyArray<Mutant> = [
  {
    name: "redrive-acknowledges-before-effect",
    what: "acknowledges a dead letter when its effect has only been asked for",
    guarantee: "G1",
    file: attempt,
    text: "isDry ? dryFactStore(store) : store",
    replacement: "isDry || store !== undefined ? dryFactStore(store) : store",
    caughtBy: [unit(redrive, goesThroughOnce)]
  },
  {
    name: "redrive-verdict-of-its-own",
    what: "takes payments for orders: in list, dry run and redrive alike",
    guarantee: undefined,
    file: "src/ingest/DeadLetterMessages.ts",
    text: `if (subscription === own.payments) return "payments"`,
    replacement: `if (subscription === own.payments) return "orders"`,
    caughtBy: [
      unit(verdicts, "list says how many would go through"),
      unit(verdicts, "a dry run says how many would go through, and changes nothing"),
      unit(redrive, goesThroughOnce)
    ]
  },
  {
    name: "redrive-version-from-arrival",
    what: "gives a redriven payment the version of its dead letter's arrival",
    guarantee: "G2",
    file: attempt,
    text: "publishTimeMicros: originalPublishTimeMicros,",
    replacement: "publishTimeMicros: ({ publishTimeMicros }) => publishTimeMicros,",
    caughtBy: [unit(versions, "the version is the original's publish time, however late it is redriven")]
  },
  {
    name: "redrive-believes-forged-time",
    what: "believes any publish time that a dead letter claims",
    guarantee: "G2",
    file: "src/deadletters/ReceivedDeadLetter.ts",
    text: "claimed > publishTimeMicros + clockDifferenceSeconds * 1_000_000 ? publishTimeMicros : claimed",
    replacement: "claimed + 0 * clockDifferenceSeconds",
    caughtBy: [
      unit(received, "a claim of up to 60 s after the dead letter's own time is believed"),
      unit(versions, "a forged publish time in the future does not win for ever")
    ]
  },
  {
    name: "redrive-does-not-read-back",
    what: "does not look whether a redriven payment is visible in its row",
    guarantee: "G2",
    file: "src/ingest/PaymentHandler.ts",
    text: "readsAllBack || entry.mayBeHiddenByTombstone",
    replacement: "(readsAllBack && false) || entry.mayBeHiddenByTombstone",
    caughtBy: [unit(versions, "a payment shows also where the original's consumer inserts its order again")]
  },
  {
    name: "dry-run-acknowledges",
    what: "acknowledges in a dry run",
    guarantee: "G1",
    file: attempt,
    text: "isDry ? acknowledgingNothing(subscription) : subscription",
    replacement: "isDry && subscription.name === '' ? acknowledgingNothing(subscription) : subscription",
    caughtBy: [
      unit(verdicts, "list, dry run and redrive say the same, and neither list nor dry run changes anything")
    ]
  },
  {
    name: "dry-run-forgets-its-writes",
    what: "does not see in a dry run what it would have written itself",
    guarantee: undefined,
    file: "src/ingest/DryFactStore.ts",
    text: "greatest(state?.orderVersion, orders.get(orderId))",
    replacement: "state?.orderVersion",
    caughtBy: [unit(verdicts, "an order and its payment that are dead letters together go through together")]
  },
  {
    name: "redrive-takes-foreign",
    what: "redrives the dead letters of other deployments unasked",
    guarantee: undefined,
    file: "src/ingest/Redrive.ts",
    text: "options.includesForeign\n        ? meant",
    replacement: "options.includesForeign || meant.length > 0\n        ? meant",
    caughtBy: [unit(redrive, "others' dead letters: the original's, Pub/Sub's own, and another deployment's")]
  },
  {
    name: "redrive-goes-on-without-table",
    what: "goes on asking a table that does not answer, its time-out for each batch",
    guarantee: "G4",
    file: "src/ingest/Redrive.ts",
    text: `if (verdicts.some((verdict) => storeErrorOf(verdict) !== undefined))`,
    replacement: `if (verdicts.length === 0)`,
    caughtBy: [unit(redrive, "a table that does not answer leaves everything there, and ends the redrive")]
  },
  {
    name: "redrive-ramp-without-stop",
    what: "goes on after a step of the ramp with failures",
    guarantee: undefined,
    file: "src/ingest/RedrivePace.ts",
    text: "if (failuresAllowed === undefined) return ramp.length > 0 && failed > 0",
    replacement: "if (failuresAllowed === undefined) return false",
    caughtBy: [unit(pace, "with a ramp alone, a step with any failure is the last")]
  },
  {
    name: "redrive-rate-ignored",
    what: "tries as fast as it goes, whatever the rate",
    guarantee: undefined,
    file: "src/ingest/RedrivePace.ts",
    text: "return waits > 0 ? Effect.sleep(Duration.millis(waits)) : Effect.void",
    replacement: "return waits > 0 ? Effect.sleep(Duration.millis(0)) : Effect.void",
    caughtBy: [unit(pace, "a rate is kept over any second, and evenly")]
  },
  {
    name: "redrive-stop-unheard",
    what: "tries a whole batch after a stop, where the rate holds nothing back",
    guarantee: "G8",
    file: "src/ingest/Redrive.ts",
    text: "const admitted = (yield* Deferred.isDone(stopping))",
    replacement: "const admitted = (yield* Deferred.isDone(stopping)) && rest.length === 0",
    caughtBy: [unit(redrive, "an interruption is heard also where the table is slower than the rate")]
  },
  {
    name: "look-consumes",
    what: "acknowledges what it looks at",
    guarantee: "G1",
    file: "src/deadletters/DeadLetterReader.ts",
    text: "subscription.heldIds.hold(held).pipe(",
    replacement: "Effect.tap(subscription.heldIds.hold(held), subscription.heldIds.ack).pipe(",
    caughtBy: [unit(memory, "a look visits every message once and consumes none")]
  },
  {
    name: "look-holds-without-end",
    what: "does not say that no more can be held",
    guarantee: "G6",
    file: "src/deadletters/DeadLetterReader.ts",
    text: `Effect.succeed("full" as const)`,
    replacement: "Effect.succeed(undefined)",
    caughtBy: [unit(memory, "a look that would hold more than it may ends, says so, and loses nothing")]
  },
  {
    name: "demo-forgets-acknowledgements",
    what: "leaves in the demo's file what a command has acknowledged",
    guarantee: undefined,
    file: "src/cli/commands/DemoDeadLetters.ts",
    text: "if ((yield* idsLeft) !== before)",
    replacement: "if ((yield* idsLeft) === undefined && before)",
    caughtBy: [unit(demo, "what a command acknowledges is gone from the file")]
  },
  {
    name: "demo-shared-by-commands",
    what: "lets two commands work on the demo's dead letters at once, of which one undoes what the other did",
    guarantee: undefined,
    file: "src/cli/commands/DemoFile.ts",
    text: "return yield* new DemoInUse({ folder })",
    replacement: "yield* Effect.void",
    caughtBy: [unit(demoFile, "are one command's at a time, once a demo has ended")]
  },
  {
    name: "ledger-redrive-received",
    what: "does not count what a redrive tries as received",
    guarantee: "G7",
    file: attempt,
    text: "const entry = ledger.received(batch)",
    replacement: `const entry = ledger.open("inFlight")`,
    caughtBy: [unit(redrive, "every dead letter that was tried is accounted for, and none is left open")]
  },
  {
    name: "ledger-redrive-stays",
    what: "leaves what stays on the account of the redrive",
    guarantee: "G7",
    file: attempt,
    text: "entry.released([...stays, ...unsettled.leave, ...unsettled.wait])",
    replacement: "",
    caughtBy: [unit(redrive, "every dead letter that was tried is accounted for, and none is left open")]
  },
  {
    name: "ledger-redrive-unknown",
    what: "leaves that on the account of the redrive about which the table did not answer",
    guarantee: "G7",
    file: attempt,
    text: "entry.released(rest)",
    replacement: "",
    caughtBy: [unit(redrive, "a table that does not answer leaves everything there, and ends the redrive")]
  },
  {
    name: "ledger-redrive-closed",
    what: "leaves the entry of a redriven batch open, and holds up its publish time",
    guarantee: "G7",
    file: attempt,
    text: "entry.close()",
    replacement: "",
    caughtBy: [unit(redrive, "every dead letter that was tried is accounted for, and none is left open")]
  }
]
