import { Duration, Option } from "effect"
import { describe, expect, it } from "vitest"
import type { Parser } from "../../../src/config/Parser.ts"
import { bool } from "../../../src/config/parsers/Bool.ts"
import { byteSize } from "../../../src/config/parsers/ByteSize.ts"
import { isDataCenterName, keyspaceName } from "../../../src/config/parsers/CassandraName.ts"
import { durationText } from "../../../src/config/parsers/DurationText.ts"
import { enumeration } from "../../../src/config/parsers/Enumeration.ts"
import { contactPoints, hostAndPort, listenAddress } from "../../../src/config/parsers/HostPort.ts"
import { int64Text } from "../../../src/config/parsers/Int64Text.ts"
import { integer, port } from "../../../src/config/parsers/Integer.ts"
import { projectId, resourceName } from "../../../src/config/parsers/PubSubName.ts"
import { rate } from "../../../src/config/parsers/Rate.ts"
import { replicationText } from "../../../src/config/parsers/ReplicationText.ts"
import { share } from "../../../src/config/parsers/Share.ts"

interface Table<A> {
  readonly parser: Parser<A>
  readonly taken: ReadonlyArray<readonly [text: string, value: A]>
  readonly refused: ReadonlyArray<string>
}

const judge = <A>(title: string, { parser, taken, refused }: Table<A>) =>
  describe(title, () => {
    it.each(taken)("takes %j", (text, value) => {
      expect(parser.parse(text)).toEqual(Option.some(value))
    })
    it.each(refused)("refuses %j", (text) => {
      expect(parser.parse(text)).toEqual(Option.none())
    })
    it("takes its own example", () => {
      expect(Option.isSome(parser.parse(parser.example))).toBe(true)
    })
  })

judge("a duration", {
  parser: durationText({ min: 0, max: 3_600_000 }, "30s"),
  taken: [
    ["250ms", Duration.millis(250)],
    ["30s", Duration.seconds(30)],
    ["5m", Duration.minutes(5)],
    ["1h", Duration.hours(1)],
    ["30 seconds", Duration.seconds(30)],
    ["1 SECOND", Duration.seconds(1)],
    ["1.5s", Duration.millis(1500)],
    ["0", Duration.zero],
    ["0s", Duration.zero]
  ],
  refused: [
    "30",
    "-1s",
    "Infinity",
    "NaN",
    "PT30S",
    "1e3ms",
    "5 fortnights",
    "61m",
    "s",
    "1 2s",
    "999999999999999s"
  ]
})

judge("a size", {
  parser: byteSize({ min: 1024, max: 2 ** 34 }, "64MiB"),
  taken: [
    ["64MiB", 64 * 2 ** 20],
    ["64Mi", 64 * 2 ** 20],
    ["64 mib", 64 * 2 ** 20],
    ["64MB", 64_000_000],
    ["1.5KiB", 1536],
    ["2Gi", 2 ** 31],
    ["67108864", 2 ** 26],
    ["2048B", 2048]
  ],
  refused: ["64M", "-1", "1023", "17GiB", "1.0001KiB", "1e6", "MiB", "0x1000", "64 MiB each"]
})

judge("a word of a list", {
  parser: enumeration(["ONE", "LOCAL_QUORUM"], "ONE"),
  taken: [
    ["one", "ONE"],
    ["Local_Quorum", "LOCAL_QUORUM"]
  ],
  refused: ["LOCAL QUORUM", "TWO", "__proto__"]
})

judge("yes or no", {
  parser: bool,
  taken: [
    ["TRUE", true],
    ["no", false],
    ["1", true],
    ["off", false]
  ],
  refused: ["2", "maybe", "constructor"]
})

judge("a whole number", {
  parser: integer({ min: 1, max: 2047 }, "512"),
  taken: [
    ["1", 1],
    ["2047", 2047],
    ["007", 7]
  ],
  refused: ["0", "2048", "1e3", "+5", "-5", "1.0", "0x10", "1_000", "٣", "9".repeat(30)]
})

judge("an id", {
  parser: int64Text,
  taken: [
    ["4711", 4711n],
    ["9223372036854775807", 2n ** 63n - 1n],
    ["-9223372036854775808", -(2n ** 63n)]
  ],
  refused: ["9223372036854775808", "1e3", "1.0", "0x1", "+1", "1n", " ", "1".repeat(20)]
})

