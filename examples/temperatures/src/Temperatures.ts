/** Keeps the last temperature of each sensor in a table. One of a sensor that is not known yet waits for it. */
import { Cassandra } from "counterfoil/cassandra"
import { CassandraError } from "counterfoil/cassandra/CassandraError"
import { startConsumer } from "counterfoil/pipeline"
import type { Disposition } from "counterfoil/pipeline/Disposition"
import { Effect, Result, Schema } from "effect"

const Sensor = Schema.NonEmptyString.check(Schema.isMaxLength(100))
const Reading = Schema.fromJsonString(Schema.Struct({ sensor: Sensor, celsius: Schema.Finite }))
type Reading = typeof Reading.Type
const decode = Schema.decodeUnknownResult(Reading)

type Reason = "unreadable" | "unknown-sensor"
type Failure = Reason | CassandraError
type Fate = "recorded" | "frost" | "dead-lettered"

/** An outage is tried again; an unknown sensor is waited for, for as long as it may be. */
const dispose = (failure: Failure, mayWait: boolean): Disposition<Reason> => {
  if (failure instanceof CassandraError) return { _tag: "Retry", error: failure.message }
  if (failure === "unknown-sensor" && mayWait) return { _tag: "Wait" }
  return {
    _tag: "DeadLetter",
    reason: failure,
    error: "a reading is the name of a known sensor, and degrees"
  }
}

const atOnce = { concurrency: 64 }

/** Starts to consume temperatures; ends with the scope. */
export const startTemperatures = Effect.fnUntraced(function* (subscription: string) {
  const { execute } = yield* Cassandra

  // At the publish time of its message, so that an older temperature never replaces a newer one.
  const insert = "INSERT INTO temperatures (sensor, celsius) VALUES (?, ?) USING TIMESTAMP ?"
  const record = Effect.fnUntraced(function* ({ celsius, sensor }: Reading, publishTimeMicros: number) {
    const { rows } = yield* execute({ query: "SELECT room FROM sensors WHERE sensor = ?", params: [sensor] })
    if (rows.length === 0) return yield* Effect.fail<Failure>("unknown-sensor")
    yield* execute({ query: insert, params: [sensor, celsius, BigInt(publishTimeMicros)] })
    return celsius < 0 ? "frost" : "recorded"
  })

  return yield* startConsumer<Reading, Failure, Fate, Reason>({
    subscription,
    maxOutstandingMessages: 1_000,
    maxOutstandingBytes: 2 ** 24,
    decode: ({ data }) =>
      Result.mapError(decode(new TextDecoder().decode(data)), (): Failure => "unreadable"),
    handle: (items) =>
      Effect.forEach(items, (item) => Effect.result(record(item.value, item.publishTimeMicros)), atOnce),
    dispose,
    fates: ["recorded", "frost", "dead-lettered"],
    deadLetterFate: () => "dead-lettered",
    waiting: { waitFor: "10 seconds", maxMessages: 1_000, maxBytes: 2 ** 24 }
  })
})
