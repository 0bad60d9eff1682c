import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { waitedMillis } from "../../../src/cassandra/internal/HostLoad.ts"
import { probeMillis } from "../../../src/cassandra/Limits.ts"
import { type Outcome, simulatedHosts } from "./SimulatedHosts.ts"

/** So many requests a second come. */
const rate = 100

describe("the choice among replicas", () => {
  it.each([
    ["quick", 5],
    ["slow", 400],
    ["slower than a host may be silent", 900]
  ])(
    "[G4] hosts that are all alike, and %s, get the same load at all times, and none is silent",
    async (_, millis) => {
      const cluster = simulatedHosts(3)
      for (const host of cluster.hosts) host.millis = millis
      for (let second = 0; second < 30; second++) {
        await cluster.run(1000, rate)
        assert.deepStrictEqual(cluster.silent(), [])
      }
      for (const { requests } of cluster.hosts) {
        for (let second = 0; second < 30; second++) {
          const share = requests.filter((at) => at >= second * 1000 && at < (second + 1) * 1000).length / rate
          assert.isAbove(share, 0.15, `second ${second}`)
          assert.isBelow(share, 0.55, `second ${second}`)
        }
      }
      assert.strictEqual(requestsOf(cluster.hosts), 30 * rate)
    }
  )

  it("[G4] a host that is slow by 300 ms is left within a second, and tried again now and then", async () => {
    const cluster = simulatedHosts(3)
    const [slow] = cluster.hosts
    assert.isDefined(slow)
    await cluster.run(10_000, rate)
    slow.millis = 305
    await cluster.run(60_000, rate)
    assert.isAtMost(slow.requests.filter((at) => at >= 10_000 && at < 11_000).length, 0.1 * rate)
    const later = slow.requests.filter((at) => at >= 11_000).length
    assert.isAtMost(later, 0.005 * 59 * rate)
    assert.isAtLeast(later, 2)
    assert.deepStrictEqual(cluster.silent(), [])
    assert.isBelow(percentile99(cluster.outcomes, 11_000), 20)
  })

  it("a host that is quick again gets its share again within 30 s", async () => {
    const cluster = simulatedHosts(3)
    const [slow] = cluster.hosts
    assert.isDefined(slow)
    slow.millis = 305
    await cluster.run(20_000, rate)
    slow.millis = 5
    await cluster.run(60_000, rate)
    assert.isAbove(slow.requests.filter((at) => at >= 50_000).length, 0.25 * 30 * rate)
  })

  it("[G4] one host failing at once draws no load to itself", async () => {
    const cluster = simulatedHosts(3)
    const [bad] = cluster.hosts
    assert.isDefined(bad)
    bad.millis = 0
    bad.fails = 0x1000
    await cluster.run(30_000, rate)
    assert.isAtMost(bad.requests.length, 10)
  })
})

