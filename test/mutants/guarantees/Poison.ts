/** Bad messages that cost their neighbours something, or are changed on their way to the dead letters (G3). */
import { type Mutant, scenario, simulation, unit } from "../Mutant.ts"

const letters = "test/deadletters/DeadLetterMessage.test.ts"
const trouble = "test/ingest/ProcessorTrouble.test.ts"

/** Mutants of G3. */
export const ofPoison: ReadonlyArray<Mutant> = [
  {
    name: "poison-fails-its-batch",
    what: "dead-letters a whole batch for one message in it that cannot be read",
    guarantee: "G3",
    file: "src/pipeline/BatchAttempt.ts",
    text: "Result.isFailure(decoded.decoded)\n      ? Result.fail(decoded.decoded.failure)",
    replacement:
      "deliveries.some((each) => Result.isFailure(each.decoded))\n      ? deliveries.map((each) => each.decoded).find(Result.isFailure)",
    caughtBy: [
      unit(trouble, "becomes one dead letter while its neighbours flow"),
      simulation,
      scenario("hot-poison")
    ]
  },
  {
    name: "rejected-row-fails-its-batch",
    what: "leaves the rows of a batch unwritten for one that is too large",
    guarantee: "G3",
    file: "src/facts/CassandraFailure.ts",
    text: '"MutationTooLarge",\n  "RequestInvalid",',
    replacement: '"RequestInvalid",',
    caughtBy: [unit("test/facts/GroupedAnswers.test.ts", "a row that makes its batch fail is rejected alone")]
  },
  {
    name: "large-value-is-an-outage",
    what: "holds a row for ever that is larger than the cluster takes",
    guarantee: "G3",
    file: "src/facts/RowFailure.ts",
    text: "return failed(new RowRejected({ detail, cause: error }))",
    replacement: "return failed(new FactStoreUnavailable({ detail, cause: error }))",
    caughtBy: [
      unit("test/facts/GroupedAnswers.test.ts", "a row that makes its batch fail is rejected alone"),
      scenario("column-value-too-long")
    ]
  },
  {
    name: "rejected-winner-takes-all",
    what: "dead-letters all payments for an order when the winner among them cannot be stored",
    guarantee: "G3",
    file: "src/ingest/PaymentHandler.ts",
    text: 'if (error.reason._tag === "FactStoreUnavailable") {',
    replacement: "if (error.operation.length > 0) {",
    caughtBy: [unit(trouble, "a payment the table refuses takes no other payment for its order with it")]
  },
  {
    name: "neighbours-wait-for-dead-letters",
    what: "acknowledges what is stored only after the dead letters beside it are published",
    guarantee: "G3",
    file: "src/pipeline/BatchAttempt.ts",
    text: "yield* ack(disposed.fated, batch)",
    replacement:
      "if (disposed.deadLetters.length > 0) yield* options.deadLetters.publish(disposed.deadLetters.map(({ letter }) => letter))\n    yield* ack(disposed.fated, batch)",
    caughtBy: [unit(trouble, "a slow dead-letter topic delays no neighbour's acknowledgement")]
  },
  {
    name: "lookups-wait-for-dead-letters",
    what: "looks up no payment that waits while dead letters of others are published",
    guarantee: "G3",
    file: "src/ingest/WaitingRoom.ts",
    text: "yield* FiberSet.run(fibers, lookUp(due))",
    replacement: "yield* lookUp(due)",
    caughtBy: [
      unit("test/ingest/ProcessorSlowDeadLetters.test.ts", "a payment is matched within 1 s of its order")
    ]
  },
  {
    name: "dead-letters-keep-their-slot",
    what: "publishes dead letters in the slot that other batches need",
    guarantee: "G3",
    file: "src/pipeline/DeadLetterQueue.ts",
    text: "yield* FiberSet.run(options.fibers, publish(group, entry))",
    replacement: "yield* publish(group, entry)",
    caughtBy: [
      unit(
        "test/ingest/ProcessorSlowDeadLetters.test.ts",
        "a batch whose dead letters publish slowly frees its slot"
      ),
      unit(
        "test/pipeline/Pipeline.test.ts",
        "batches whose dead letters publish slowly leave their slots to others"
      )
    ]
  },
  {
    name: "dead-letter-bytes-changed",
    what: "publishes a dead letter's bytes as text, so that what is no UTF-8 is replaced",
    guarantee: "G3",
    file: "src/deadletters/DeadLetterMessage.ts",
    text: "return { data, attributes: Object.fromEntries(",
    replacement: "return { data: Buffer.from(Buffer.from(data).toString()), attributes: Object.fromEntries(",
    caughtBy: [
      unit(letters, "whatever the message was, its dead letter breaks no limit"),
      unit(trouble, "becomes one dead letter while its neighbours flow"),
      scenario("hot-poison")
    ]
  },
  {
    name: "dlq-attributes-trusted",
    what: "keeps dlq- attributes that came with the message",
    guarantee: "G3",
    file: "src/deadletters/DeadLetterMessage.ts",
    text: "if (key.startsWith(deadLetterPrefix)) continue",
    replacement: "",
    caughtBy: [unit(letters, "replaces incoming dlq- attributes")]
  },
  {
    name: "reserved-attribute-dropped",
    what: "drops the attributes that say how a message is encoded, because the service refuses their names",
    guarantee: "G3",
    file: "src/deadletters/DeadLetterMessage.ts",
    text: "if (isReserved(key)) first.push([originalPrefix + key, value])",
    replacement: "if (isReserved(key)) first.length += 0",
    caughtBy: [unit(letters, "keeps attributes with reserved names")]
  },
  {
    name: "no-second-look",
    what: "stores an integer as JavaScript rounds it",
    guarantee: "G3",
    file: "src/domain/Decoder.ts",
    text: "readExactly(text, json, integers)",
    replacement: "void readExactly",
    caughtBy: [
      unit("test/domain/ExactIntegers.test.ts", "is exactly what is written, or refused"),
      unit("test/ingest/Payloads.test.ts")
    ]
  },
  {
    name: "second-look-at-digits-in-a-row-only",
    what: "takes a number whose digits a point divides for an exact one",
    guarantee: "G3",
    file: "src/domain/ExactIntegers.ts",
    text: "(code >= zero && code <= nine) || code === point",
    replacement: "code >= zero && code <= nine",
    caughtBy: [unit("test/domain/ExactIntegers.test.ts", "is right beside every power")]
  },
  {
    name: "second-look-too-late",
    what: "takes a number of 17 digits for one that a double always holds",
    guarantee: "G3",
    file: "src/domain/ExactIntegers.ts",
    text: "const longDigits = 16",
    replacement: "const longDigits = 20",
    caughtBy: [unit("test/domain/ExactIntegers.test.ts", "is right beside every power")]
  },
  {
    name: "zero-trusted",
    what: "takes a number that is too small for a double for zero",
    guarantee: "G3",
    file: "src/domain/Decoder.ts",
    text: "hasZero: ({ customer_id }) => customer_id === 0n",
    replacement: "hasZero: () => false",
    caughtBy: [unit("test/domain/ExactIntegers.test.ts", "is exactly that, or refused")]
  },
  {
    name: "refused-message-spoils-request",
    what: "gives up a whole publish request for one message that the server refuses",
    guarantee: "G3",
    file: "src/pubsub/google/GooglePublisher.ts",
    text: "&& request.length > 1",
    replacement: "&& request.length < 0",
    caughtBy: [
      unit(
        "test/pubsub/google/GooglePublisher.test.ts",
        "a message that only the server refuses costs no neighbour"
      )
    ]
  },
  {
    name: "row-size-unchecked",
    what: "sends rows of any size",
    guarantee: "G3",
    file: "src/ingest/RowSize.ts",
    text: "if (item.bytes <= maxRowBytes) return undefined",
    replacement: "if (item.bytes >= 0) return undefined",
    caughtBy: [unit("test/ingest/RowSize.test.ts"), simulation]
  }
]
