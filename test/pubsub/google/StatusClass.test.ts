import { assert, describe, it } from "@effect/vitest"
import { classify, failedAckIds } from "../../../src/pubsub/google/StatusClass.ts"

const grpc = (code: number, details = "scripted") =>
  Object.assign(new Error(`${code} ${details}`), { code, details })

describe("classify", () => {
  it.each([
    [1, "PubSubUnavailable"],
    [2, "PubSubUnavailable"],
    [3, "RequestRejected"],
    [4, "PubSubUnavailable"],
    [5, "ResourceMissing"],
    [6, "RequestRejected"],
    [7, "AccessDenied"],
    [8, "PubSubUnavailable"],
    [9, "RequestRejected"],
    [10, "PubSubUnavailable"],
    [11, "RequestRejected"],
    [12, "RequestRejected"],
    [13, "PubSubUnavailable"],
    [14, "PubSubUnavailable"],
    [15, "PubSubUnavailable"],
    [16, "AccessDenied"],
    [0, "PubSubUnavailable"],
    [17, "PubSubUnavailable"],
    [-1, "PubSubUnavailable"],
    [503, "PubSubUnavailable"]
  ] as const)("[G4] status %i is %s", (code, tag) => {
    assert.strictEqual(classify(grpc(code))._tag, tag)
  })

  it.each([
    ["Could not load the default credentials. Browse to …", "AccessDenied"],
    ["Unable to detect a Project Id in the current environment.", "AccessDenied"],
    ["invalid_grant", "AccessDenied"],
    ["request to https://oauth2… failed, reason: connect ECONNREFUSED", "PubSubUnavailable"],
    ["The client has already been closed.", "PubSubUnavailable"]
  ] as const)("an error without a status, %j, is %s", (text, tag) => {
    assert.strictEqual(classify(new Error(text))._tag, tag)
  })

  it.each([
    ["Getting metadata from plugin failed with error: invalid_grant", "AccessDenied"],
    ["Getting metadata from plugin failed with error: connect ETIMEDOUT 1.2.3.4:443", "PubSubUnavailable"],
    [
      "Getting metadata from plugin failed with error: Request failed with status code 503",
      "PubSubUnavailable"
    ]
  ] as const)("credentials that cannot be had under status 2, %j, are %s", (details, tag) => {
    assert.strictEqual(classify(grpc(2, details))._tag, tag)
  })

  it.each([undefined, null, 7, "text", {}, { code: "ENOTFOUND" }])(
    "whatever else, such as %j, is unavailable",
    (error) => {
      assert.strictEqual(classify(error)._tag, "PubSubUnavailable")
    }
  )

  it("a request over the server's own limit is rejected, although the status is that of a quota", () => {
    assert.strictEqual(
      classify(grpc(8, "grpc: received message larger than max (8 vs. 4)"))._tag,
      "RequestRejected"
    )
  })

  it("a rejection tells the server's words", () => {
    const reason = classify(grpc(3, "You have passed an invalid argument"))
    assert.strictEqual(
      reason._tag === "RequestRejected" ? reason.detail : "",
      "You have passed an invalid argument"
    )
  })
})

describe("failedAckIds", () => {
  it("tells permanent from transient failures of single ids, and leaves out what it does not know", () => {
    const error = Object.assign(grpc(9), {
      errorInfoMetadata: {
        a: "PERMANENT_FAILURE_INVALID_ACK_ID",
        b: "TRANSIENT_FAILURE_UNORDERED_ACK_ID",
        c: "PERMANENT_FAILURE_OF_A_NEW_KIND",
        region: "europe-west1"
      }
    })
    assert.deepStrictEqual(
      [...failedAckIds(error)],
      [
        ["a", "permanent"],
        ["b", "transient"],
        ["c", "permanent"]
      ]
    )
  })

  it.each([undefined, grpc(14), { errorInfoMetadata: null }, { errorInfoMetadata: { a: 1 } }])(
    "finds none in %j",
    (error) => {
      assert.strictEqual(failedAckIds(error).size, 0)
    }
  )
})
