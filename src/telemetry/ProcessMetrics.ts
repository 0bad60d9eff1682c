/** Series about the process itself, beside those about deliveries. */
import { monitorEventLoopDelay } from "node:perf_hooks"
import { Effect, Layer, Metric } from "effect"
import { registerGauge, registerMetric } from "./Gauge.ts"
import { eventLoopSampleMillis } from "./Limits.ts"
import { Metrics } from "./Metrics.ts"

/**
 * Adds memory, CPU time, start time, event loop lag and the version to what `Metrics` shows, for the life of the
 * layer.
 *
 * **Shape**: the names Prometheus' own client libraries use where there is one.
 */
export const layerProcessMetrics = (appVersion: string): Layer.Layer<never, never, Metrics> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      // The series go to the registry that comes with `Metrics`.
      yield* Metrics
      const lag = yield* eventLoopLag
      yield* registerGauge("process_resident_memory_bytes", "Resident memory size in bytes.", () =>
        process.memoryUsage.rss()
      )
      yield* registerGauge(
        "process_start_time_seconds",
        "Start time of the process since the epoch in seconds.",
        () => performance.timeOrigin / 1000
      )
      yield* registerGauge(
        "nodejs_eventloop_lag_p99_seconds",
        "99th percentile of the event loop's lag since the metrics were last read, in seconds.",
        lag
      )
      yield* registerGauge(
        "counterfoil_build_info",
        "The version that runs, as a label; always 1.",
        () => 1,
        {
          version: appVersion
        }
      )
      yield* registerMetric(
        Metric.counter("process_cpu_seconds_total", {
          description: "User and system CPU time spent in seconds.",
          incremental: true
        }),
        () => ({ count: cpuSeconds(), incremental: true })
      )
    })
  )

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const eventLoopLag = Effect.acquireRelease(
  Effect.sync(() => {
    const delay = monitorEventLoopDelay({ resolution: eventLoopSampleMillis })
    delay.enable()
    return delay
  }),
  (delay) => Effect.sync(() => void delay.disable())
).pipe(
  Effect.map((delay) => () => {
    // The monitor measures the distance between its own timer's ticks, which is the resolution when all is well.
    const lag = delay.count === 0 ? 0 : delay.percentile(99) / 1e9 - eventLoopSampleMillis / 1e3
    delay.reset()
    return Math.max(0, lag)
  })
)
