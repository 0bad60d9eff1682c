/** Leases that are not kept, and deliveries that are settled though they are no longer ours (G1, G7). */
import { type Mutant, simulation, unit } from "../Mutant.ts"

const leases = "test/pubsub/google/internal/LeaseKeeper.test.ts"
const denied = "test/pubsub/google/internal/DeniedLeases.test.ts"
const settler = "test/pubsub/google/internal/AckQueue.test.ts"
const gathering = "test/pubsub/google/internal/AckGathering.test.ts"
const trouble = "test/ingest/ProcessorTrouble.test.ts"

/** Mutants of leases. */
export const ofLeases: ReadonlyArray<Mutant> = [
  {
    name: "lease-not-extended",
    what: "never extends a lease",
    guarantee: "G1",
    file: "src/pubsub/google/internal/LeaseKeeper.ts",
    text: "ask(extend(request))",
    replacement: "Effect.void",
    caughtBy: [unit(leases, "leases of thousands of held deliveries are kept by a few requests")]
  },
  {
    name: "expired-lease-settled",
    what: "still settles what was given up after an hour",
    guarantee: "G1",
    file: "src/pubsub/google/internal/LeaseKeeper.ts",
    text: 'ackQueue.giveBack(heldDeliveries.forget(each, "lost"))',
    replacement: "",
    caughtBy: [unit(leases, "after 60 minutes a delivery is given up")]
  },
  {
    name: "lost-lease-handled",
    what: "goes on with deliveries whose lease was lost",
    guarantee: "G7",
    file: "src/pipeline/BatchAttempt.ts",
    text: "batch.deliveries.filter(isHeld)",
    replacement: "batch.deliveries.filter(() => true)",
    caughtBy: [unit(trouble, "what could not be settled for an hour is given up")]
  },
  {
    name: "lost-lease-uncounted",
    what: "forgets to count deliveries whose lease was lost as released",
    guarantee: "G7",
    file: "src/pipeline/BatchAttempt.ts",
    text: "batch.entry.released(batch.deliveries.filter(",
    replacement: "void (batch.deliveries.filter(",
    caughtBy: [unit(trouble, "what could not be settled for an hour is given up"), simulation]
  },
  {
    name: "lost-dead-letter-published",
    what: "publishes a dead letter whose lease was lost while it stood in line, and which comes again",
    guarantee: "G3",
    file: "src/pipeline/BatchAttempt.ts",
    text: "queued.filter(({ decoded }) => isHeld(decoded))",
    replacement: "queued.filter(() => true)",
    caughtBy: [
      unit(
        "test/pipeline/BatchAttempt.test.ts",
        "a dead letter whose delivery was lost while it stood in line is not published"
      )
    ]
  },
  {
    name: "lost-leases-not-shown",
    what: "tells nobody how many leases were lost",
    guarantee: "G4",
    file: "src/ingest/StreamReadings.ts",
    text: "const { held, leasesLost, outstandingShare } = yield* subscription.status",
    replacement:
      "const { held, leasesLost, outstandingShare } = { ...(yield* subscription.status), leasesLost: 0 }",
    caughtBy: [unit(trouble, "what could not be settled for an hour is given up")]
  },
  {
    name: "denied-lease-given-up",
    what: "gives up every lease of a request that is refused because a permission is missing for a moment",
    guarantee: "G4",
    file: "src/pubsub/google/internal/LeaseCalls.ts",
    text: "if (!isAboutItsIds(reason)) return { ...nothing, denied: request }",
    replacement: "if (!isAboutItsIds(reason)) return { ...nothing, refused: request }",
    caughtBy: [unit(denied, "are held and asked for again while it lasts, and none is lost by it")]
  },
  {
    name: "denied-lease-held-for-ever",
    what: "holds what the server denies to extend though its lease has long ended",
    guarantee: "G4",
    file: "src/pubsub/google/internal/DeniedLeases.ts",
    text: "if (endsAt === undefined || endsAt > now) kept.push(each)",
    replacement: "if (endsAt === undefined || endsAt > 0) kept.push(each)",
    caughtBy: [unit(denied, "are lost, and counted, when it lasts until their lease has ended")]
  },
  {
    name: "denial-remembered",
    what: "loses a lease that was extended between two denials",
    guarantee: "G4",
    file: "src/pubsub/google/internal/DeniedLeases.ts",
    text: "for (const { ackId } of leased) this.#endsAt.delete(ackId)",
    replacement: "",
    caughtBy: [unit(denied, "are extended, they have a whole lease again")]
  },
  {
    name: "ended-lease-uncounted",
    what: "does not count a lease that had ended when its delivery was settled",
    guarantee: "G4",
    file: "src/pubsub/google/internal/AckQueue.ts",
    text: 'if (reason === "lease-lost") heldDeliveries.noteLeaseLost(delivery)',
    replacement: "",
    caughtBy: [
      unit("test/pubsub/google/LostLeases.test.ts", "too late is told as lost, and counted once"),
      unit(settler, "exactly once: permanent failures are lost")
    ]
  },
  {
    name: "settled-twice",
    what: "settles a delivery that is being settled already",
    guarantee: "G1",
    file: "src/pubsub/google/internal/HeldDeliveries.ts",
    text: "if (held === undefined || held.settleRequest !== undefined) {",
    replacement: "if (held === undefined) {",
    caughtBy: [
      unit("test/pubsub/google/internal/HeldDeliveries.test.ts", "a delivery is claimed once"),
      unit("test/pubsub/google/Interleaving.test.ts", "each delivery is settled at most once")
    ]
  },
  {
    name: "receipt-not-confirmed",
    what: "hands over exactly-once deliveries before their receipt is confirmed",
    guarantee: "G1",
    file: "src/pubsub/google/GoogleSubscriber.ts",
    text: "else if (exactlyOnce) receiptConfirmation.add(held)",
    replacement: "else if (exactlyOnce) heldDeliveries.admit(held)",
    caughtBy: [unit(settler, "exactly once: a delivery is handed over only when its receipt is confirmed")]
  },
  {
    name: "one-id-spoils-all",
    what: "gives up all acknowledgements of a request for one that the server refuses",
    guarantee: "G3",
    file: "src/pubsub/google/internal/LeaseCalls.ts",
    text: "if (request.length === 1) return",
    replacement: "if (request.length > 0) return",
    caughtBy: [unit(settler, "an id that the server refuses costs only itself")]
  },
  {
    name: "gathered-acks-not-sent-at-stop",
    what: "lets acknowledgements wait for others while the subscription is stopped",
    guarantee: "G8",
    file: "src/pubsub/google/GoogleSubscriber.ts",
    text: "    ackQueue.gatherNoMore()\n",
    replacement: "",
    caughtBy: [unit(gathering, "are sent at once when the subscription is stopped")]
  },
  {
    name: "acks-not-gathered",
    what: "sends each acknowledgement after the usual moment, however few there are",
    guarantee: "G6",
    file: "src/pubsub/google/internal/AckGathering.ts",
    text: "isGathering = this.#mayGather &&",
    replacement: "isGathering = false &&",
    caughtBy: [unit(gathering, "wait for others up to a limit")]
  },
  {
    name: "gathering-though-many",
    what: "lets many acknowledgements wait as long as few",
    guarantee: "G4",
    file: "src/pubsub/google/internal/AckQueue.ts",
    text: "if (isMany || waiting",
    replacement: "if (waiting",
    caughtBy: [unit(gathering, "go at once when they are few no more")]
  },
  {
    name: "gathering-while-full",
    what: "lets acknowledgements wait for others although they would make room",
    guarantee: "G4",
    file: "src/pubsub/google/internal/AckGathering.ts",
    text: "this.#heldDeliveries.room.share * 2",
    replacement: "0",
    caughtBy: [unit(gathering, "do not wait while half of what may be outstanding is taken")]
  },
  {
    name: "gathering-not-hurried",
    what: "lets acknowledgements wait for others while what arrives finds no room",
    guarantee: "G4",
    file: "src/pubsub/google/GoogleSubscriber.ts",
    text: "heldDeliveries.hasParked && ackQueue.hurry()",
    replacement: "undefined",
    caughtBy: [unit(gathering, "are sent at once when something arrives that finds no room")]
  },
  {
    name: "gathering-while-parked",
    what: "lets acknowledgements wait for others although deliveries wait to be handed over",
    guarantee: "G4",
    file: "src/pubsub/google/internal/AckGathering.ts",
    text: "!this.#heldDeliveries.hasParked &&",
    replacement: "",
    caughtBy: [unit(gathering, "do not wait while something is parked")]
  },
  {
    name: "look-up-keeps-permit",
    what: "looks no more payments up while acknowledgements wait for others",
    guarantee: "G5",
    file: "src/ingest/WaitingRoom.ts",
    text: "        onAnswered\n",
    replacement: "",
    caughtBy: [unit("test/ingest/WaitingRoom.test.ts", "while acknowledgements have no answer yet")]
  },
  {
    name: "gathering-within-a-key",
    what: "lets acknowledgements wait for others although the next of their keys wait for them",
    guarantee: "G2",
    file: "src/pubsub/google/internal/AckGathering.ts",
    text: "!this.#heldDeliveries.keepsOrder",
    replacement: "true",
    caughtBy: [unit(gathering, "do not wait where order is kept")]
  },
  {
    name: "empty-room-not-woken",
    what: "does not notice that a payment came into an empty waiting room",
    guarantee: "G5",
    file: "src/ingest/WaitingPayments.ts",
    text: "if (occupancy === 1) wakeUp.openUnsafe()",
    replacement: "",
    caughtBy: [
      unit(
        "test/ingest/ProcessorEarlyPayments.test.ts",
        "an early payment whose order another process stores is found on a recheck"
      )
    ]
  }
]
