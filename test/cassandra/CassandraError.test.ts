import { assert, describe, it } from "@effect/vitest"
import driver from "cassandra-driver"
import type { CassandraReason } from "../../src/cassandra/CassandraError.ts"
import { classify } from "../../src/cassandra/internal/ErrorClassification.ts"

const { errors } = driver
type Tag = CassandraReason["_tag"]

const answer = (code: number, message: string): Error => new errors.ResponseError(code, message)
const nodeError = (code: string): Error => Object.assign(new Error(`failed: ${code}`), { code })

const tooBig = "Request is too big: length 17301647 exceeds maximum allowed length 16777216."
const denied = new errors.AuthenticationError("Provided username alice and/or password are incorrect")

describe("classify", () => {
  it.each<[string, unknown, Tag, boolean]>([
    ["server error", answer(0x0000, "boom"), "Faulty", true],
    ["protocol error", answer(0x000a, "bad frame"), "Faulty", true],
    [
      "bad credentials",
      answer(0x0100, "Provided username u and/or password are incorrect"),
      "BadCredentials",
      false
    ],
    ["unavailable", answer(0x1000, "Cannot achieve consistency level"), "ReplicasUnavailable", true],
    ["overloaded", answer(0x1001, "Too many in flight hints"), "Overloaded", true],
    ["bootstrapping", answer(0x1002, "not yet"), "Overloaded", true],
    ["truncation failed", answer(0x1003, "no"), "ReplicaFailed", true],
    ["write time-out", answer(0x1100, "Operation timed out"), "TimedOut", true],
    ["read time-out", answer(0x1200, "Operation timed out"), "TimedOut", true],
    ["read failure", answer(0x1300, "failed"), "ReplicaFailed", true],
    ["function failure", answer(0x1400, "failed"), "ReplicaFailed", true],
    ["write failure", answer(0x1500, "failed"), "ReplicaFailed", true],
    ["CDC full", answer(0x1600, "full"), "ReplicaFailed", true],
    ["conditional write unknown", answer(0x1700, "unknown"), "ReplicaFailed", true],
    ["syntax", answer(0x2000, "line 1:0 no viable alternative"), "StatementRefused", false],
    ["unauthorized", answer(0x2100, "User u has no MODIFY permission"), "Unauthorized", false],
    ["request over 16 MiB", answer(0x2200, tooBig), "MutationTooLarge", false],
    [
      "mutation over the commit log's limit",
      answer(0x2200, "Rejected an oversized mutation (2000171/1048576) for keyspace: k. Top keys are: t.1"),
      "MutationTooLarge",
      false
    ],
    [
      "column over a guardrail",
      answer(0x2200, "Guardrail column_value_size violated: Value of column item has size 2MiB"),
      "MutationTooLarge",
      false
    ],
    ["batch too large", answer(0x2200, "Batch too large"), "RequestInvalid", false],
    [
      "a value that is too long for an index",
      answer(
        0x2200,
        "Cannot index value of size 70000 for index i on k.t(item) (maximum allowed size=65535)"
      ),
      "RequestInvalid",
      false
    ],
    [
      "a denied partition",
      answer(0x2200, "Unable to write to denylisted partition [0x0000000000000007] in k/t"),
      "RequestInvalid",
      false
    ],
    [
      "a default TTL that is too large",
      answer(0x2200, "ttl is too large. requested (1)"),
      "RequestInvalid",
      false
    ],
    [
      "a full disk",
      answer(
        0x2200,
        "Guardrail replica_disk_usage violated: Write request failed because disk usage exceeds failure threshold"
      ),
      "DiskFull",
      true
    ],
    ["table missing", answer(0x2200, "table h does not exist"), "TableMissing", false],
    ["table missing, older text", answer(0x2200, "unconfigured table h"), "TableMissing", false],
    ["keyspace missing", answer(0x2200, "Keyspace 'k' does not exist"), "KeyspaceMissing", false],
    ["a column that is missing", answer(0x2200, "Undefined column name foo"), "StatementRefused", false],
    ["a column of another type", answer(0x2200, "Expected 4 or 0 byte int (8)"), "StatementRefused", false],
    ["configuration", answer(0x2300, "Unable to find replication strategy"), "StatementRefused", false],
    ["exists already", answer(0x2400, "Table k.t already exists"), "StatementRefused", false],
    ["unprepared", answer(0x2500, "Prepared query with ID 1f not found"), "Unprepared", true],
    ["a code of servers to come", answer(0x7777, "?"), "Faulty", true],
    [
      "a client certificate that is wanted",
      nodeError("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"),
      "ClientCertificateRefused",
      false
    ],
    [
      "a client certificate that is wanted, as Java says it",
      nodeError("ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE"),
      "ClientCertificateRefused",
      false
    ],
    [
      "a client certificate that is not trusted",
      nodeError("ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN"),
      "ClientCertificateRefused",
      false
    ],
    ["an alert that says little", nodeError("ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR"), "TlsFailed", false],
    ["a host that is silent", new errors.OperationTimedOutError("did not reply", "h"), "TimedOut", true],
    ["a full connection", new errors.BusyConnectionError("h", 2048, 1), "Overloaded", true],
    [
      "no authentication set",
      new errors.AuthenticationError("Authentication provider not set"),
      "BadCredentials",
      false
    ],
    [
      "a data centre that is none",
      new errors.ArgumentError(
        "localDataCenter was configured as 'x', but only found hosts in data centers: [y]"
      ),
      "WrongDataCenter",
      false
    ],
    [
      "another wrong argument",
      new errors.ArgumentError("Invalid query at index 0"),
      "SettingsRefused",
      false
    ],
    ["a bug of the driver", new errors.DriverInternalError("no encoder"), "Faulty", true],
    ["a port refused", nodeError("ECONNREFUSED"), "Unreachable", true],
    ["a name unknown", nodeError("ENOTFOUND"), "Unreachable", true],
    [
      "a socket closed",
      Object.assign(new Error("Socket was closed"), { isSocketError: true }),
      "Unreachable",
      true
    ],
    ["no connection open", new Error("No connection available"), "Unreachable", true],
    ["an untrusted certificate", nodeError("SELF_SIGNED_CERT_IN_CHAIN"), "TlsFailed", false],
    ["a certificate for another host", nodeError("ERR_TLS_CERT_ALTNAME_INVALID"), "TlsFailed", false],
    ["no TLS at the other end", nodeError("ERR_SSL_WRONG_VERSION_NUMBER"), "TlsFailed", false],
    ["a file that is not there", nodeError("ENOENT"), "SettingsRefused", false],
    ["a value the driver cannot encode", new TypeError("Not a valid bigint, obtained 4111"), "Faulty", true],
    ["a text thrown", "what?", "Faulty", true],
    ["nothing thrown", undefined, "Faulty", true]
  ])("%s", (_, cause, tag, isRetryable) => {
    const error = classify("execute", cause)
    assert.deepStrictEqual([error.reason._tag, error.isRetryable], [tag, isRetryable])
  })

  it.each<[string, Record<string, unknown>, Tag]>([
    ["nobody could be asked", {}, "Unreachable"],
    ["every host is down", { h1: "Host considered as DOWN", h2: null }, "Unreachable"],
    [
      "every port is refused",
      { h1: nodeError("ECONNREFUSED"), h2: nodeError("ECONNREFUSED") },
      "Unreachable"
    ],
    [
      "one refuses the credentials, one is silent",
      { h1: nodeError("ECONNREFUSED"), h2: denied },
      "BadCredentials"
    ],
    ["one is overloaded, one refuses", { h1: denied, h2: answer(0x1001, "busy") }, "Overloaded"],
    ["the table is gone", { h1: answer(0x2500, "Prepared query with ID 1f not found") }, "Unprepared"],
    ["too few replicas are alive", { h1: answer(0x1000, "Cannot achieve") }, "ReplicasUnavailable"],
    [
      "the data centre is wrong",
      { h1: new errors.ArgumentError("Datacenter x was not found") },
      "WrongDataCenter"
    ]
  ])("looks through NoHostAvailableError: %s", (_, inner, tag) => {
    assert.strictEqual(classify("connect", new errors.NoHostAvailableError(inner)).reason._tag, tag)
  })

  it("names the hosts that were tried, as data and in the text", () => {
    const { reason } = classify(
      "connect",
      new errors.NoHostAvailableError({ "h1:9042": nodeError("ECONNREFUSED"), "h2:9042": null })
    )
    assert.deepStrictEqual(reason._tag === "Unreachable" ? reason.hosts : [], ["h1:9042", "h2:9042"])
    assert.strictEqual(reason.detail, "no host answers (h1:9042, h2:9042)")
  })

  it.each([
    [denied, "credentials refused, or missing"],
    [answer(0x2200, "Keyspace 'k' does not exist"), "Keyspace 'k' does not exist"],
    [answer(0x2200, "table t does not exist"), "table t does not exist"]
  ])("says what is wrong, and leaves what to do to the application: %s", (cause, detail) => {
    assert.strictEqual(classify("execute", cause).message, `Cassandra, execute: ${detail}`)
  })

  it("names the host that found a request invalid, as the driver adds it", () => {
    const { reason } = classify("execute", Object.assign(answer(0x2200, "no"), { coordinator: "h1:9042" }))
    assert.strictEqual(reason._tag === "RequestInvalid" ? reason.coordinator : "", "h1:9042")
  })

  it("[G4] an outage of the user table, which Cassandra reports as bad credentials, is an outage", () => {
    const outage = answer(
      0x0100,
      "Unable to perform authentication: Cannot achieve consistency level LOCAL_ONE"
    )
    assert.isTrue(classify("connect", outage).isRetryable)
    const wrapped = new errors.AuthenticationError("Unable to perform authentication: Operation timed out")
    assert.isTrue(classify("connect", new errors.NoHostAvailableError({ h: wrapped })).isRetryable)
  })

  it("keeps the driver's error as the cause", () => {
    const cause = answer(0x1100, "Operation timed out")
    assert.strictEqual(classify("execute", cause).reason.cause, cause)
  })

  it("never shows the user name or a bound value", () => {
    const shown = [
      denied,
      new errors.NoHostAvailableError({ h: denied }),
      new TypeError("obtained 4111")
    ].map((cause) => {
      const error = classify("execute", cause)
      return `${error.message} ${error.reason.detail}`
    })
    assert.notMatch(shown.join("\n"), /alice|4111/)
    assert.isUndefined(classify("connect", denied).reason.cause)
  })
})
