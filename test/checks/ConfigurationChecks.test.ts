import { assert, describe, it } from "@effect/vitest"
import { judge } from "../../src/checks/Check.ts"
import { type ConfigurationReading, judgeConfiguration } from "../../src/checks/ConfigurationChecks.ts"
import { connectionChecks, pubSubConnectionChecks } from "../../src/checks/ConnectionChecks.ts"
import { codesIn, type Row, sentenceIn, shownIn } from "./Judged.ts"

describe("the checks of the configuration", () => {
  const well: ConfigurationReading = {
    problems: [],
    warnings: [],
    files: [],
    environment: ["PATH", "HTTP_PORT", "CASSANDRA_KEYSPACE"],
    origins: [
      { name: "HTTP_PORT", value: "8080", kind: "default", from: undefined },
      { name: "CASSANDRA_KEYSPACE", value: "shop", kind: "variable", from: "CASSANDRA_KEYSPACE" }
    ]
  }

  it("find nothing where all is well, and say how many settings were set", () => {
    const results = judgeConfiguration(well)
    assert.deepStrictEqual(codesIn(results), [])
    assert.strictEqual(shownIn(results, "CF-501"), "1 are set, 1 have their default")
  })

  it.each<Row<ConfigurationReading>>([
    [
      "a value that cannot be read",
      { problems: ['HTTP_PORT is "x": must be a port from 1 to 65535. Example: HTTP_PORT=8080'] },
      ["fatal CF-501"],
      /^CF-501: HTTP_PORT is "x"; expected: a port from 1 to 65535; for instance HTTP_PORT=8080$/
    ],
    [
      "settings that exclude each other",
      { problems: ["A and B exclude each other. Leave one out"] },
      ["fatal CF-501"],
      /^CF-501: A and B exclude each other\. Leave one out; /
    ],
    [
      "a file that is not there",
      { files: ['CASSANDRA_TLS_CA is "/x": no such file'] },
      ["fatal CF-502"],
      /"\/x": no such file/
    ],
    ["what is allowed at a risk", { warnings: ["it is a risk"] }, ["warning CF-503"], /it is a risk/],
    [
      "a name that is nearly one of ours",
      { environment: ["CASSANDRA_CONTACT_POINT", "CASSANDRAKEYSPACE"] },
      ["warning CF-504", "warning CF-504"],
      /^CF-504: the environment has CASSANDRA_CONTACT_POINT, .*; expected: CASSANDRA_CONTACT_POINTS, .*; rename CASSANDRA_CONTACT_POINT to CASSANDRA_CONTACT_POINTS$/
    ],
    [
      "nothing in such a name beside the right one",
      { environment: ["HTTPS_PROXY", "https_proxy", "CASSANDRA_SERVICE_HOST", "HOST", "PORTS"] },
      [],
      /^$/
    ]
  ])("find %s", (_, changes, codes, says) => {
    const results = judgeConfiguration({ ...well, ...changes })
    assert.deepStrictEqual(codesIn(results), codes)
    assert.match(sentenceIn(results), says)
  })
})

describe("the checks of connections", () => {
  const failing = (tag: string) => ({ failure: { tag, message: "it failed", remedy: "fix it" }, shows: "" })

  it.each([
    ["Unreachable", "CF-101"],
    ["ServerSilent", "CF-101"],
    ["TlsRequired", "CF-102"],
    ["ClientCertificateRefused", "CF-103"],
    ["TlsFailed", "CF-104"],
    ["BadCredentials", "CF-105"],
    ["WrongDataCenter", "CF-106"],
    ["KeyspaceMissing", "CF-107"],
    ["SettingsRefused", "CF-101"],
    ["TableMissing", "CF-101"]
  ])("of Cassandra: %s is %s, and what an attempt meets later is skipped", (tag, code) => {
    const results = judge(connectionChecks, failing(tag))
    assert.deepStrictEqual(codesIn(results), [`fatal ${code}`])
    assert.match(sentenceIn(results), /: it failed; .*; fix it$/)
    for (const result of results)
      assert.strictEqual(result.outcome._tag, outcomeBeside(result.code, code), result.code)
  })

  it.each([
    ["CredentialsMissing", "CF-601"],
    ["CredentialsRefused", "CF-601"],
    ["ProjectUnknown", "CF-601"],
    ["ConfigurationError", "CF-601"],
    ["PubSubUnavailable", "CF-602"],
    ["ServerSilent", "CF-602"]
  ])("of Pub/Sub: %s is %s", (tag, code) => {
    assert.deepStrictEqual(codesIn(judge(pubSubConnectionChecks, failing(tag))), [`fatal ${code}`])
  })

  it("without a remedy of the error's own say their own", () => {
    const silent = { failure: { tag: "ServerSilent", message: "it is silent", remedy: undefined }, shows: "" }
    assert.match(
      sentenceIn(judge(connectionChecks, silent)),
      /start Cassandra, or correct `CASSANDRA_CONTACT_POINTS`$/
    )
  })

  it("that are made show to whom", () => {
    const results = judge(connectionChecks, { failure: undefined, shows: "it" })
    assert.strictEqual(shownIn(results, "CF-107"), "it")
  })
})

const outcomeBeside = (code: string, failed: string) =>
  code === failed ? "Found" : code < failed ? "Passed" : "Skipped"
