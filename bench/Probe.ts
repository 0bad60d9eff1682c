/**
 * Loaded into a candidate by `node --import`: records when a message was received and when its row was durable.
 *
 * It stands at the two places that both candidates share because they use the same vendor packages: where a streaming
 * pull hands over what it decoded from the network, before anything can hold it up, and where the driver's promise of
 * a write resolves. So both are measured alike, and neither measures itself. It costs both the same few microseconds
 * a message, which is why only the scenarios of flows load it. At the end of the process the samples go to the file
 * that BENCH_PROBE_FILE names.
 */
import { writeFileSync } from "node:fs"
import { v1 } from "@google-cloud/pubsub"
import { Client } from "cassandra-driver"
import type { PullResponse } from "./PubSubAccess.ts"
import { encodeSamples, type Samples, type StreamName } from "./Samples.ts"
import { type WriteShape, writeShape, writtenOrderIds } from "./WriteShape.ts"

interface Receipt {
  readonly publishedAt: number
  readonly receivedAt: number
}

const waiting: Record<StreamName, Map<number, Receipt>> = { orders: new Map(), payments: new Map() }
const samples: Samples = { orders: [], payments: [] }

const now = (): number => performance.timeOrigin + performance.now()

const received = ({ receivedMessages }: PullResponse): void => {
  const receivedAt = now()
  for (const { message } of receivedMessages) {
    const text = String(message?.data ?? "")
    const orderId = Number(/"order_id":(\d+)/.exec(text)?.[1])
    const stream = text.includes('"payment_id"') ? "payments" : "orders"
    const time = message?.publishTime
    const publishedAt = Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1_000_000
    // A redelivery does not reset the clock.
    if (!waiting[stream].has(orderId)) waiting[stream].set(orderId, { publishedAt, receivedAt })
  }
}

const durable = (query: string, values: unknown): void => {
  const shape = shapeOf(query)
  if (shape === undefined || !Array.isArray(values)) return
  const durableAt = now()
  for (const orderId of writtenOrderIds(shape, values)) {
    const receipt = waiting[shape.stream].get(orderId)
    if (receipt === undefined) continue
    waiting[shape.stream].delete(orderId)
    samples[shape.stream].push({ ...receipt, durableAt })
  }
}

const shapes = new Map<string, WriteShape | undefined>()

const shapeOf = (query: string): WriteShape | undefined => {
  if (!shapes.has(query)) shapes.set(query, writeShape(query))
  return shapes.get(query)
}

// biome-ignore lint/suspicious/noExplicitAny: a method is replaced by one that passes everything on.
type Method = (...args: Array<any>) => any

const replace = (target: object, name: string, wrap: (original: Method) => Method): void => {
  const holder = target as Record<string, Method | undefined>
  const original = holder[name]
  if (original === undefined) throw new Error(`${name} is gone: the probe does not fit this version`)
  holder[name] = wrap(original)
}

replace(
  v1.SubscriberClient.prototype,
  "initialize",
  (initialize) =>
    function (this: unknown) {
      const stub: Promise<object> = initialize.call(this)
      if (!probed.has(stub)) {
        probed.add(stub)
        // The generated method, and the one below it, which it does not go through when it is called.
        void stub.then((methods) => {
          replace(methods, "streamingPull", probedPull)
          replace(methods, "makeBidiStreamRequest", probedPull)
        })
      }
      return stub
    }
)

// Every call of initialize gives the same promise.
const probed = new WeakSet<Promise<object>>()

const probedPull = (streamingPull: Method): Method =>
  function (this: unknown, ...args) {
    const stream = streamingPull.apply(this, args)
    replace(stream, "push", (push) => (response, ...others) => {
      if (response !== null) received(response)
      return push.call(stream, response, ...others)
    })
    return stream
  }

replace(
  Client.prototype,
  "execute",
  (execute) =>
    function (this: unknown, query, params, ...others) {
      const answer = execute.call(this, query, params, ...others)
      void answer.then(
        () => durable(query, params),
        () => undefined
      )
      return answer
    }
)

replace(
  Client.prototype,
  "batch",
  (batch) =>
    function (this: unknown, statements, ...others) {
      const answer = batch.call(this, statements, ...others)
      void answer.then(
        () => {
          for (const { query, params } of statements) durable(query, params)
        },
        () => undefined
      )
      return answer
    }
)

process.once("exit", () => {
  const file = process.env["BENCH_PROBE_FILE"]
  if (file !== undefined) writeFileSync(file, encodeSamples(samples))
})
