import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { tcpProxy } from "../faults/TcpProxy.ts"
import { clientAddress, threeNodes } from "../support/CassandraCluster.ts"
import type { CassandraServer } from "../support/CassandraServer.ts"
import { counterfoil, until } from "../support/Counterfoil.ts"
import type { Deployment } from "../support/Deployment.ts"
import { freePorts } from "../support/Ports.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { type Reading, rateBetween, readingsOf, slowestShare, slowMoments } from "./FlowReadings.ts"

/** How long the flow is looked at before a node is spoiled. **Units**: seconds. */
const calmSeconds = 20

describeWith("pubsub")("one of three replicas", () => {
  it.live(
    "[G4] that freezes, or is slow by 300 ms, costs a moment: its turn goes to the others, and health names it",
    ({ annotate }) =>
      Effect.gen(function* () {
        const nodes = yield* threeNodes({ heap: "768m", behindProxies: true })
        const proxies = yield* Effect.all(nodes.map(proxyOf))
        const [node, proxy] = [nodes[2], proxies[2] ?? assert.fail("three proxies")]
        const cassandra = proxies.map(({ address }) => address).join(",")
        const deployment = yield* testDeployment({ cassandra, replication: 3 })
        const [port = 0] = yield* freePorts(1)
        const processor = yield* counterfoil(["run"], {
          ...deployment.environment,
          PAYMENT_GRACE: "60s",
          HTTP_PORT: String(port)
        })
        const url = yield* processor.url
        const load = yield* steadyLoad(deployment)
        const readings = yield* readingsOf(url, () => load.published)
        for (const perSecond of [300, 600]) {
          load.perSecond = perSecond
          // At first the JVMs compile what they do, and statements are prepared; and other work may slow the machine.
          yield* untilCalm(readings, perSecond)
          const frozen = yield* spoiled(readings, {
            begin: node.signal("SIGSTOP"),
            seconds: 60,
            end: node.signal("SIGCONT")
          })
          yield* Effect.promise(() => annotate(`${perSecond}/s, frozen: ${frozen.told}`))
          assert.isAtMost(frozen.secondsBelow60, 3, `${perSecond}/s: ${frozen.told}`)
          assert.isAtMost(
            frozen.slowLater,
            Math.max(0.01, 3 * frozen.slowBefore),
            `${perSecond}/s: ${frozen.told}`
          )
          assert.include(frozen.healthDuring, "degraded")
          assert.include(frozen.healthDuring, proxy.address)
          assert.notInclude(frozen.healthDuring, "unavailable")
          yield* untilCalm(readings, perSecond)

          const slow = yield* spoiled(readings, {
            begin: proxy.set({ _tag: "Delay", millis: 300 }),
            seconds: 30,
            end: proxy.set({ _tag: "Pass" })
          })
          yield* Effect.promise(() => annotate(`${perSecond}/s, slow: ${slow.told}`))
          assert.isAtMost(slow.secondsBelow60, 3, `${perSecond}/s: ${slow.told}`)
          assert.isAtMost(slow.slowLater, Math.max(0.01, 3 * slow.slowBefore), `${perSecond}/s: ${slow.told}`)
        }
        load.perSecond = 0
        yield* Effect.sleep("5 seconds")
        yield* processor.signal("SIGTERM")
        assert.deepStrictEqual(yield* processor.ended, { code: 0, signal: null }, processor.stderr())
        const letters = yield* Effect.promise(() =>
          deployment.pubsub.takeAll(`${deployment.deadLetters}-sub`, 0)
        )
        assert.deepStrictEqual(letters, [])
        const lines = (processor.stdout() + processor.stderr())
          .split("\n")
          .filter((line) => /facts/.test(line))
        yield* Effect.promise(() => annotate(lines.join("\n")))
        // Starting, and twice away and back.
        assert.isAtMost(lines.length, 8, lines.join("\n"))
      }),
    1_500_000
  )
})

const proxyOf = ({ address, host, port }: CassandraServer) =>
  tcpProxy(address, { host: clientAddress(host), port })

