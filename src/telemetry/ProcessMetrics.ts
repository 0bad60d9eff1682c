/** Series about the process itself, beside those about deliveries. */
import { monitorEventLoopDelay } from "node:perf_hooks"
import { Duration, Effect, Layer, Metric, type Scope } from "effect"
import { registerGauge, registerMetric } from "./Gauge.ts"
import { eventLoopSampleMillis, eventLoopWindowMillis } from "./Limits.ts"
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
        "99th percentile of the event loop's lag over one to two minutes, in seconds.",
        () => lag((delay) => delay.percentile(99))
      )
      yield* registerGauge(
        "nodejs_eventloop_lag_max_seconds",
        "Longest lag of the event loop over one to two minutes, in seconds.",
        () => lag((delay) => delay.max)
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

type Delay = ReturnType<typeof monitorEventLoopDelay>
type Lag = (of: (delay: Delay) => number) => number

/**
 * Measures the event loop's lag in two windows that overlap by half, and tells of the older one: however often and by
 * however many it is read, no reading takes anything from another.
 */
const eventLoopLag: Effect.Effect<Lag, never, Scope.Scope> = Effect.gen(function* () {
  let older = yield* delayMonitor
  let newer = yield* delayMonitor
  const turn = Effect.sync(() => {
    older.reset()
    ;[older, newer] = [newer, older]
  })
  // supervised: it only sleeps and swaps, and ends with the layer
  yield* Effect.forkScoped(Effect.forever(Effect.delay(turn, Duration.millis(eventLoopWindowMillis))))
  return (of) => {
    // The monitor measures the distance between its own timer's ticks, which is the resolution when all is well.
    const lag = older.count === 0 ? 0 : of(older) / 1e9 - eventLoopSampleMillis / 1e3
    return Math.max(0, lag)
  }
})

const delayMonitor = Effect.acquireRelease(
  Effect.sync(() => {
    const delay = monitorEventLoopDelay({ resolution: eventLoopSampleMillis })
    delay.enable()
    return delay
  }),
  (delay) => Effect.sync(() => void delay.disable())
)
