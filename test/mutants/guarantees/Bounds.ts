/** Limits that are not kept (G6). */
import { type Mutant, scenario, simulation, unit } from "../Mutant.ts"

const early = "test/ingest/ProcessorEarlyPayments.test.ts"
const inventory = "test/pubsub/google/internal/HeldDeliveries.test.ts"
const room = "test/ingest/WaitingPayments.test.ts"

/** Mutants of G6. */
export const ofBounds: ReadonlyArray<Mutant> = [
  {
    name: "outstanding-messages-unbounded",
    what: "hands over more messages than may be outstanding",
    guarantee: "G6",
    file: "src/pubsub/google/internal/Outstanding.ts",
    text: "this.#handed.messages < this.maxMessages &&",
    replacement: "this.#handed.messages >= 0 &&",
    caughtBy: [unit(inventory, "parks what is beyond the limit on messages")]
  },
  {
    name: "outstanding-bytes-unbounded",
    what: "hands over more bytes than may be outstanding",
    guarantee: "G6",
    file: "src/pubsub/google/internal/Outstanding.ts",
    text: "this.#handed.bytes + held.bytes <= this.#limits.maxOutstandingBytes",
    replacement: "held.bytes >= 0",
    caughtBy: [unit(inventory, "one delivery larger than the limit on bytes is handed over, alone")]
  },
  {
    name: "network-never-paused",
    what: "reads from the network whatever is held already",
    guarantee: "G6",
    file: "src/pubsub/google/internal/StreamPool.ts",
    text: "if (hasRoom === isPaused) {",
    replacement: "if (hasRoom && isPaused) {",
    caughtBy: [
      unit(
        "test/pubsub/google/internal/ReconnectingStream.test.ts",
        "while the limits are reached nothing is read"
      ),
      scenario("memory-limited")
    ]
  },
  {
    name: "waiting-room-unbounded",
    what: "lets any number of payments wait",
    guarantee: "G6",
    file: "src/ingest/WaitingPayments.ts",
    text: "Semaphore.make(options.maxMessages)",
    replacement: "Semaphore.make(2 ** 31)",
    caughtBy: [unit(room, "a full room lets nobody in until somebody is dismissed"), simulation]
  },
  {
    name: "waiting-room-bytes-unbounded",
    what: "lets any number of bytes wait",
    guarantee: "G6",
    file: "src/ingest/WaitingPayments.ts",
    text: "Semaphore.make(options.maxBytes)",
    replacement: "Semaphore.make(2 ** 31)",
    caughtBy: [
      unit(room, "bytes are bounded as messages are"),
      unit(early, "the waiting room's limit on bytes counts too")
    ]
  },
  {
    name: "waiting-room-bytes-of-data-alone",
    what: "counts the data alone of what waits, however large its attributes",
    guarantee: "G6",
    file: "src/ingest/WaitingPayments.ts",
    text: "Math.min(decoded.delivery.bytes, options.maxBytes)",
    replacement: "Math.min(decoded.delivery.data.length, options.maxBytes)",
    caughtBy: [unit(room, "bytes are those of attributes, ordering key and ids too")]
  },
  {
    name: "delivered-bytes-without-ids",
    what: "counts a delivery without its ids, which weigh as much as a payment",
    guarantee: "G6",
    file: "src/pubsub/MessageLimits.ts",
    text: "encodedBytes(message) + framed(messageId.length) + framed(ackId.length)",
    replacement: "encodedBytes(message) + 0 * messageId.length * ackId.length",
    caughtBy: [unit(room, "bytes are those of attributes, ordering key and ids too")]
  },
  {
    name: "door-without-limit",
    what: "does not count payments that stand before a full waiting room as outstanding",
    guarantee: "G6",
    file: "src/ingest/WaitingRoom.ts",
    text: "blockedAdmissions++",
    replacement: "blockedAdmissions++\n      yield* options.payments.setAside([payment.delivery])",
    caughtBy: [unit(early, "a full waiting room pauses payments and nothing else")]
  },
  {
    name: "guests-count-as-outstanding",
    what: "counts payments in the waiting room as outstanding, so that they stop the intake",
    guarantee: "G5",
    file: "src/ingest/WaitingRoom.ts",
    text: "yield* options.payments.setAside([payment.delivery])",
    replacement: "",
    caughtBy: [unit(early, "payments in the waiting room leave their places to others")]
  },
  {
    name: "response-kept-for-one-message",
    what: "keeps a whole response of the network in memory for one message of it that waits",
    guarantee: "G6",
    file: "src/pubsub/Message.ts",
    text: "delivery.data = new Uint8Array(data)",
    replacement: "delivery.data = data",
    caughtBy: [unit("test/pubsub/Message.test.ts", "keeps its own bytes in memory")]
  },
  {
    name: "response-kept-for-dead-letter",
    what: "keeps a whole response of the network in memory for one dead letter on its way",
    guarantee: "G6",
    file: "src/pipeline/DeadLetterQueue.ts",
    text: "copyOutOfResponse(group.map(({ letter }) => letter.delivery))",
    replacement: "",
    caughtBy: [
      unit(
        "test/pipeline/DeadLetterQueue.test.ts",
        "keeps its own bytes in memory, not the response it came in"
      )
    ]
  },
  {
    name: "dead-letters-without-bound",
    what: "publishes any number of dead letters at once",
    guarantee: "G6",
    file: "src/pipeline/DeadLetterQueue.ts",
    text: "Semaphore.make(maxPublishing)",
    replacement: "Semaphore.make(2 ** 31)",
    caughtBy: [unit("test/pipeline/Pipeline.test.ts", "no more dead letters are on their way than may be")]
  },
  {
    name: "in-flight-unbounded",
    what: "sends any number of statements at once",
    guarantee: "G6",
    file: "src/cassandra/internal/RequestQueue.ts",
    text: "inFlight === 0 || inFlight + statements <= adaptive.current()",
    replacement: "inFlight === 0 || inFlight + statements <= 2 ** 31",
    caughtBy: [
      unit(
        "test/cassandra/internal/RequestQueue.test.ts",
        "no more statements are at the driver than allowed"
      )
    ]
  },
  {
    name: "interrupted-statement-forgotten",
    what: "forgets a statement whose caller was interrupted while it is at the driver",
    guarantee: "G6",
    file: "src/cassandra/internal/RequestQueue.ts",
    text: "return void go()",
    replacement: "{\n        go()\n        return () => release(statements)\n      }",
    caughtBy: [
      unit(
        "test/cassandra/internal/RequestQueue.test.ts",
        "an interrupted caller frees its permits only when the driver has answered"
      )
    ]
  },
  {
    name: "frames-kept-for-ever",
    what: "keeps every frame of the recorder",
    guarantee: "G6",
    file: "src/telemetry/FrameRing.ts",
    text: "this.#bytes > framesBytesMax || this.#frames.length - this.#first > framesMax",
    replacement: "this.#bytes < 0",
    caughtBy: [
      unit("test/telemetry/FrameRing.test.ts", "keeps the frames of an hour, the newest"),
      unit("test/telemetry/Recorder.test.ts", "10,000 more frames than an hour's")
    ]
  },
  {
    name: "page-under-any-name",
    what: "shows the page under a name that somebody else gives to this machine",
    guarantee: undefined,
    file: "src/http/PageAccess.ts",
    text: "if (isLoopback(asked)) return undefined",
    replacement: 'if (asked !== "") return undefined',
    caughtBy: [
      unit("test/http/Page.test.ts", "a name that somebody else can give to this machine is refused")
    ]
  },
  {
    name: "any-cookie-will-do",
    what: "shows dead letters beyond loopback to whoever sends any cookie of ours",
    guarantee: undefined,
    file: "src/http/PageAccess.ts",
    text: "!isCookieOf(token, cookie)",
    replacement: "cookie === undefined",
    caughtBy: [unit("test/http/Page.test.ts", "beyond loopback whoever knows HTTP_TOKEN sees dead letters")]
  },
  {
    name: "incident-files-for-all-slow-readers",
    what: "holds an incident file in memory for each reader, however slow",
    guarantee: "G6",
    file: "src/http/IncidentRoute.ts",
    text: "underWay >= incidentAnswersMax",
    replacement: "underWay < 0",
    caughtBy: [
      unit("test/http/IncidentRoute.test.ts", "files that nobody reads to their end are two at most")
    ]
  },
  {
    name: "incident-reader-for-ever",
    what: "keeps a place for who reads an incident file, however long that takes",
    guarantee: "G6",
    file: "src/http/IncidentRoute.ts",
    text: "Effect.sync(() => response.destroy())",
    replacement: "Effect.sync(() => response.closed)",
    caughtBy: [unit("test/http/IncidentRoute.test.ts", "one that is not read within a minute is ended")]
  },
  {
    name: "incident-waits-for-checks",
    what: "saves no incident file before the last check has ended",
    guarantee: "G6",
    file: "src/http/IncidentChecks.ts",
    text: "duration: Duration.millis(incidentChecksMillis)",
    replacement: "duration: Duration.millis(incidentChecksMillis * 100)",
    caughtBy: [
      unit("test/http/Incident.test.ts", "is saved without the checks where they do not end in time")
    ]
  }
]
