/** Hosts that are slow, silent or gone, and what they cost (G4). */
import { integration, type Mutant, scenario, unit } from "../Mutant.ts"

const choice = "test/cassandra/internal/ReplicaChoice.test.ts"
const requests = "test/cassandra/internal/RoutedRequests.test.ts"
const renewal = "test/cassandra/internal/Renewal.test.ts"

/** Mutants of the choice among replicas. */
export const ofReplicas: ReadonlyArray<Mutant> = [
  {
    name: "slow-host-like-any",
    what: "chooses hosts whatever they answer, by what is in flight there alone",
    guarantee: "G4",
    file: "src/cassandra/internal/HostLoad.ts",
    text: "Math.max(latencyFloorMillis, waitedMillis(load, now), latencyAt(load, now))",
    replacement: "Math.max(latencyFloorMillis, 0 * waitedMillis(load, now))",
    caughtBy: [unit(choice, "a host that is slow by 300 ms is left within a second")]
  },
  {
    name: "latency-never-forgotten",
    what: "never goes back to a host that was slow once",
    guarantee: "G4",
    file: "src/cassandra/internal/HostLoad.ts",
    text: "latency * Math.exp((latencyAt - now) / latencyDecayMillis)",
    replacement: "latency * (latencyAt > now ? 0 : 1)",
    caughtBy: [unit(choice, "a host that is quick again gets its share again")]
  },
  {
    name: "best-of-all",
    what: "sends every request to the host that looks best, so that all go to the same",
    guarantee: "G4",
    file: "src/cassandra/internal/ReplicaChoice.ts",
    text: "if (better !== undefined || count < 3) return better",
    replacement: "if (better !== undefined && count < 3) return better",
    caughtBy: [unit(choice, "hosts that are all alike")]
  },
  {
    name: "failing-fast-pays",
    what: "takes a host that refuses everything at once for the quickest",
    guarantee: "G4",
    file: "src/cassandra/internal/RoutedRequests.ts",
    text: "if (blamesHost) latencySeen(load, now, Math.max(millis, failedAnswerMillis))",
    replacement: "if (blamesHost) latencySeen(load, now, Math.min(millis, failedAnswerMillis))",
    caughtBy: [unit(choice, "one host failing at once draws no load to itself")]
  },
  {
    name: "silent-host-unfound",
    what: "never finds a host silent",
    guarantee: "G4",
    file: "src/cassandra/internal/HostWatch.ts",
    text: "if (anotherAnswers) load.silentSince = load.waitingSince",
    replacement: "if (anotherAnswers && now < 0) load.silentSince = load.waitingSince",
    caughtBy: [unit(choice, "loses its turn within a second"), scenario("node-frozen")]
  },
  {
    name: "stuck-behind-silence",
    what: "leaves what waits for a silent host waiting there",
    guarantee: "G4",
    file: "src/cassandra/internal/HostWatch.ts",
    text: "waiting.sendElsewhere(now)",
    replacement: "void waiting",
    caughtBy: [unit(choice, "what waits for it is answered elsewhere")]
  },
  {
    name: "slow-together-is-silent",
    what: "finds hosts silent because another one that is just as slow was asked earlier",
    guarantee: "G4",
    file: "src/cassandra/internal/HostWatch.ts",
    text: "other.answeredSentAt >= suspectedAt",
    replacement: "other.answeredSentAt >= suspectedAt - 5_000",
    caughtBy: [unit(choice, "is none while nobody answers")]
  },
  {
    name: "no-sign-of-life",
    what: "takes a host for silent whose table is slow while it gives signs of life",
    guarantee: "G4",
    file: "src/cassandra/internal/HostWatch.ts",
    text: "if (isAlive) requestAnswered(load, sentAt, at)\n    else requestAbandoned(load)",
    replacement: "requestAbandoned(load)",
    caughtBy: [unit(choice, "is none whose writes take long while it gives signs of life")]
  },
  {
    name: "silent-for-good",
    what: "never asks a silent host again",
    guarantee: "G4",
    file: "src/cassandra/internal/HostWatch.ts",
    text: "now - load.probedAt >= probeMillis",
    replacement: "now - load.probedAt >= 1e9 * probeMillis",
    caughtBy: [unit(choice, "has its turn again a second after it answers")]
  },
  {
    name: "late-is-back",
    what: "gives a host its turn again for a sign of life that came too late, and takes it away again",
    guarantee: "G4",
    file: "src/cassandra/internal/HostWatch.ts",
    text: "isAlive && at - sentAt < allowedMillis(load, hosts, at)",
    replacement: "isAlive && at - sentAt < 1e6 * allowedMillis(load, hosts, at)",
    caughtBy: [unit(choice, "does not come and go")]
  },
  {
    name: "failed-try-is-the-end",
    what: "fails a request whose other try is still under way",
    guarantee: "G4",
    file: "src/cassandra/internal/RoutedRequests.ts",
    text: "if (attempt === this.#last) this.#reject(cause)",
    replacement: "this.#reject(cause)",
    caughtBy: [unit(requests, "goes on when only a try has failed that another one replaced")]
  },
  {
    name: "failed-try-is-a-success",
    what: "takes a failure of the last try for an answer, because the one before may have been stored",
    guarantee: "G1",
    file: "src/cassandra/internal/RoutedRequests.ts",
    text: "if (attempt === this.#last) this.#reject(cause)",
    replacement:
      'if (this.#last?.sendElsewhere === attempt.sendElsewhere) this.#resolve({ info: { queriedHost: "" } } as A & typeof cause)',
    caughtBy: [unit(requests, "is a success only if a try succeeded")]
  },
  {
    name: "conditional-write-twice",
    what: "sends again what must not be sent twice",
    guarantee: "G2",
    file: "src/cassandra/internal/RoutedRequests.ts",
    text: "if (this.#request.isRepeatable) load.unanswered.add(attempt)",
    replacement: "load.unanswered.add(attempt)",
    caughtBy: [unit(requests, "is sent once where it must not be sent twice")]
  },
  {
    name: "third-try-by-the-driver",
    what: "lets the driver take to a further host what was sent elsewhere already",
    guarantee: "G6",
    file: "src/cassandra/internal/CoordinatorFirst.ts",
    text: "attempt?.isSuperseded === true",
    replacement: "(attempt?.isSuperseded as unknown) === 1",
    caughtBy: [
      unit("test/cassandra/internal/CoordinatorFirst.test.ts", "not where the request was sent elsewhere")
    ]
  },
  {
    name: "prepared-in-silence",
    what: "prepares a statement on a host that does not answer, while all that need it wait",
    guarantee: "G4",
    file: "src/cassandra/internal/CoordinatorFirst.ts",
    text: "if (isResponsive(next.value)) yield next.value",
    replacement: "if (isResponsive.length < 9) yield next.value",
    caughtBy: [
      unit("test/cassandra/internal/CoordinatorFirst.test.ts", "prepares on no host that does not answer")
    ]
  },
  {
    name: "removed-host-asked",
    what: "goes on asking hosts that have left the cluster",
    guarantee: "G4",
    file: "src/cassandra/internal/LocalHosts.ts",
    text: "if (load !== undefined) load.isGone = true",
    replacement: "if (load !== undefined) load.isGone = false",
    caughtBy: [unit("test/cassandra/internal/LocalHosts.test.ts", "uses none that has left")]
  },
  {
    name: "lost-for-good",
    what: "never looks for the cluster at other addresses",
    guarantee: "G4",
    file: "src/cassandra/internal/Renewal.ts",
    text: "if (lost && wasLost) yield* renew",
    replacement: "if (lost && wasLost && failures < 0) yield* renew",
    caughtBy: [
      unit(renewal, "connects anew within 10 s where no request is answered any more"),
      integration("test/cassandra/ChangedAddress.integration.test.ts", "swallows what is sent to it")
    ]
  },
  {
    name: "standstill-is-a-loss",
    what: "connects anew after each standstill of this process",
    guarantee: undefined,
    file: "src/cassandra/internal/Renewal.ts",
    text: "wasLost = lost\n",
    replacement: "wasLost = true\n",
    caughtBy: [unit(renewal, "does not take a moment of this process's own standstill")]
  },
  {
    name: "answered-again-and-replaced",
    what: "replaces a client that is answered again",
    guarantee: undefined,
    file: "src/cassandra/internal/Renewal.ts",
    text: "if (isLost()) yield* replaceBy(attempt.success)",
    replacement: "if (isLost.length === 0) yield* replaceBy(attempt.success)",
    caughtBy: [unit(renewal, "throws the new connection away")]
  },
  {
    name: "silence-unsaid",
    what: "says nothing of a host that is silent while others answer",
    guarantee: "G4",
    file: "src/ingest/FactsEvidence.ts",
    text: "const silent = hosts.filter(({ millis }) => millis >= outageMillis)",
    replacement: "const silent = hosts.filter(({ millis }) => millis >= 1e9 * outageMillis)",
    caughtBy: [
      unit("test/ingest/HealthMonitor.test.ts", "a host that is silent while others answer is named")
    ]
  }
]
