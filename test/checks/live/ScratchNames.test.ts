import { assert, describe, it } from "@effect/vitest"
import { isLeftBehind, scratchNames } from "../../../src/checks/live/ScratchNames.ts"
import { keyspaceName } from "../../../src/config/parsers/CassandraName.ts"
import { resourceName } from "../../../src/config/parsers/PubSubName.ts"

const now = Date.UTC(2026, 10, 26, 7)
const hour = 3_600_000
const namesAt = (millis: number) => {
  const { channels, keyspace } = scratchNames(millis, "00c0ffee")
  return [
    keyspace,
    ...Object.values(channels).flatMap(({ subscription, topic }) => [
      topic,
      `projects/shop/topics/${topic}`,
      subscription,
      `projects/shop/subscriptions/${subscription}`
    ])
  ]
}

describe("names of scratch things", () => {
  it("are legal, and differ", () => {
    const { channels, keyspace } = scratchNames(now, "00c0ffee")
    assert.isTrue(keyspaceName.parse(keyspace)._tag === "Some")
    const names = Object.values(channels).flatMap(({ subscription, topic }) => [topic, subscription])
    assert.strictEqual(new Set(names).size, 6)
    for (const name of names) assert.isTrue(resourceName("topics", "").parse(name)._tag === "Some", name)
  })

  it("tell after an hour that nobody uses them any more, and not before, whatever the clocks say", () => {
    for (const [made, isLeft] of [
      [now - hour - 1_000, true],
      [now - 30 * 24 * hour, true],
      [now - hour + 1_000, false],
      [now, false],
      [now + 2 * hour, false]
    ] as const)
      for (const name of namesAt(made)) assert.strictEqual(isLeftBehind(name, now), isLeft, name)
  })

  it.each([
    "counterfoil-live-check-orders",
    "counterfoil-live-1000000000-00c0ffee-orders-mine",
    "counterfoil-live-1000000000-00c0ffee",
    "counterfoil-live-1000000000-00c0ffee-refunds",
    "my-counterfoil-live-1000000000-00c0ffee-orders",
    "counterfoil_live_1000000000_00c0ffee_mine",
    "counterfoil_live_prepared",
    "counterfoil_live_1000000000-00c0ffee",
    "projects/shop/topics/orders_data",
    "ecom_store",
    ""
  ])("of somebody else are left alone: %s", (name) => {
    assert.isFalse(isLeftBehind(name, now))
  })
})
