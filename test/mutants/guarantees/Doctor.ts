/** What `doctor` does not find, or tells though it must not. */
import { type Mutant, unit } from "../Mutant.ts"

const pubSub = "test/checks/PubSubChecks.test.ts"
const manifests = "test/checks/manifests/ManifestChecks.test.ts"

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
  }
]
