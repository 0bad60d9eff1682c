/** Shows how many statements may be in flight at Cassandra just now. */
import { Effect, Layer } from "effect"
import { Cassandra } from "../cassandra/Cassandra.ts"
import { registerGauge } from "./Gauge.ts"

/** The gauge `counterfoil_in_flight_statements_limit`: MAX_IN_FLIGHT_WRITES, or less while Cassandra is slow. */
export const layerInFlightGauge: Layer.Layer<never, never, Cassandra> = Layer.effectDiscard(
  Effect.flatMap(Cassandra, ({ inFlightLimit }) =>
    registerGauge(
      "counterfoil_in_flight_statements_limit",
      "Statements that may be in flight at Cassandra; below MAX_IN_FLIGHT_WRITES while Cassandra is slow.",
      inFlightLimit
    )
  )
)
