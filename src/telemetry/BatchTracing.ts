/** How batches are traced: by whom, and which of them. */
import { Context, type Tracer } from "effect"

/** How batches are traced. */
export interface Tracing {
  readonly tracer: Tracer.Tracer
  /** Decides on one batch, before anything is read of it. Cheap. */
  readonly isSampled: () => boolean
}

/** How the batches of this process are traced; undefined, where none is, costs nothing. */
export const BatchTracing = Context.Reference<Tracing | undefined>("counterfoil/telemetry/BatchTracing", {
  defaultValue: () => undefined
})