/** What a spoiled replica did to the flow. */
const spoiled = Effect.fnUntraced(function* (
  readings: ReadonlyArray<Reading>,
  fault: { readonly begin: Effect.Effect<void>; readonly seconds: number; readonly end: Effect.Effect<void> }
) {
  yield* Effect.sleep(`${calmSeconds} seconds`)
  const began = performance.now()
  yield* fault.begin
  yield* Effect.sleep(`${fault.seconds} seconds`)
  const healthDuring = readings.at(-1)?.health ?? ""
  yield* fault.end
  const before = { from: began - calmSeconds * 1000, to: began }
  const during = { from: began, to: began + fault.seconds * 1000 }
  const later = { from: began + 10_000, to: during.to }
  const rate = rateBetween(readings, before)
  const below = slowMoments(readings, during, 0.6 * rate)
  // A machine that others use as well has such moments anyhow: what the fault costs is what comes on top.
  const belowBefore = slowMoments(readings, before, 0.6 * rate)
  const usual = (belowBefore.length * fault.seconds) / calmSeconds
  // As slow as almost none were before, and a second at least: half a second of it may be the cluster's own.
  const slowBefore = slowestShare(readings, before, 1)
  const slowLater = slowestShare(readings, later, 1)
  const told = [
    `${rate.toFixed(0)}/s before, ${rateBetween(readings, during).toFixed(0)}/s during`,
    `${(below.length / 10).toFixed(1)} s below 60 % (${below.join(" ")}), ${(usual / 10).toFixed(1)} s by the measure of before`,
    `slower than 1 s: ${(100 * slowBefore).toFixed(2)} % before, ${(100 * slowLater).toFixed(2)} % after 10 s`,
    /"facts":\{[^}]*\}/.exec(healthDuring)?.[0] ?? ""
  ].join("; ")
  return { told, secondsBelow60: (below.length - usual) / 10, slowBefore, slowLater, healthDuring }
})

/** Suspends until messages come as fast as they should, and have their fate within a second. */
const untilCalm = (readings: ReadonlyArray<Reading>, perSecond: number) => {
  const told = { flow: "" }
  return Effect.andThen(
    Effect.sleep("10 seconds"),
    until(
      `a calm flow of ${perSecond} messages a second`,
      Effect.sync(() => {
        const last = { from: performance.now() - 10_000, to: performance.now() }
        const rate = rateBetween(readings, last)
        const slow = slowestShare(readings, last, 1)
        told.flow = `${rate.toFixed(0)}/s, ${(100 * slow).toFixed(1)} % take over a second`
        return rate > 0.8 * perSecond && slow < 0.02
      }),
      "240 seconds",
      () => told.flow
    )
  )
}

/** Publishes orders, and the payment of each two seconds later, as many messages a second as it is told. */
const steadyLoad = (deployment: Deployment) =>
  Effect.gen(function* () {
    const load = { perSecond: 0, published: 0 }
    let lastId = 0
    let lastAt = performance.now()
    const unpaid: Array<{ readonly id: number; readonly at: number }> = []
    const publish = Effect.promise(async () => {
      const now = performance.now()
      // What a slow tick has missed is made up for.
      const count = Math.round((load.perSecond / 2) * ((now - lastAt) / 1000))
      const ids = Array.from({ length: count }, () => ++lastId)
      lastAt = now
      const due = unpaid.findIndex(({ at }) => at > now - 2_000)
      const paid = unpaid.splice(0, due < 0 ? unpaid.length : due).map(({ id }) => id)
      unpaid.push(...ids.map((id) => ({ id, at: now })))
      const { orders, payments, pubsub } = deployment
      await Promise.all([
        ids.length === 0 ? undefined : pubsub.publish(orders, ids.map(orderOf)),
        paid.length === 0 ? undefined : pubsub.publish(payments, paid.map(paymentOf))
      ])
      load.published += ids.length + paid.length
    })
    // supervised: it ends with the test; what it does not publish shows in the rate
    yield* Effect.forkScoped(
      Effect.forever(Effect.all([publish, Effect.sleep(tickMillis)], { concurrency: 2 }))
    )
    return load
  })

const tickMillis = 100

const orderOf = (id: number) => ({
  data: `{"order_id": ${id}, "customer_id": 5, "item": "Book", "quantity": 2, "price": 9.5, "shipping_address": "A", "order_status": "Pending", "creation_date": "2024-01-21"}`
})

const paymentOf = (id: number) => ({
  data: `{"payment_id": ${id}, "order_id": ${id}, "payment_method": "Card", "card_last_four": "1234", "payment_status": "Completed", "payment_datetime": "2024-01-21T10:00:00Z"}`
})
