/** `npm run bench:traces`: what traces and metrics for a collector cost, as processor time per message, in one process. */
import { type ChildProcess, spawn } from "node:child_process"
import { join } from "node:path"
import { parseArgs } from "node:util"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Context, Duration, Effect, Exit, Layer, Option, Scope } from "effect"
import { BatchTracing } from "../../src/telemetry/BatchTracing.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { layerOtlp } from "../../src/telemetry/Otlp.ts"
import type { TelemetrySettings } from "../../src/telemetry/TelemetrySettings.ts"
import { amountIn } from "../../test/support/CommandLine.ts"
import { telemetryTo } from "../../test/support/otlp/Telemetry.ts"
import { twiceInOrderOf } from "../Rounds.ts"
import { say } from "../Screen.ts"
import { estimate, median } from "../Statistics.ts"
import { cpuMicrosOf, cpuMicrosPerMetricsExport, drainMicros } from "./EmbeddedDrain.ts"

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    messages: { type: "string", default: "10000" },
    batch: { type: "string", default: "50" }
  }
})
const rounds = amountIn("--rounds", values.rounds)
const messages = amountIn("--messages", values.messages)
const batchSize = amountIn("--batch", values.batch)

/** What processor time with 1 % of the batches traced may be, as a share of that with none. */
const mostOfOff = 1.03

const startCollector = Effect.acquireRelease(
  Effect.promise(
    () =>
      new Promise<{ readonly child: ChildProcess; readonly url: string }>((resolve, reject) => {
        const child = spawn(process.execPath, [join(import.meta.dirname, "CollectorProcess.ts")], {
          stdio: ["pipe", "pipe", "inherit"]
        })
        child.once("error", reject)
        child.stdout.once("data", (port) =>
          resolve({ child, url: `http://127.0.0.1:${String(port).trim()}` })
        )
      })
  ),
  ({ child }) => Effect.sync(() => child.kill())
)

/** One round: drains with and without traces, by turns, then what sending the spans took. Both in µs a message. */
const measureRound = Effect.fnUntraced(
  function* (round: number, telemetry: TelemetrySettings) {
    const scope = yield* Scope.make()
    const context = yield* Layer.buildWithScope(layerOtlp(telemetry, "bench"), scope)
    const tracing = Context.get(context, BatchTracing)
    const sums = { off: 0, on: 0 }
    for (let turn = 0; turn < turns; turn++) {
      for (const name of twiceInOrderOf(round + turn, ["off", "on"] as const))
        sums[name] += yield* drainMicros({
          messages,
          batchSize,
          tracing: name === "on" ? tracing : undefined
        })
    }
    sums.on += yield* cpuMicrosOf(Scope.close(scope, Exit.void))
    const drained = 2 * turns * messages
    return { off: sums.off / drained, on: sums.on / drained }
  },
  Effect.provide(Layer.fresh(Metrics.layer))
)

const program = Effect.gen(function* () {
  const { url } = yield* startCollector
  const settings = (tracedShare: number) =>
    telemetryTo(url, { tracedShare, metrics: Option.none(), spansInterval: Duration.hours(1) })
  // Warms code and memory, and does not count.
  yield* measureRound(0, settings(0.01))
  const measured: Array<{ readonly off: number; readonly on: number }> = []
  for (let round = 0; round < rounds; round++) {
    const one = yield* measureRound(round, settings(0.01))
    measured.push(one)
    say(
      `round ${round + 1}: off ${one.off.toFixed(2)} µs, 1 % ${one.on.toFixed(2)} µs, ratio ${(one.on / one.off).toFixed(4)}`
    )
  }
  const off = median(measured.map((one) => one.off))
  const { confidence, high, low, median: ratio } = estimate(measured.map((one) => one.on / one.off))
  const whole = yield* measureRound(0, settings(1))
  const metrics = telemetryTo(url, { traces: Option.none() })
  yield* cpuMicrosPerMetricsExport(metrics, metricsExports)
  const micros = yield* cpuMicrosPerMetricsExport(metrics, metricsExports)
  say(
    `${rounds} rounds of ${4 * turns} drains of ${messages} messages in batches of ${batchSize}, by turns, in one process:`
  )
  say(`  off: median ${off.toFixed(2)} µs of processor time per message`)
  say(
    `  1 % / off: median ${ratio.toFixed(4)}, ${low.toFixed(4)} to ${high.toFixed(4)} (${(confidence * 100).toFixed(0)} %)`
  )
  say(`  100 %: ${(whole.on - whole.off).toFixed(2)} µs more than off`)
  say(
    `  metrics: ${(micros / 1_000).toFixed(1)} ms once a minute, ${((100 * micros) / 60e6).toFixed(3)} % of a processor`
  )
  if (ratio >= mostOfOff) process.exitCode = 1
}).pipe(Effect.scoped)

/** How often the drains of a round alternate: off, on, on, off. */
const turns = 5

/** Sendings of metrics over which the mean is taken. */
const metricsExports = 20

NodeRuntime.runMain(program)
