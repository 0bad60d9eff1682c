import { assert, describe, it } from "@effect/vitest"
import {
  classify,
  failedAckIds,
  isCutOff,
  isLocal
} from "../../../../src/pubsub/google/internal/ErrorClassification.ts"
import { PubSubError } from "../../../../src/pubsub/PubSubError.ts"

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
    [16, "CredentialsRefused"],
    [0, "PubSubUnavailable"],
    [17, "PubSubUnavailable"],
    [-1, "PubSubUnavailable"],
    [503, "PubSubUnavailable"]
  ] as const)("[G4] status %i is %s", (code, tag) => {
    assert.strictEqual(classify(grpc(code))._tag, tag)
  })

  it.each([
    ["Could not load the default credentials. Browse to …", "CredentialsMissing"],
    ["Unable to read the credential file specified by the … environment variable", "CredentialsMissing"],
    ["Unable to detect a Project Id in the current environment.", "ProjectUnknown"],
    ["invalid_grant", "CredentialsRefused"],
    ["unauthorized_client", "CredentialsRefused"],
    ["Could not refresh access token: Unsuccessful response status code.", "PubSubUnavailable"],
    ["request to https://oauth2… failed, reason: connect ECONNREFUSED", "PubSubUnavailable"],
    ["The client has already been closed.", "PubSubUnavailable"]
  ] as const)("an error without a status, %j, is %s", (text, tag) => {
    assert.strictEqual(classify(new Error(text))._tag, tag)
  })

  const plugin = "Getting metadata from plugin failed with error: "

  it.each([
    ["invalid_grant", "CredentialsRefused"],
    ["invalid_client", "CredentialsRefused"],
    ['{"error":"invalid_grant","error_subtype":"invalid_rapt"}', "CredentialsRefused"],
    ["unauthorized_client: Client is unauthorized to retrieve access tokens", "CredentialsRefused"],
    ["connect ETIMEDOUT 1.2.3.4:443", "PubSubUnavailable"],
    ["Request failed with status code 503", "PubSubUnavailable"],
    ["Request failed with status code 429", "PubSubUnavailable"],
    ["Could not refresh access token: Unsuccessful response status code.", "PubSubUnavailable"],
    ["Unexpected token < in JSON at position 0", "PubSubUnavailable"],
    ["no text that anybody has thought of", "PubSubUnavailable"]
  ] as const)("[G4] a token that is not to be had, %j, is %s, whatever its status", (text, tag) => {
    for (const code of [2, 7, 14, 16, 503]) {
      assert.strictEqual(classify(grpc(code, plugin + text))._tag, tag)
      assert.isTrue(isLocal(grpc(code, plugin + text)))
    }
  })

  it("a subscription with the name of such a refusal is none", () => {
    const error = grpc(5, "Resource not found (resource=invalid_grant)")
    assert.strictEqual(classify(error)._tag, "ResourceMissing")
    assert.isFalse(isLocal(error))
  })

  it("what the server says is no failure of this side", () => {
    for (const code of [5, 7, 8, 13, 14, 16]) assert.isFalse(isLocal(grpc(code)))
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

describe("an error's text", () => {
  const told = (error: unknown) =>
    new PubSubError({ operation: "publish", resource: "projects/p/topics/t", reason: classify(error) })
      .message

  const about = "publish projects/p/topics/t: "

  it.each([
    [grpc(1), "Pub/Sub does not answer"],
    [grpc(4), "Pub/Sub does not answer"],
    [grpc(14), "Pub/Sub does not answer"],
    [new Error("connect ECONNREFUSED"), "Pub/Sub does not answer"],
    [undefined, "Pub/Sub does not answer"],
    [
      grpc(2, "Getting metadata from plugin failed with error: Request failed with status code 503"),
      "no access token is to be had just now (HTTP 503)"
    ],
    [grpc(2, "Getting metadata from plugin failed with error: x"), "no access token is to be had just now"],
    [grpc(8, "Quota exceeded"), "Pub/Sub refused it just now (status 8: Quota exceeded)"],
    [grpc(10, "aborted"), "Pub/Sub refused it just now (status 10: aborted)"],
    [grpc(13, "internal error"), "Pub/Sub refused it just now (status 13: internal error)"],
    [grpc(2, "odd"), "Pub/Sub refused it just now (status 2: odd)"],
    [grpc(15), "Pub/Sub refused it just now (status 15: scripted)"]
  ] as const)("tells silence from a refusal: of %s, %s", (error, text) => {
    assert.strictEqual(told(error), about + text)
  })

  it.each([
    [new Error("Could not load the default credentials. Browse to …"), "no credentials were found"],
    [new Error("Unable to detect a Project Id in the current environment."), "no project was found"],
    [grpc(7), "access denied"],
    [grpc(5), "it does not exist"],
    [grpc(3, "no such flag"), "rejected: no such flag"]
  ] as const)("tells what is wrong, and leaves what to do to the application: of %s, %s", (error, text) => {
    assert.strictEqual(told(error), about + text)
  })
})

describe("failedAckIds", () => {
  it("tells ended leases, transient and permanent failures of single ids apart, and leaves out what it does not know", () => {
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
        ["a", "ended"],
        ["b", "transient"],
        ["c", "refused"]
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

describe("isCutOff", () => {
  it.each([
    [0, "", false],
    [14, "The service was unable to fulfill your request. Please try again. [code=8a75]", false],
    [5, "Resource not found (resource=s).", false],
    [14, "No connection established. Last error: connect ECONNREFUSED 127.0.0.1:1.", false],
    [8, "Bandwidth exhausted or memory limit exceeded", true],
    [14, "Connection dropped", true],
    [14, "read ECONNRESET", true],
    [13, "Received RST_STREAM with code 2 (Internal server error)", true],
    [2, "Call ended without gRPC status", true],
    [1, "Cancelled on client", true]
  ])("[G5] of a stream that ended with status %i, %j, is %s", (code, details, expected) => {
    assert.strictEqual(isCutOff({ code, details }), expected)
  })
})
