/** Series that are read where their numbers live, each time metrics are asked for. */
import { type Context, Effect, Metric, type Scope } from "effect"

/**
 * Shows a number as a gauge, for the life of the scope.
 *
 * **Shape**: it goes to the registry of the context, which is that of `Metrics` wherever that is provided.
 */
export const registerGauge = (
  name: string,
  description: string,
  read: () => number,
  attributes: Record<string, string> = {}
): Effect.Effect<void, never, Scope.Scope> =>
  registerMetric(Metric.gauge(name, { description, attributes }), () => ({ value: read() }))

/** The same for any metric. */
export const registerMetric = <Input, State>(
  metric: Metric.Metric<Input, State>,
  get: () => State
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.contextWith((context: Context.Context<never>) =>
    Effect.asVoid(
      Effect.acquireRelease(
        Effect.sync(() =>
          Metric.registerUnsafe(metric, context, { get, update: () => {}, modify: () => {} })
        ),
        (registration) => Effect.sync(registration.remove)
      )
    )
  )
