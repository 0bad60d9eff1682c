/** Set-up errors that are not found, or not named (G4). */
import { type Mutant, unit } from "../Mutant.ts"

const cluster = "test/checks/ClusterChecks.test.ts"
const schema = "test/checks/CassandraChecks.test.ts"
const login = "test/cassandra/internal/Login.test.ts"

/** Mutants of what is checked at the start, and of logins. */
export const ofSetUp: ReadonlyArray<Mutant> = [
  {
    name: "any-right-will-do",
    what: "takes the right to read for the right to write",
    guarantee: undefined,
    file: "src/checks/RightsChecks.ts",
    text: "grant.permission === permission && wide.has(grant.resource)",
    replacement: "wide.has(grant.resource)",
    caughtBy: [unit(cluster, "a role that may not write")]
  },
  {
    name: "denied-write-not-heeded",
    what: "believes the grants where the cluster denies a write",
    guarantee: undefined,
    file: "src/checks/RightsChecks.ts",
    text: "isKnown && table === plan.factTable ? !isDenied : isGranted",
    replacement: "isKnown && table === plan.factTable && !isDenied ? true : isGranted",
    caughtBy: [unit(cluster, "a role whose write is denied, whatever is granted")]
  },
  {
    name: "refused-write-times-not-heeded",
    what: "does not heed what the cluster says to a write at a time of the client's",
    guarantee: "G2",
    file: "src/checks/ServerChecks.ts",
    text: "/user provided timestamps/i.test(emptyWrite.failure.detail)",
    replacement: "/no such text/i.test(emptyWrite.failure.detail)",
    caughtBy: [unit(cluster, "servers that refuse write times, by what they say to one")]
  },
  {
    name: "quorum-out-of-reach",
    what: "takes any number of nodes for enough",
    guarantee: undefined,
    file: "src/checks/ReplicationCheck.ts",
    text: "possible >= needed &&",
    replacement: "possible >= 0 &&",
    caughtBy: [unit(cluster, "a quorum of more copies than nodes")]
  },
  {
    name: "old-drop-warned-of",
    what: "warns of columns that were dropped before any message that may still come",
    guarantee: undefined,
    file: "src/checks/SchemaChecks.ts",
    text: "droppedAtMillis > nowMillis - retentionMillis",
    replacement: "droppedAtMillis > 0 * retentionMillis * nowMillis",
    caughtBy: [unit(schema, "nothing in a column dropped before")]
  },
  {
    name: "unread-is-well",
    what: "takes what could not be read for well",
    guarantee: undefined,
    file: "src/checks/Reading.ts",
    text: "Result.isFailure(read) ? notMade(read.failure) : judge(read.success)",
    replacement: "Result.isFailure(read) ? [] : judge(read.success)",
    caughtBy: [unit(schema, "that cannot be read what was not checked, and find nothing")]
  },
  {
    name: "checks-say-it-twice",
    what: "makes checks that only say again what another has found",
    guarantee: undefined,
    file: "src/checks/Check.ts",
    text: "needs.find((needed) => failed.has(needed))",
    replacement: "needs.find((needed) => failed.has(needed) && needs.length > 9)",
    caughtBy: [unit(schema, "skip by name what would only say the same again")]
  },
  {
    name: "fatal-is-a-warning",
    what: "starts though nothing can be stored",
    guarantee: undefined,
    file: "src/cli/commands/SetUpChecks.ts",
    text: "if (fatal.length > 0) return",
    replacement: "if (fatal.length > 99) return",
    caughtBy: [unit("test/cli/commands/SetUpChecks.test.ts", "fails with all that has to be mended first")]
  },
  {
    name: "one-of-several-data-centres",
    what: "creates a keyspace with a number of copies alone over several data centres",
    guarantee: undefined,
    file: "src/cassandra/Migrator.ts",
    text: "if (dataCenters.length > 1)",
    replacement: "if (dataCenters.length > 99)",
    caughtBy: [unit("test/cassandra/Replication.test.ts", "a number alone for two data centres")]
  },
  {
    name: "refused-login-unnamed",
    what: "says that no host answers where the hosts refuse the password",
    guarantee: "G4",
    file: "src/cassandra/internal/Login.ts",
    text: "isUnreachable && this.refusal !== undefined ?",
    replacement: "isUnreachable && this.refusal === undefined ?",
    caughtBy: [unit(login, "is why no host answers, until something is heard")]
  },
  {
    name: "refused-login-hammered",
    what: "tries a login that is refused as often as a host that is down",
    guarantee: "G4",
    file: "src/cassandra/internal/Login.ts",
    text: "yield isRefused() ? loginRetryMillis : value",
    replacement: "yield isRefused() ? value : value",
    caughtBy: [unit(login, "is tried a few times a minute")]
  },
  {
    name: "password-read-once",
    what: "reads the password file once",
    guarantee: "G4",
    file: "src/cassandra/internal/Login.ts",
    text: "this.#lastRead = text.replace",
    replacement: "this.#lastRead ??= text.replace",
    caughtBy: [unit(login, "reads the password from its file each time")]
  },
  {
    name: "refused-login-for-ever",
    what: "never ends where the credentials are refused for good",
    guarantee: "G4",
    file: "src/cli/commands/RefusedLogin.ts",
    text: "refusal.millis >= limitMillis",
    replacement: "refusal.millis >= limitMillis * 1_000",
    caughtBy: [unit("test/cli/commands/RefusedLogin.test.ts", "ends with exit 2 after 5 minutes")]
  }
]
