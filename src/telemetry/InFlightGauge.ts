/** Shows how many statements may be in flight at Cassandra just now. */
import { Effect, Layer } from "effect"
import { Cassandra } from "../cassandra/Cassandra.ts"
import { Metrics } from "./Metrics.ts"

/** Gives `counterfoil_in_flight_statements_limit` its value: MAX_IN_FLIGHT_WRITES, or less while Cassandra is slow. */
export const layerInFlightGauge: Layer.Layer<never, never, Cassandra | Metrics> = Layer.effectDiscard(
  Effect.flatMap(Cassandra, ({ inFlightLimit }) =>
    Metrics.use((metrics) => metrics.watchInFlightLimit(inFlightLimit))
  )
)
