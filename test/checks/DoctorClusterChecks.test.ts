import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { type ClusterReading, clusterChecks, judgeCluster } from "../../src/checks/ClusterChecks.ts"
import { good, nodes, rights, settings, unread, withPlan } from "./GoodCluster.ts"
import { codesIn, type Row, sentenceIn } from "./Judged.ts"

describe("the further checks of a cluster", () => {
  const cluster: ClusterReading = {
    ...good,
    clock: Result.succeed({ millis: 20, uncertaintyMillis: 5 }),
    maxRowBytes: 2 ** 20
  }
  const clock = (millis: number, uncertaintyMillis = 5) => ({
    clock: Result.succeed({ millis, uncertaintyMillis })
  })

  it("find nothing on a cluster that is set up", () => {
    assert.deepStrictEqual(
      judgeCluster(cluster).map(({ outcome }) => outcome._tag),
      clusterChecks.map(() => "Passed")
    )
  })

  it.each<Row<ClusterReading>>([
    [
      "rows that are larger than a mutation may be",
      { settings: settings(["commitlog_segment_size", "1MiB"]) },
      ["warning CF-403"],
      /larger than 1 MiB \(max_mutation_size\), and MAX_ROW_BYTES is 1 MiB: .*set MAX_ROW_BYTES=524288$/
    ],
    [
      "the same where the size is set",
      { settings: settings(["commitlog_segment_size", "32MiB"], ["max_mutation_size", "512KiB"]) },
      ["warning CF-403"],
      /set MAX_ROW_BYTES=524288$/
    ],
    [
      "a guardrail on values",
      { settings: settings(["column_value_size_fail_threshold", "512KiB"]) },
      ["warning CF-403"],
      /column_value_size_fail_threshold/
    ],
    [
      "nothing in a guardrail for a role that is exempt",
      { settings: settings(["column_value_size_fail_threshold", "512KiB"]), rights: undefined },
      [],
      /^$/
    ],
    [
      "batches that are refused",
      { settings: settings(["batch_size_fail_threshold", "5KiB"]) },
      ["warning CF-403"],
      /refuse batches of more than 5120 bytes/
    ],
    [
      "a consistency that may not be written at",
      { settings: settings(["write_consistency_levels_disallowed", "[ANY, LOCAL_QUORUM]"]) },
      ["fatal CF-404"],
      /refuse to write at LOCAL_QUORUM \(write_consistency_levels_disallowed\)/
    ],
    [
      "the progress table's consistency that may not be read at",
      {
        ...withPlan({ consistency: "QUORUM" }),
        settings: settings(["read_consistency_levels_disallowed", "[LOCAL_QUORUM]"])
      },
      ["fatal CF-404"],
      /refuse to read at LOCAL_QUORUM/
    ],
    ["a clock that is ahead", clock(1_500), ["warning CF-405"], /is 1500 ms ahead \(± 5 ms\)/],
    ["a clock that is behind", clock(-3_000), ["warning CF-405"], /is 3000 ms behind/],
    ["nothing in an offset that may be the answer's own delay", clock(1_500, 600), [], /^$/],
    [
      "nodes of different versions",
      { nodes: [...nodes("dc1", "dc1"), { ...node(), releaseVersion: "4.1.3" }] },
      ["warning CF-406"],
      /different versions: 4\.1\.3, 5\.0\.8; .*; upgrade 10\.0\.0\.9:9042$/
    ],
    [
      "nodes that are too old",
      { nodes: nodes("dc1", "dc1", "dc1").map((one) => ({ ...one, releaseVersion: "3.11.4" })) },
      ["warning CF-406"],
      /version 3\.11\.4, on which Counterfoil was never tried/
    ],
    [
      "a node that is down",
      { nodes: [...nodes("dc1", "dc1"), { ...node(), isUp: false }] },
      ["warning CF-407"],
      /of 3 nodes 1 cannot be reached: 10\.0\.0\.9:9042/
    ],
    [
      "nothing in nodes of another data centre, which are never asked",
      { nodes: [...nodes("dc1", "dc1", "dc1"), { ...node(), dataCenter: "dc2", isUp: false }] },
      [],
      /^$/
    ]
  ])("find %s", (_, changes, codes, says) => {
    const results = judgeCluster({ ...cluster, ...changes })
    assert.deepStrictEqual(codesIn(results), codes)
    assert.match(sentenceIn(results), says)
  })

  it("that cannot be read say what was not checked", () => {
    const results = judgeCluster({
      ...cluster,
      clock: unread("absent"),
      settings: unread("forbidden"),
      rights: rights(["SELECT", "<all keyspaces>"], ["MODIFY", "<all keyspaces>"]),
      emptyWrite: Result.succeed(undefined),
      nodes: good.nodes.map((one) => ({ ...one, releaseVersion: undefined }))
    })
    const unmade = results.filter(({ outcome }) => outcome._tag === "NotMade").map(({ code }) => code)
    assert.deepStrictEqual(unmade, ["CF-402", "CF-403", "CF-404", "CF-405", "CF-406"])
  })
})

function node() {
  return {
    address: "10.0.0.9:9042",
    dataCenter: "dc1",
    rack: "r1",
    releaseVersion: "5.0.8",
    isUp: true
  }
}