judge("a share", {
  parser: share,
  taken: [
    ["0", 0],
    ["1", 1],
    ["0.05", 0.05],
    ["5%", 0.05],
    ["100%", 1]
  ],
  refused: ["1.01", "101%", "-1", ".5", "5 %", "1e-3", "half"]
})

judge("a rate", {
  parser: rate,
  taken: [
    ["0.5", 0.5],
    ["100", 100],
    ["0.000001", 0.000_001],
    ["1000000", 1_000_000]
  ],
  refused: ["0", "0.0", "-1", ".5", "1e3", "1000000.1", "fast", ""]
})

judge("a port", {
  parser: port,
  taken: [
    ["0", 0],
    ["65535", 65_535]
  ],
  refused: ["65536", "http", "-1"]
})

judge("contact points", {
  parser: contactPoints,
  taken: [
    ["db1", ["db1"]],
    ["db1:9042, db2:9043", ["db1:9042", "db2:9043"]],
    ["10.0.0.1:9042", ["10.0.0.1:9042"]],
    ["[::1]:9042", ["[::1]:9042"]],
    ["[2001:db8::1]", ["2001:db8::1"]],
    ["::1", ["::1"]],
    ["db1,db1", ["db1"]],
    ["cassandra_1.svc.cluster.local.", ["cassandra_1.svc.cluster.local."]]
  ],
  refused: [
    "db1,",
    ",db1",
    "db1:0",
    "db1:65536",
    "db1:cql",
    "[db1]:9042",
    "[::1",
    "999.1.1.1",
    "http://db1",
    "a b",
    "db1;db2"
  ]
})

judge("an emulator's address", {
  parser: hostAndPort,
  taken: [
    ["localhost:8085", "localhost:8085"],
    ["[::1]:8085", "[::1]:8085"]
  ],
  refused: ["localhost", "http://localhost:8085", "::1", "localhost:8085/v1", "[::1]"]
})

judge("an address to listen on", {
  parser: listenAddress,
  taken: [
    ["0.0.0.0", "0.0.0.0"],
    ["::", "::"],
    ["localhost", "localhost"]
  ],
  refused: ["localhost:80", "[::1]", "a b", "1.2.3"]
})

judge("a keyspace", {
  parser: keyspaceName,
  taken: [["ecom_store", "ecom_store"]],
  refused: ["Ecom", "1shop", "a-b", "a.b", 'a"', "x".repeat(49), "é"]
})

judge("a replication", {
  parser: replicationText,
  taken: [
    ["3", { _tag: "Simple", factor: 3 }],
    ["dc1:3", { _tag: "PerDataCenter", factors: { dc1: 3 } }],
    ["dc1:3, us-east.2:2", { _tag: "PerDataCenter", factors: { dc1: 3, "us-east.2": 2 } }]
  ],
  refused: ["0", "101", "dc1", "dc1:0", "dc1:3,dc1:2", "dc1:3,", "dc1:3:4", "d'c:1", "-1", "1.5"]
})

judge("a topic", {
  parser: resourceName("topics", "orders_data"),
  taken: [
    ["orders_data", "orders_data"],
    ["a-_.~+%", "a-_.~+%"],
    ["projects/my-project/topics/orders", "projects/my-project/topics/orders"],
    ["projects/example.com:shop/topics/orders", "projects/example.com:shop/topics/orders"]
  ],
  refused: [
    "ab",
    "1ab",
    "goog-orders",
    "Google",
    "a b c",
    "x".repeat(256),
    "projects/p/subscriptions/orders",
    "projects/p/topics/",
    "projects/p/topics/orders/more",
    "topics/orders"
  ]
})

judge("a project", {
  parser: projectId,
  taken: [
    ["my-project", "my-project"],
    ["example.com:shop", "example.com:shop"],
    ["123456", "123456"]
  ],
  refused: ["my project", "-p", "a/b", "projects/p"]
})

it("a data centre's name cannot leave its quotes in CQL", () => {
  expect(["dc1", "us-east-1", "dc'1", "dc\\", ""].map(isDataCenterName)).toEqual([
    true,
    true,
    false,
    false,
    false
  ])
})
