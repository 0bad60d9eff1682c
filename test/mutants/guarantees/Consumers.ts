/** Consumers of other programs that lose what waits, or what is under way (G5, G6, G8). */
import { type Mutant, unit } from "../Mutant.ts"

const consumer = "test/pipeline/Consumer.test.ts"

/** Mutants of the consumer that the library offers. */
export const ofConsumers: ReadonlyArray<Mutant> = [
  {
    name: "consumer-waits-for-ever",
    what: "lets a delivery wait however long it has waited",
    guarantee: "G5",
    file: "src/pipeline/WaitingQueue.ts",
    text: "now() - sinceMillis < waitForMillis",
    replacement: "now() - sinceMillis < waitForMillis * 1_000",
    caughtBy: [unit(consumer, "is tried again until its time is over, and only then is a dead letter")]
  },
  {
    name: "consumer-woken-for-ever",
    what: "tries what was woken again and again while more than one batch waits",
    guarantee: "G5",
    file: "src/pipeline/WaitingQueue.ts",
    text: "woken = Math.max(0, woken - taken.length)",
    replacement: "woken = Math.min(woken, idle.size + taken.length)",
    caughtBy: [unit(consumer, "is tried once for each time it is woken, however many wait")]
  },
  {
    name: "consumer-waiting-unbounded",
    what: "lets any number of deliveries wait",
    guarantee: "G6",
    file: "src/pipeline/WaitingQueue.ts",
    text: "Semaphore.make(options.maxMessages)",
    replacement: "Semaphore.make(2 ** 31)",
    caughtBy: [unit(consumer, "is bounded: at the limit intake pauses, and goes on when there is room")]
  },
  {
    name: "consumer-waiting-counts-as-outstanding",
    what: "leaves what waits in the outstanding limits, which it then fills",
    guarantee: "G6",
    file: "src/pipeline/WaitingQueue.ts",
    text: "yield* subscription.setAside([decoded.delivery])",
    replacement: "void subscription.setAside",
    caughtBy: [unit(consumer, "is bounded: at the limit intake pauses, and goes on when there is room")]
  },
  {
    name: "consumer-looks-up-behind-dead-letters",
    what: "tries nothing that waits again until the dead letters of the last try are published",
    guarantee: "G3",
    file: "src/pipeline/WaitingQueue.ts",
    text: "yield* FiberSet.run(fibers, publish)",
    replacement: "yield* Effect.delay(publish, 60_000)",
    caughtBy: [unit(consumer, "a dead-letter topic that is away holds it, and delays no other that waits")]
  },
  {
    name: "consumer-stop-without-finishing",
    what: "interrupts what is in flight when the scope of a consumer closes",
    guarantee: "G8",
    file: "src/pipeline/Consumer.ts",
    text: "Effect.andThen(stop, Fiber.await(fiber))",
    replacement: "Effect.andThen(stop, Fiber.interrupt(fiber))",
    caughtBy: [unit(consumer, "lets what is in flight have its fate, and releases what waits at once")]
  },
  {
    name: "consumer-stop-without-end",
    what: "waits for what is in flight however long it takes when the scope of a consumer closes",
    guarantee: "G8",
    file: "src/pipeline/Consumer.ts",
    text: "duration: options.stopTimeout ?? Duration.seconds(consumerStopSeconds)",
    replacement: 'duration: "1 hour"',
    caughtBy: [unit(consumer, "takes no longer than the time it has; the rest is redelivered")]
  },
  {
    name: "consumer-waiting-not-moved",
    what: "lets a delivery wait without saying so in the ledger",
    guarantee: "G7",
    file: "src/pipeline/WaitingQueue.ts",
    text: "from.moveTo(entry, [decoded])",
    replacement: "from.failures++",
    caughtBy: [unit(consumer, "gets its fate as soon as it is woken")]
  },
  {
    name: "consumer-rest-not-released",
    what: "leaves what had no fate in time in flight, in the ledger of a consumer that has ended",
    guarantee: "G7",
    file: "src/pipeline/Consumer.ts",
    text: "ledger.abandon()",
    replacement: "ledger.held()",
    caughtBy: [unit(consumer, "takes no longer than the time it has; the rest is redelivered")]
  },
  {
    name: "grpc-log-taken",
    what: "takes over the logger that gRPC has for all of a process, whoever the process belongs to",
    guarantee: undefined,
    file: "src/pubsub/google/GoogleClient.ts",
    text: "if (given.takesGrpcLog === true) yield*",
    replacement: "yield*",
    caughtBy: [
      unit(
        "test/pubsub/google/internal/GrpcLog.test.ts",
        "stays with gRPC, whose logger is one for the process, unless the program gives it away"
      )
    ]
  }
]
