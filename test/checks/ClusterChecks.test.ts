import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import type { CassandraReading } from "../../src/checks/CassandraReading.ts"
import { found, network, nodes, rights, settings, simple, unread, withPlan } from "./GoodCluster.ts"

describe("the checks of copies, rights and servers", () => {
  it.each<[what: string, changes: Partial<CassandraReading>, codes: ReadonlyArray<string>, says: RegExp]>([
    [
      "a quorum of more copies than nodes",
      { nodes: nodes("dc1") },
      ["fatal CF-206"],
      /keeps 3 copies in data centre dc1, which has 1 node: CASSANDRA_CONSISTENCY=LOCAL_QUORUM can never be reached/
    ],
    [
      "a copy too many, which a quorum can do without",
      { nodes: nodes("dc1", "dc1") },
      ["warning CF-206"],
      /3 copies/
    ],
    [
      "no copy in the local data centre",
      { replication: network({ dc2: 3 }) },
      ["fatal CF-206"],
      /keeps no copy in data centre dc1/
    ],
    [
      "more copies than nodes elsewhere",
      { replication: network({ dc1: 3, dc2: 3 }), nodes: nodes("dc1", "dc1", "dc1", "dc2") },
      ["warning CF-206"],
      /data centre dc2, which has 1 node;/
    ],
    [
      "each data centre's quorum",
      {
        ...withPlan({ consistency: "EACH_QUORUM" }),
        replication: network({ dc1: 3, dc2: 3 }),
        nodes: nodes("dc1", "dc1", "dc1", "dc2")
      },
      ["fatal CF-206"],
      /dc2/
    ],
    [
      "all copies",
      { ...withPlan({ consistency: "ALL" }), nodes: nodes("dc1", "dc1") },
      ["fatal CF-206"],
      /CASSANDRA_CONSISTENCY=ALL/
    ],
    [
      "one copy of a number alone",
      { ...withPlan({ consistency: "LOCAL_ONE", localQuorumTable: undefined }), nodes: nodes("dc1") },
      ["warning CF-206"],
      /3 copies/
    ],
    [
      "the quorum that the progress table needs, whatever the facts are written at",
      { ...withPlan({ consistency: "LOCAL_ONE" }), nodes: nodes("dc1") },
      ["fatal CF-206"],
      /counterfoil_progress's LOCAL_QUORUM can never be reached/
    ],
    [
      "more copies than nodes, by a number alone",
      { replication: simple(3), nodes: nodes("dc1") },
      ["fatal CF-206"],
      /3 copies in the cluster, which has 1 node/
    ],
    [
      "a number alone for several data centres",
      { replication: simple(2), nodes: nodes("dc1", "dc2") },
      ["warning CF-206"],
      /SimpleStrategy.*dc1, dc2/
    ],
    [
      "a role that may not write",
      { rights: rights(["SELECT", "<all keyspaces>"]) },
      ["fatal CF-302", "fatal CF-302"],
      /^CF-302: role app may not write to shop\.facts; .*; GRANT MODIFY ON TABLE shop\.facts TO app$/
    ],
    [
      "a role that may not read one table",
      { rights: rights(["SELECT", "<table shop.facts>"], ["MODIFY", "<all tables in shop>"]) },
      ["fatal CF-301"],
      /^CF-301: role app may not read shop\.progress; .*; GRANT SELECT ON TABLE shop\.progress TO app$/
    ],
    [
      "names that have to be quoted",
      { ...withPlan({ role: "App-1", keyspace: "Shop" }), rights: rights(["SELECT", "<all keyspaces>"]) },
      ["fatal CF-302", "fatal CF-302"],
      /GRANT MODIFY ON TABLE "Shop"\.facts TO "App-1"$/
    ],
    [
      "a role whose write is denied, whatever is granted",
      { emptyWrite: unread("forbidden") },
      ["fatal CF-302"],
      /^CF-302: role app may not write to shop\.facts; .*; GRANT MODIFY ON TABLE shop\.facts TO app$/
    ],
    [
      "a role whose write is denied, where rights cannot be read",
      { emptyWrite: unread("forbidden"), rights: unread("unanswered") },
      ["fatal CF-302"],
      /GRANT MODIFY ON TABLE shop\.facts TO app$/
    ],
    [
      "nothing in a role whose write is taken, though its grants are none of ours",
      {
        emptyWrite: Result.succeed(undefined),
        rights: rights(["SELECT", "<keyspace shop>"], ["MODIFY", "<table shop.progress>"])
      },
      [],
      /^$/
    ],
    [
      "servers that refuse write times, by what they say to one, where settings cannot be read",
      {
        emptyWrite: Result.fail({
          why: "absent",
          detail:
            "Guardrail user_timestamps violated: User provided timestamps (USING TIMESTAMP) is not allowed"
        }),
        settings: unread("forbidden")
      },
      ["fatal CF-401"],
      /^CF-401: /
    ],
    [
      "nothing fatal in a time that is too old for a guardrail",
      {
        emptyWrite: Result.fail({
          why: "absent",
          detail:
            "Guardrail minimum_timestamp violated: The modification to table orders_payments_facts has a timestamp 1 before the minimum allowable timestamp 2"
        })
      },
      [],
      /^$/
    ],
    [
      "nothing in settings of one node against what the cluster does",
      { emptyWrite: Result.succeed(undefined), settings: settings(["user_timestamps_enabled", "false"]) },
      [],
      /^$/
    ],
    ["nothing in a super-user", { rights: Result.succeed({ isSuperuser: true, grants: [] }) }, [], /^$/],
    ["nothing where nobody logs in", { rights: undefined }, [], /^$/],
    [
      "nothing where everybody may do everything",
      { rights: unread("absent"), settings: settings(["authorizer", "AllowAllAuthorizer"]) },
      [],
      /^$/
    ],
    [
      "servers that refuse write times of clients",
      { settings: settings(["user_timestamps_enabled", "false"]) },
      ["fatal CF-401"],
      /^CF-401: .*`user_timestamps_enabled: false`/
    ],
    [
      "nothing in what does not hold for a super-user",
      {
        settings: settings(["user_timestamps_enabled", "false"]),
        rights: Result.succeed({ isSuperuser: true, grants: [] })
      },
      [],
      /^$/
    ],
    [
      "servers that refuse old write times",
      { settings: settings(["minimum_timestamp_fail_threshold", "5d"]) },
      ["warning CF-402"],
      /refuse write times older than 5d .* keep messages for 7d; .*`minimum_timestamp_fail_threshold: 7d`/
    ],
    [
      "servers that warn of old write times",
      {
        settings: settings(
          ["minimum_timestamp_warn_threshold", "3600s"],
          ["minimum_timestamp_fail_threshold", "10d"]
        )
      },
      ["warning CF-402"],
      /warn of write times older than 3600s/
    ],
    [
      "nothing in a threshold as long as messages are kept",
      { settings: settings(["minimum_timestamp_fail_threshold", "168h"]) },
      [],
      /^$/
    ]
  ])("find %s", (_, changes, codes, says) => {
    const { codes: actual, sentence } = found(changes)
    assert.deepStrictEqual(actual, codes)
    assert.match(sentence, says)
  })
})
