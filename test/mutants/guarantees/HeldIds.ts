/** Ids that are not held, reasons that are not told, counts that do not add up, options that are not checked. */
import { type Mutant, unit } from "../Mutant.ts"

const heldIds = "test/pubsub/google/internal/HeldIds.test.ts"
const settler = "test/pubsub/google/internal/AckQueue.test.ts"
const options = "test/pubsub/Options.test.ts"

/** Mutants of what is held by id, and of what callers are told. */
export const ofHeldIds: ReadonlyArray<Mutant> = [
  {
    name: "held-ids-not-extended",
    what: "never extends the lease of what is held by id",
    guarantee: "G6",
    file: "src/pubsub/google/internal/LeaseKeeper.ts",
    text: "heldIds.takeDue(now).map((ackId) => ({ ackId }))",
    replacement: "heldIds.takeDue(now).slice(0, 0).map((ackId) => ({ ackId }))",
    caughtBy: [unit(heldIds, "the leases of thousands of ids are kept")]
  },
  {
    name: "unanswered-ids-forgotten",
    what: "does not ask again for the lease of ids when the server was away",
    guarantee: "G4",
    file: "src/pubsub/google/internal/LeaseKeeper.ts",
    text: "heldIds.extendSoon(idsOf(unanswered))",
    replacement: "heldIds.extendSoon(idsOf(unanswered.slice(0, 0)))",
    caughtBy: [unit(heldIds, "an extension that fails for a moment is asked for again")]
  },
  {
    name: "late-extension-shortens-lease",
    what: "believes in the long lease of an id, though a shorter extension was on its way when it became held",
    guarantee: "G6",
    file: "src/pubsub/google/internal/LeaseKeeper.ts",
    text: "heldIds.extendSoon(idsOf(due))",
    replacement: "",
    caughtBy: [unit(heldIds, "an extension that was on its way when the ids became held")]
  },
  {
    name: "held-ids-unbounded",
    what: "holds any number of ids",
    guarantee: "G6",
    file: "src/pubsub/google/internal/IdHolding.ts",
    text: "if (count + held.length > max) {",
    replacement: "if (count + held.length > max + 1_000_000) {",
    caughtBy: [unit(heldIds, "no more ids are held than the bound")]
  },
  {
    name: "held-ids-unbounded-in-memory",
    what: "holds any number of ids of the embedded Pub/Sub",
    guarantee: "G6",
    file: "src/pubsub/memory/internal/Holding.ts",
    text: "if (count + held.size > max) {",
    replacement: "if (count + held.size > max + 1_000_000) {",
    caughtBy: [unit("test/pubsub/memory/MemoryPubSub.test.ts", "no more ids are held than the bound")]
  },
  {
    name: "held-ids-left-at-close",
    what: "leaves what is held by id to its lease when the subscription is closed",
    guarantee: "G8",
    file: "src/pubsub/google/internal/AckQueue.ts",
    text: "giveBackIds: () => enqueue(0, heldIds.claim(heldIds.ids(), new SettleRequest(true))),",
    replacement: "giveBackIds: () => {},",
    caughtBy: [unit(heldIds, "closing releases all that is held by id")]
  },
  {
    name: "lost-lease-told-as-settled",
    what: "says of a lost lease that the delivery was settled already",
    guarantee: "G7",
    file: "src/pubsub/google/internal/HeldDeliveries.ts",
    text: 'this.#leasesLost.has(delivery) ? "lease-lost" : "already-settled"',
    replacement: 'this.#leasesLost.has(delivery) ? "already-settled" : "already-settled"',
    caughtBy: [
      unit("test/pubsub/google/internal/LeaseKeeper.test.ts", "after 60 minutes a delivery is given up")
    ]
  },
  {
    name: "ended-id-uncounted",
    what: "does not count a lease that had ended when its id was settled",
    guarantee: "G4",
    file: "src/pubsub/google/internal/HeldIdTable.ts",
    text: 'if (reason === "lease-lost") this.#noteLost(ackId)',
    replacement: "",
    caughtBy: [unit("test/pubsub/google/LostLeases.test.ts", "too late is told as lost, and counted once")]
  },
  {
    name: "refused-told-as-unanswered",
    what: "says of an id that the server refuses that there was no answer",
    guarantee: "G7",
    file: "src/pubsub/google/internal/AckQueue.ts",
    text: 'answered(verb, each, "refused")',
    replacement: 'answered(verb, each, "unanswered")',
    caughtBy: [unit(settler, "an id that the server refuses costs only itself")]
  },
  {
    name: "aside-uncounted",
    what: "does not count what becomes of deliveries that were set aside",
    guarantee: "G7",
    file: "src/pubsub/google/internal/HeldDeliveries.ts",
    text: 'if (held.place !== "parked") this.counts[end] += 1',
    replacement: 'if (held.place === "handed") this.counts[end] += 1',
    caughtBy: [unit("test/pubsub/google/Interleaving.test.ts", "and the counts add up")]
  },
  {
    name: "crash-uncounted-in-memory",
    what: "forgets what a closed subscription of the embedded Pub/Sub held",
    guarantee: "G7",
    file: "src/pubsub/memory/internal/Holding.ts",
    text: 'this.counts[released ? "released" : "lost"] += 1',
    replacement: "if (released) this.counts.released += 1",
    caughtBy: [unit("test/pubsub/memory/Interleaving.test.ts", "and the counts add up")]
  },
  {
    name: "lease-option-unchecked",
    what: "opens a subscription whose leases are extended only once before they end",
    guarantee: "G1",
    file: "src/pubsub/SubscriptionOptions.ts",
    text: "2 * extendMillis > seconds * 1000",
    replacement: "extendMillis > seconds * 1000",
    caughtBy: [unit(options, "are refused, and why: ")]
  },
  {
    name: "retired-stream-paused",
    what: "stops reading a stream that it has asked to end, and so cuts off what is on the wire",
    guarantee: "G1",
    file: "src/pubsub/google/internal/PullStream.ts",
    text: "if (!this.#isRetired) this.#call.pause()",
    replacement: "this.#call.pause()",
    caughtBy: [unit(heldIds, "read out although reading is paused")]
  },
  {
    name: "deleted-topic-is-live",
    what: "describes a subscription whose topic was deleted as reading from a topic",
    guarantee: "G4",
    file: "src/pubsub/google/internal/ResourceInfo.ts",
    text: "topic === deletedTopic ? Option.none()",
    replacement: "topic === deletedTopic.toUpperCase() ? Option.none()",
    caughtBy: [unit("test/pubsub/google/GoogleAdmin.test.ts", "whose topic was deleted has none")]
  },
  {
    name: "no-permissions-is-an-error",
    what: "fails where a server knows no permissions",
    guarantee: undefined,
    file: "src/pubsub/google/GoogleAdmin.ts",
    text: "codeOf(reason.cause) === Status.Unimplemented",
    replacement: "codeOf(reason.cause) === Status.AlreadyExists",
    caughtBy: [unit("test/pubsub/google/GoogleAdmin.test.ts", "says that it is unsupported")]
  }
]
