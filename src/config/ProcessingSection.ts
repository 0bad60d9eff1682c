/** How much one process handles at once, and how long it waits. */
import { Duration } from "effect"
import { driverRequestsPerConnection } from "../cassandra/Limits.ts"
import {
  redriveIntervalMaxHours,
  redriveIntervalMinSeconds,
  redriveJitter,
  redriveRate
} from "../ingest/Limits.ts"
import type { ProcessingSettings } from "../ingest/ProcessingSettings.ts"
import { leaseSeconds, leaseTotalMinutes } from "../pubsub/Limits.ts"
import { byteSize } from "./parsers/ByteSize.ts"
import { durationText } from "./parsers/DurationText.ts"
import { integer } from "./parsers/Integer.ts"
import { section } from "./Section.ts"
import { withDefault } from "./Variable.ts"

/** A grace must end well before a lease is given up, or its payment never becomes a dead letter. **Units**: minutes. */
export const graceMaxMinutes = leaseTotalMinutes - 5

/** Pub/Sub's largest message: with a limit below it, such a message could never be read. **Units**: bytes. */
const greatestMessage = 10_000_000

/** The shortest grace within which the orders of a killed process certainly come again (G5). **Units**: seconds. */
export const graceSafeSeconds = 2 * leaseSeconds + 5

const heldBytes = { min: greatestMessage, max: 16 * 2 ** 30 }

/** The variables behind {@link ProcessingSettings}. */
export const processingSection = section({
  title: "Processing",
  variables: {
    maxInFlightWrites: withDefault(
      {
        name: "MAX_IN_FLIGHT_WRITES",
        meaning: `How many statements, reads included, may be sent to Cassandra and not answered yet; the driver refuses ${driverRequestsPerConnection} on one connection`,
        unit: "statements a process",
        change: "Cassandra is overloaded (lower), or far away and idle (higher)",
        see: "`MAX_RETRYING`: what waits for its next try does not count here"
      },
      integer({ min: 1, max: driverRequestsPerConnection - 1 }, "512"),
      "512"
    ),
    maxOutstandingMessages: withDefault(
      {
        name: "MAX_OUTSTANDING_MESSAGES",
        meaning:
          "How many messages may be received and not settled; at this number reading pauses. Payments in the waiting room do not count",
        unit: "messages a subscription",
        change: "A backlog should be shared more evenly among processes, or memory is short (lower)",
        see: "`MAX_OUTSTANDING_BYTES`: the limit that is reached first applies"
      },
      integer({ min: 1, max: 1_000_000 }, "10000"),
      "10000"
    ),
    maxOutstandingBytes: withDefault(
      {
        name: "MAX_OUTSTANDING_BYTES",
        meaning:
          "How many bytes of messages may be received and not settled, including attributes and ids; at this size reading pauses. Payments in the waiting room do not count",
        unit: "bytes a subscription",
        change: "Messages are large, or memory is short. The largest message of Pub/Sub must fit",
        see: "`MAX_OUTSTANDING_MESSAGES`"
      },
      byteSize(heldBytes, "64MiB"),
      "64MiB"
    ),
    maxRowBytes: withDefault(
      {
        name: "MAX_ROW_BYTES",
        meaning:
          "The size of the largest row that is written. A larger one becomes a dead letter, `store-rejected`",
        unit: "bytes",
        change:
          "Larger rows should be stored (higher), or Cassandra's `max_mutation_size` is smaller (lower; its default is half a commit-log segment, 16 MiB)"
      },
      byteSize({ min: 1024, max: 16 * 2 ** 20 }, "1MiB"),
      "1MiB"
    ),
    paymentGrace: withDefault(
      {
        name: "PAYMENT_GRACE",
        meaning:
          "The shortest time that a payment waits for its order before it becomes a dead letter; with 0 it does not wait. In `demo` it is always 3 s",
        change: "Orders are published more than this later than their payments",
        see:
          "`WAITING_ROOM_MAX`: divided by the grace, it is the highest sustained rate of unmatched payments. " +
          `Below ${graceSafeSeconds}s (two leases of ${leaseSeconds} s, because a message may be sent to a stream of the killed process once more, and 5 s to spare), orders of a killed process may come again too late`
      },
      durationText({ min: 0, max: graceMaxMinutes * 60_000 }, "30s"),
      "30s"
    ),
    waitingRoomMax: withDefault(
      {
        name: "WAITING_ROOM_MAX",
        meaning: "How many payments may wait for their order; at this number the reading of payments pauses",
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
          "How many bytes of payments may wait for their order, including attributes and ids; at this size the reading of payments pauses",
        unit: "bytes a process",
        change: "Together with `WAITING_ROOM_MAX`",
        see: "`WAITING_ROOM_MAX`: the limit that is reached first applies"
      },
      byteSize(heldBytes, "64MiB"),
      "64MiB"
    ),
    maxRetrying: withDefault(
      {
        name: "MAX_RETRYING",
        meaning:
          "How many deliveries may wait for their next try, after Cassandra or the dead-letter topic failed; at this number reading pauses",
        unit: "deliveries a subscription",
        change:
          "Rarely. Lower, fewer messages are held during an outage; higher, a short outage does not pause reading",
        see: "`MAX_IN_FLIGHT_WRITES`"
      },
      integer({ min: 1, max: 100_000 }, "2000"),
      "2000"
    ),
    shutdownTimeout: withDefault(
      {
        name: "SHUTDOWN_TIMEOUT",
        meaning:
          "How long a process that stops may finish what is in flight; the rest is released for redelivery",
        change:
          "The supervisor kills sooner. Keep it 10 s shorter than that, since connections are closed after it (terminationGracePeriodSeconds of Kubernetes is 30)"
      },
      durationText({ min: 0, max: 10 * 60_000 }, "20s"),
      "20s"
    ),
    redriveInterval: withDefault(
      {
        name: "DLQ_REDRIVE_INTERVAL",
        meaning: `How often \`run\` redrives unmatched payments from the dead-letter subscription by itself, at ${redriveRate} a second at most; each interval is up to ${redriveJitter * 100} % shorter or longer. Dead letters of other reasons and of other deployments stay. \`run --drain\` and \`demo\` do not`,
        change:
          "Orders often come later than `PAYMENT_GRACE`, and nobody should have to redrive their payments",
        see: "`PUBSUB_DLQ_SUBSCRIPTION`, from which it reads. Switch it off before ids of unmatched payments are corrected with `dlq redrive --from`: it applies originals as they are"
      },
      durationText(
        { min: redriveIntervalMinSeconds * 1000, max: redriveIntervalMaxHours * 3_600_000, zero: "off" },
        "10m"
      ),
      "0"
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
              "and 5 s): when a process is killed, its orders may come again after the grace has ended, and payments " +
              "for them become dead letters"
          : undefined
      }
    }
  ],
  settings: (values): ProcessingSettings => values
})
