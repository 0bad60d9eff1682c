/** Dead letters that `run` tries again by itself, wrongly. */
import { type Mutant, unit } from "../Mutant.ts"

const tests = "test/ingest/PeriodicRedrive.test.ts"
const trouble = "test/ingest/PeriodicRedriveTrouble.test.ts"
const periodic = "src/ingest/PeriodicRedrive.ts"
const processor = "src/ingest/Processor.ts"

/** Mutants of the redrives of `run`. */
export const ofPeriodicRedrives: ReadonlyArray<Mutant> = [
  {
    name: "periodic-redrive-of-every-reason",
    what: "`run` redrives dead letters of every reason",
    guarantee: undefined,
    file: periodic,
    text: `{ ...everyDeadLetter, reasons: new Set(["unmatched-payment"]) }`,
    replacement: "everyDeadLetter",
    caughtBy: [unit(tests, "dead letters of other reasons, or of other deployments, stay as they are")]
  },
  {
    name: "periodic-redrive-without-rate",
    what: "`run` redrives as fast as it goes",
    guarantee: "G6",
    file: periodic,
    text: "pace: { rate: redriveRate },",
    replacement: "pace: { rate: 1_000 * redriveRate },",
    caughtBy: [unit(tests, "it takes a bounded rate, and a small part of the write queue")]
  },
  {
    name: "periodic-redrive-without-jitter",
    what: "processes that start together redrive together",
    guarantee: undefined,
    file: periodic,
    text: "Random.nextBetween(1 - redriveJitter, 1 + redriveJitter)",
    replacement: "Random.nextBetween(1, 1 + 0 * redriveJitter)",
    caughtBy: [unit(tests, "each interval is jittered, so that processes that start together spread over it")]
  },
  {
    name: "periodic-redrive-with-own-locks",
    what: "`run` and its redrive write two payments for one order at once",
    guarantee: "G2",
    file: "src/ingest/RedriveHandler.ts",
    text: "locks === undefined ? {} : { locks }",
    replacement: "locks === undefined || maxRowBytes > 0 ? {} : { locks }",
    caughtBy: [unit(tests, "no order id is worked on by run and its redrive at once")]
  },
  {
    name: "periodic-redrive-ends-with-outage",
    what: "a redrive that cannot reach Pub/Sub is the last",
    guarantee: "G4",
    file: periodic,
    text: "? Effect.logInfo(",
    replacement: "? Effect.andThen(Effect.never, ",
    caughtBy: [unit(trouble, "without Pub/Sub it says so once an interval, and redrives when it is back")]
  },
  {
    name: "periodic-redrive-uses-up-deliveries",
    what: "`run` redrives although each redrive brings dead letters nearer to being moved away by a policy",
    guarantee: "G1",
    file: periodic,
    text: "|| !reportPolicy(onTrouble, subscription, info.value)",
    replacement: "|| reportPolicy(onTrouble, subscription, info.value) || info.value !== undefined",
    caughtBy: [
      unit(trouble, "a dead-letter policy of the dead-letter subscription itself keeps it from redriving")
    ]
  },
  {
    name: "periodic-redrive-full-unsaid",
    what: "`run` takes the dead letters that it could hold for all there are",
    guarantee: "G6",
    file: periodic,
    text: `tally.endedBy === "full" ? moreThanCanBeHeld : undefined`,
    replacement: `tally.endedBy === undefined ? moreThanCanBeHeld : undefined`,
    caughtBy: [
      unit(trouble, "dead letters behind those that can be held degrade dead-letters, warned of once")
    ]
  },
  {
    name: "periodic-redrive-not-supervised",
    what: "a defect of a redrive is silent",
    guarantee: undefined,
    file: processor,
    text: "Effect.raceFirst(redrives.run, stopping.await)",
    replacement:
      "Effect.asVoid(Effect.forkChild(Effect.raceFirst(redrives.run, stopping.await))).pipe(Effect.andThen(stopping.await))",
    caughtBy: [unit(trouble, "a defect of it stops the process")]
  },
  {
    name: "periodic-redrive-outlasts-stop",
    what: "a stop waits for the batch that a redrive is at, however long",
    guarantee: "G8",
    file: "src/ingest/Redrive.ts",
    text: "options.stopWithin ?? Duration.infinity",
    replacement: "options.isDry ? Duration.infinity : Duration.infinity",
    caughtBy: [
      unit(trouble, "a stop does not wait longer than SHUTDOWN_TIMEOUT for a table that does not answer")
    ]
  },
  {
    name: "periodic-redrive-cut-off",
    what: "a stop does not wait for the batch that a redrive is at",
    guarantee: "G8",
    file: "src/ingest/Redrive.ts",
    text: "Effect.andThen(stop, ended)",
    replacement: "Effect.when(Effect.andThen(stop, ended), Effect.succeed(options.isDry))",
    caughtBy: [unit(trouble, "a stop ends it at a message boundary, and the rest is there at once")]
  }
]
