/** Shows how many statements are, and may be, in flight at Cassandra just now. */
import { Effect, Layer } from "effect"
import { Cassandra } from "../cassandra/Cassandra.ts"
import { Metrics } from "./Metrics.ts"

/** Gives the gauges of statements in flight their values; the limit is MAX_IN_FLIGHT_WRITES, or less while Cassandra is slow. */
export const layerInFlightGauge: Layer.Layer<never, never, Cassandra | Metrics> = Layer.effectDiscard(
  Effect.flatMap(Cassandra, ({ inFlight, inFlightLimit }) =>
    Metrics.use((metrics) => metrics.watchStatements({ inFlight, limit: inFlightLimit }))
  )
)