describe("a silent host", () => {
  it("[G4] loses its turn within a second, what waits for it is answered elsewhere, and it is asked little", async () => {
    const cluster = simulatedHosts(3)
    const [frozen] = cluster.hosts
    assert.isDefined(frozen)
    await cluster.run(10_000, rate)
    frozen.freeze()
    await cluster.run(1_000, rate)
    assert.deepStrictEqual(
      cluster.silent().map(({ host }) => host.address),
      [frozen.address]
    )
    await cluster.run(59_000, rate)
    assert.deepStrictEqual(
      frozen.requests.filter((at) => at > 11_000),
      []
    )
    assert.isAtMost(frozen.probes.length, 60_000 / probeMillis)
    assert.isAbove(frozen.probes.length, 10)
    assert.isTrue(cluster.outcomes.every(({ isAnswered }) => isAnswered))
    assert.isBelow(slowest(cluster.outcomes), 1_000)
    for (let second = 10; second < 70; second++) {
      const answered = cluster.outcomes.filter(
        ({ endedAt }) => endedAt >= second * 1000 && endedAt < (second + 1) * 1000
      )
      assert.isAbove(answered.length, 0.6 * rate, `second ${second}`)
    }
  })

  it("[G4] has its turn again a second after it answers, and its share within 30 s", async () => {
    const cluster = simulatedHosts(3)
    const [frozen] = cluster.hosts
    assert.isDefined(frozen)
    frozen.freeze()
    await cluster.run(60_000, rate)
    frozen.thaw()
    await cluster.run(1_000, rate)
    assert.deepStrictEqual(cluster.silent(), [])
    await cluster.run(60_000, rate)
    assert.isAbove(frozen.requests.filter((at) => at > 90_000).length, 0.25 * 31 * rate)
  })

  it("[G4] is found by a process that asks something every 5 s only", async () => {
    const cluster = simulatedHosts(3)
    const [frozen] = cluster.hosts
    assert.isDefined(frozen)
    frozen.freeze()
    await cluster.run(120_000, 0.2)
    assert.strictEqual(cluster.silent().length, 1)
    assert.isBelow(slowest(cluster.outcomes), 1_000)
  })

  it("does not come and go: one that answers each sign of life too late stays silent", async () => {
    const cluster = simulatedHosts(3)
    const [late] = cluster.hosts
    assert.isDefined(late)
    late.millis = 1_200
    await cluster.run(2_000, rate)
    for (let second = 2; second < 60; second++) {
      await cluster.run(1_000, rate)
      assert.strictEqual(cluster.silent().length, 1, `second ${second}`)
    }
  })

  it.each([
    ["one host", 1],
    ["all hosts", 3]
  ])("is none whose writes take long while it gives signs of life: %s", async (_, slow) => {
    const cluster = simulatedHosts(3)
    for (const host of cluster.hosts.slice(0, slow)) {
      host.millis = 3_000
      host.probeMillis = 5
    }
    for (let second = 0; second < 30; second++) {
      await cluster.run(1_000, rate)
      assert.deepStrictEqual(cluster.silent(), [])
    }
    assert.strictEqual(requestsOf(cluster.hosts), 30 * rate)
  })

  it("is none while nobody answers: then everything is asked once, as ever", async () => {
    const cluster = simulatedHosts(3)
    await cluster.run(5_000, rate)
    for (const host of cluster.hosts) host.freeze()
    await cluster.run(5_000, rate)
    assert.deepStrictEqual(cluster.silent(), [])
    assert.strictEqual(requestsOf(cluster.hosts), 10 * rate)
  })

  it("is none because this process stood still", async () => {
    const cluster = simulatedHosts(3)
    await cluster.run(5_000, rate)
    for (let pauses = 0; pauses < 20; pauses++) {
      cluster.send()
      cluster.pause(3_000)
      assert.deepStrictEqual(cluster.silent(), [])
      await cluster.run(1_000, rate)
      assert.deepStrictEqual(cluster.silent(), [])
    }
  })

  it("[G4] is asked nothing when the driver has no connection to it, and found again when it has", async () => {
    const cluster = simulatedHosts(3)
    const [down] = cluster.hosts
    assert.isDefined(down)
    down.isConnected = false
    await cluster.run(10_000, rate)
    assert.deepStrictEqual([...down.requests, ...down.probes], [])
    assert.strictEqual(cluster.usable().length, 2)
    down.isConnected = true
    await cluster.run(10_000, rate)
    assert.isAbove(down.requests.length, 0.2 * 10 * rate)
  })
})

const Behaviour = Schema.Literals(["quick", "slow", "late", "frozen", "frozen for a while", "down"])

describe("whatever hosts do", () => {
  it.prop(
    "[G4] [G6] as long as one answers every request is answered, by at most one try a host, and nothing is left in flight",
    { behaviours: Schema.Array(Behaviour).check(Schema.isMaxLength(4)), seed: Schema.Int },
    async ({ behaviours, seed }) => {
      const cluster = simulatedHosts(behaviours.length + 1, seed)
      behaviours.forEach((behaviour, at) => {
        const host = cluster.hosts[at]
        if (host === undefined) return
        if (behaviour === "slow") host.millis = 300
        if (behaviour === "late") host.millis = 2_000
        if (behaviour === "down") host.isConnected = false
        if (behaviour.startsWith("frozen")) host.freeze()
      })
      await cluster.run(3_000, 40)
      behaviours.forEach((behaviour, at) => {
        if (behaviour === "frozen for a while") cluster.hosts[at]?.thaw()
      })
      await cluster.run(3_000, 40)
      await cluster.run(20_000, 0)
      assert.strictEqual(cluster.outcomes.length, 240)
      assert.isTrue(cluster.outcomes.every(({ isAnswered }) => isAnswered))
      assert.isAtMost(requestsOf(cluster.hosts), 240 * cluster.hosts.length)
      for (const load of cluster.loads()) {
        assert.strictEqual(load.unanswered.size, 0)
        // A frozen host still owes the sign of life that it was asked for last.
        assert.isAtMost(load.inFlight, 1)
        assert.isAtLeast(load.inFlight, 0)
        assert.isAtLeast(waitedMillis(load, cluster.now()), 0)
      }
    },
    { arbitrary: { runs: 40 } }
  )
})

const requestsOf = (hosts: ReturnType<typeof simulatedHosts>["hosts"]): number =>
  hosts.reduce((sum, { requests }) => sum + requests.length, 0)

const latencies = (outcomes: ReadonlyArray<Outcome>, from = 0): ReadonlyArray<number> =>
  outcomes
    .filter(({ sentAt }) => sentAt >= from)
    .map(({ endedAt, sentAt }) => endedAt - sentAt)
    .toSorted((one, other) => one - other)

const slowest = (outcomes: ReadonlyArray<Outcome>): number => latencies(outcomes).at(-1) ?? 0

const percentile99 = (outcomes: ReadonlyArray<Outcome>, from: number): number => {
  const sorted = latencies(outcomes, from)
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN
}
