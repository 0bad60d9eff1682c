import dns from "node:dns"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Result, Schedule } from "effect"
import { Cassandra } from "../../src/cassandra/Cassandra.ts"
import { tcpProxy } from "../faults/TcpProxy.ts"
import { freePorts } from "../support/Ports.ts"
import { describeWith } from "../support/TestServices.ts"
import { settingsFor, testOptions } from "./TestKeyspace.ts"

describeWith("cassandra")("a contact point whose name gets another address", () => {
  layer(Layer.empty, { excludeTestServices: true, timeout: 60_000 })("when the old address", (it) => {
    it.effect(
      "[G4] refuses every connection, statements are answered again within 30 s, without a restart",
      () => moved("Cut"),
      60_000
    )

    it.effect(
      "[G4] swallows what is sent to it, statements are answered again within 30 s, without a restart",
      () => moved("BlackHole"),
      60_000
    )
  })
})

/** Connects by a name, spoils the way to its address, and lets it have another one. */
const moved = Effect.fnUntraced(function* (fault: "Cut" | "BlackHole") {
  const [target = ""] = settingsFor("system").contactPoints
  const [port = 0] = yield* freePorts(1, "127.83.1.1")
  const old = yield* tcpProxy(target, { host: "127.83.1.1", port })
  const name = yield* nameInDns("cassandra.counterfoil.test", "127.83.1.1")
  const cassandra = yield* Cassandra.make(
    settingsFor("system", { contactPoints: [`cassandra.counterfoil.test:${port}`] }),
    testOptions
  )
  const read = cassandra.execute({ query: "SELECT key FROM local", params: [] })
  yield* read
  yield* tcpProxy(target, { host: "127.83.1.2", port })
  yield* old.set({ _tag: fault })
  name.moveTo("127.83.1.2")
  // As the pipeline does: what fails is tried again.
  const isBack = yield* Effect.repeat(Effect.map(Effect.result(read), Result.isSuccess), {
    until: (isAnswered) => isAnswered,
    schedule: Schedule.spaced("250 millis")
  }).pipe(Effect.timeoutOrElse({ duration: "30 seconds", orElse: () => Effect.succeed(false) }))
  assert.isTrue(isBack)
  const [node] = yield* cassandra.nodes
  assert.strictEqual(node?.address, `127.83.1.2:${port}`)
  assert.deepStrictEqual(yield* cassandra.hosts, { known: 1, connected: 1 })
})

/** Lets a name resolve to an address that the test changes, for this process and as long as the scope lasts. */
const nameInDns = (name: string, address: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const current = { address }
      const { resolve4, resolve6 } = dns
      const answer = (of: typeof resolve4, addresses: () => Array<string>) =>
        ((asked: string, done: (error: Error | null, found: Array<string>) => void) =>
          asked === name ? done(null, addresses()) : of(asked, done)) as typeof resolve4
      dns.resolve4 = answer(resolve4, () => [current.address])
      dns.resolve6 = answer(resolve6 as typeof resolve4, () => []) as typeof resolve6
      const restore = (): void => {
        Object.assign(dns, { resolve4, resolve6 })
      }
      const moveTo = (to: string): void => {
        current.address = to
      }
      return { moveTo, restore }
    }),
    ({ restore }) => Effect.sync(restore)
  )
