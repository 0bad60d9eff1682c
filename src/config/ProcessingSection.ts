/** How much one process takes on, and for how long it waits. */
import { Duration } from "effect"
import { driverRequestsPerConnection } from "../cassandra/Limits.ts"
import type { ProcessingSettings } from "../ingest/ProcessingSettings.ts"
import { leaseSeconds, leaseTotalMinutes } from "../pubsub/Limits.ts"
import { byteSize } from "./parsers/ByteSize.ts"
import { durationText } from "./parsers/DurationText.ts"
import { integer } from "./parsers/Integer.ts"
import { section } from "./Section.ts"
import { withDefault } from "./Variable.ts"

/** A grace must end well before a lease is given up, or its payment never becomes a dead letter. **Units**: minutes. */
const graceMaxMinutes = leaseTotalMinutes - 5

/** Pub/Sub's greatest message: a bound below it could never let one in. **Units**: bytes. */
const greatestMessage = 10_000_000

/** The shortest grace in which the orders of a killed process surely come back (G5). **Units**: seconds. */
export const graceSafeSeconds = 2 * leaseSeconds + 5

const heldBytes = { min: greatestMessage, max: 16 * 2 ** 30 }

/** The variables behind {@link ProcessingSettings}. */
export const processingSection = section({
  title: "Processing",
  variables: {
    maxInFlightWrites: withDefault(
      {
        name: "MAX_IN_FLIGHT_WRITES",
        meaning: `Writes sent to Cassandra and not answered; the driver refuses ${driverRequestsPerConnection} on one connection`,
        unit: "writes a process",
        change: "Lower when Cassandra is overloaded; higher when it is far away and idle",
        see: "`MAX_RETRYING`: a write that waits for another try gives its place back"
      },
      integer({ min: 1, max: driverRequestsPerConnection - 1 }, "512"),
      "512"
    ),
    maxOutstandingMessages: withDefault(
      {
        name: "MAX_OUTSTANDING_MESSAGES",
        meaning: "Messages received and not settled before reading pauses, the waiting room apart",
        unit: "messages a subscription",
        change: "Lower to share a backlog more evenly among processes, or to save memory",
        see: "`MAX_OUTSTANDING_BYTES`: the bound reached first holds"
      },
      integer({ min: 1, max: 1_000_000 }, "10000"),
      "10000"
    ),
    maxOutstandingBytes: withDefault(
      {
        name: "MAX_OUTSTANDING_BYTES",
        meaning:
          "Bytes of messages received and not settled before reading pauses, attributes and ids included, the waiting room apart",
        unit: "bytes a subscription",
        change: "Messages are large, or memory is scarce; must hold Pub/Sub's greatest message",
        see: "`MAX_OUTSTANDING_MESSAGES`"
      },
      byteSize(heldBytes, "64MiB"),
      "64MiB"
    ),
    maxRowBytes: withDefault(
      {
        name: "MAX_ROW_BYTES",
        meaning: "The largest row that is written; a larger one becomes a dead letter, `store-rejected`",
        unit: "bytes",
        change:
          "Cassandra's `max_mutation_size` is smaller (its default is half a commit-log segment, 16 MiB)"
      },
      byteSize({ min: 1024, max: 16 * 2 ** 20 }, "1MiB"),
      "1MiB"
    ),
    paymentGrace: withDefault(
      {
        name: "PAYMENT_GRACE",
        meaning:
          "For how long a payment waits for its order at least, before it becomes a dead letter; 0: not at all",
        change: "Orders are published later than their payments by more than this",
        see:
          "`WAITING_ROOM_MAX`: the room divided by the grace is the highest sustained rate of unmatched payments. " +
          `Below ${graceSafeSeconds}s, a killed process's orders may come back too late`
      },
      durationText({ min: 0, max: graceMaxMinutes * 60_000 }, "30s"),
      "30s"
    ),
    waitingRoomMax: withDefault(
      {
        name: "WAITING_ROOM_MAX",
        meaning: "Payments waiting for their order before the reading of payments pauses",
        unit: "payments a process",
        change: "Many payments come early, or `PAYMENT_GRACE` is long",
        see: "`PAYMENT_GRACE`, `WAITING_ROOM_BYTES`"
      },
      integer({ min: 1, max: 1_000_000 }, "20000"),
      "20000"
    ),
    waitingRoomBytes: withDefault(
      {
        name: "WAITING_ROOM_BYTES",
        meaning:
          "Bytes of payments waiting for their order before the reading of payments pauses, attributes and ids included",
        unit: "bytes a process",
        change: "Together with `WAITING_ROOM_MAX`",
        see: "`WAITING_ROOM_MAX`: the bound reached first holds"
      },
      byteSize(heldBytes, "64MiB"),
      "64MiB"
    ),
    maxRetrying: withDefault(
      {
        name: "MAX_RETRYING",
        meaning:
          "Deliveries of a subscription waiting for another try, after Cassandra or the dead-letter topic failed, before its reading pauses",
        unit: "deliveries a subscription",
        change:
          "Rarely: lower holds fewer messages through an outage, higher rides out short ones without a pause",
        see: "`MAX_IN_FLIGHT_WRITES`"
      },
      integer({ min: 1, max: 100_000 }, "2000"),
      "2000"
    ),
    shutdownTimeout: withDefault(
      {
        name: "SHUTDOWN_TIMEOUT",
        meaning:
          "For how long a stopping process finishes what is in flight; the rest is released for redelivery",
        change:
          "The supervisor kills sooner: keep it 10 s below, as closing connections follows (Kubernetes' terminationGracePeriodSeconds is 30)"
      },
      durationText({ min: 0, max: 10 * 60_000 }, "20s"),
      "20s"
    )
  },
  relations: [
    {
      of: ["paymentGrace"],
      severity: "warning",
      broken: ({ paymentGrace }, given) => {
        const millis = Duration.toMillis(paymentGrace)
        return millis > 0 && millis < graceSafeSeconds * 1000
          ? `${given.paymentGrace ?? "PAYMENT_GRACE"} is below ${graceSafeSeconds}s (two leases of ${leaseSeconds} s ` +
              "and 5 s): when a process is killed, its orders may come back after the grace has ended, and payments " +
              "for them become dead letters. A redrive mends those"
          : undefined
      }
    }
  ],
  settings: (values): ProcessingSettings => values
})
