/** What `doctor` does not find, or tells though it must not. */
import { integration, type Mutant, unit } from "../Mutant.ts"

const pubSub = "test/checks/PubSubChecks.test.ts"
const live = "test/checks/live/LiveProofs.test.ts"
const manifests = "test/checks/manifests/ManifestChecks.test.ts"
const scalers = "test/checks/manifests/ScalerChecks.test.ts"
const scalerMetrics = "test/checks/manifests/ScalerMetrics.test.ts"

/** Mutants of `doctor`. */
export const ofDoctor: ReadonlyArray<Mutant> = [
  {
    name: "longest-backoff-ignored",
    what: "looks at the shortest backoff of a retry policy on orders, and not at the longest",
    guarantee: "G5",
    file: "src/checks/DeliveryChecks.ts",
    text: "Duration.max(maximumBackoff, minimumBackoff)",
    replacement: "minimumBackoff",
    caughtBy: [unit(pubSub, "a retry policy whose longest backoff is above 10 s, on orders")]
  },
  {
    name: "letters-kept-by-nobody",
    what: "finds nothing in a dead-letter topic without a subscription",
    guarantee: "G1",
    file: "src/checks/ResourceChecks.ts",
    text: "names.length > 0",
    replacement: "names.length >= 0",
    caughtBy: [unit(pubSub, "a dead-letter topic without any subscription")]
  },
  {
    name: "unread-hides-problems",
    what: "says of several things that one could not be read, in place of what was found of another",
    guarantee: undefined,
    file: "src/checks/Check.ts",
    text: "return problems.length > 0 ? problems : (unmade ?? [])",
    replacement: "return unmade ?? problems",
    caughtBy: [unit(pubSub, "a problem of one is found, though another cannot be read")]
  },
  {
    name: "elsewhere-is-missing",
    what: "takes a variable that comes from a ConfigMap elsewhere for one that is missing",
    guarantee: undefined,
    file: "src/checks/manifests/ManifestReading.ts",
    text: "environment.isComplete ||",
    replacement: "true ||",
    caughtBy: [unit(manifests, "nothing missing where a ConfigMap is not among the files")]
  },
  {
    name: "pre-stop-forgotten",
    what: "forgets that a preStop takes time away from the stop",
    guarantee: "G8",
    file: "src/checks/manifests/PodChecks.ts",
    text: "(given ?? kubernetesGraceSeconds) - waits",
    replacement: "(given ?? kubernetesGraceSeconds) - 0 * waits",
    caughtBy: [unit(manifests, "one that a preStop takes away, where none is given")]
  },
  {
    name: "unknown-metric-scales",
    what: "takes every metric that an autoscaler's query names for one that run exports",
    guarantee: undefined,
    file: "src/checks/manifests/ScalerChecks.ts",
    text: "if (series.has(name) || isQuery) return series.has(name)",
    replacement: "if (series.has(name) || isQuery) return true",
    caughtBy: [unit(scalerMetrics, "a name that is near to none")]
  },
  {
    name: "window-forgets-grace",
    what: "finds nothing in an autoscaler that takes processes away before the grace of their payments is over",
    guarantee: "G5",
    file: "src/checks/manifests/ScalerChecks.ts",
    text: "|| window > grace)",
    replacement: "|| window > 0 * grace)",
    caughtBy: [unit(scalers, "a window no longer than the grace")]
  },
  {
    name: "secret-has-origin",
    what: "shows a secret with where it came from",
    guarantee: undefined,
    file: "src/config/Origins.ts",
    text: "doc.secret === true ? undefined : shownValue(variable, text)",
    replacement: "doc.secret === true ? text : text",
    caughtBy: [unit("test/config/Origins.test.ts", "is told of a secret too, but not the secret")]
  },
  {
    name: "never-strict",
    what: "lets warnings pass whoever asks",
    guarantee: undefined,
    file: "src/cli/commands/Doctor.ts",
    text: "strict || isFatal(finding)",
    replacement: "(strict && isFatal(finding)) || isFatal(finding)",
    caughtBy: [unit("test/cli/DoctorFiles.test.ts", "fails on a warning only with --strict")]
  },
  {
    name: "scratch-in-use-removed",
    what: "removes what another doctor has made a moment ago",
    guarantee: undefined,
    file: "src/checks/live/ScratchNames.ts",
    text: "Number(seconds) * 1000 > scratchLeftMillis",
    replacement: "Number(seconds) * 1000 >= 0 * scratchLeftMillis",
    caughtBy: [
      unit("test/checks/live/ScratchNames.test.ts", "tell after an hour"),
      unit(
        "test/checks/live/ScratchTopics.test.ts",
        "of a doctor that was killed are left behind after an hour"
      )
    ]
  },
  {
    name: "scratch-left-behind",
    what: "forgets what it has made, and leaves it behind",
    guarantee: "G6",
    file: "src/checks/live/Scratch.ts",
    text: "this.#things.push(thing)",
    replacement: "void thing",
    caughtBy: [unit("test/checks/live/ScratchTopics.test.ts", "are made, and removed again")]
  },
  {
    name: "abandoned-is-released",
    what: "gives back what is abandoned, so that no lease has to end",
    guarantee: "G1",
    file: "src/pubsub/memory/internal/Consumption.ts",
    text: "if (forgets) this.#holding.loseAll()",
    replacement: "if (forgets) this.#holding.releaseAll()",
    caughtBy: [
      unit("test/pubsub/memory/MemoryPubSub.test.ts", "what is abandoned comes again when its lease ends")
    ]
  },
  {
    name: "abandoned-lease-kept",
    what: "goes on extending the leases of what is abandoned",
    guarantee: "G1",
    file: "src/pubsub/google/GoogleSubscriber.ts",
    text: "heldDeliveries.abandon()",
    replacement: "void heldDeliveries",
    caughtBy: [
      integration(
        "test/pubsub/google/GoogleSubscriber.integration.test.ts",
        "what is abandoned comes again when its lease ends"
      )
    ]
  },
  {
    name: "lost-lease-row-unread",
    what: "calls it proved that a message which came again changed nothing, whatever it has changed",
    guarantee: "G2",
    file: "src/checks/live/LostLeaseProof.ts",
    text: "found?.orderVersion !== version",
    replacement: "found === undefined && version === 0n",
    caughtBy: [unit(live, "finds a table that keeps another version when a message comes again")]
  },
  {
    name: "letter-uncompared",
    what: "calls a dead letter whole, whatever bytes it has",
    guarantee: "G3",
    file: "src/checks/live/DeadLetterProof.ts",
    text: "!Buffer.from(delivery.data).equals(Buffer.from(original.data))",
    replacement: "delivery.data.length === 0",
    caughtBy: [unit(live, "finds dead letters that have other bytes")]
  }
]
