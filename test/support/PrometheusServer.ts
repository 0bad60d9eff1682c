/** Runs Prometheus on the alerts of `deploy/prometheus/`: what they say of processes that it scrapes. */
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Effect, type Scope } from "effect"
import { stringify } from "yaml"
import { cacheFolder, serverLog } from "./Cache.ts"
import { freePorts } from "./Ports.ts"
import { onPath } from "./Programs.ts"
import { type ServerError, serverProcess } from "./ServerProcess.ts"

/** A Prometheus that answers. */
export interface PrometheusServer {
  /** Scrapes the processes at these ports of 127.0.0.1 from now on, and no others. */
  readonly scrape: (ports: ReadonlyArray<number>) => void
  /** The alerts whose expression holds just now, for as long as they ask for or not yet. */
  readonly alerts: Effect.Effect<ReadonlySet<string>>
}

/** Whether the machine has the program. */
export const hasPrometheus = (): boolean => onPath(program) !== undefined

/**
 * Starts Prometheus; it scrapes and evaluates once a second, and ends with the scope. The rules are the ones that are
 * shipped, unchanged.
 *
 * **Errors**: `ServerError` where it is missing or does not answer.
 */
export const prometheusServer: Effect.Effect<PrometheusServer, ServerError, Scope.Scope> = Effect.gen(
  function* () {
    const host = "127.0.0.1"
    const [port = 0] = yield* freePorts(1, host)
    const folder = cacheFolder("prometheus", String(port))
    yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
    const targets = join(folder, "targets.json")
    const scrape = (ports: ReadonlyArray<number>) =>
      writeFileSync(targets, JSON.stringify([{ targets: ports.map((one) => `${host}:${one}`) }]))
    scrape([])
    const configuration = join(folder, "prometheus.yaml")
    writeFileSync(configuration, stringify(configurationWith(targets)))
    yield* serverProcess({
      name: "Prometheus",
      command: program,
      args: [
        `--config.file=${configuration}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        `--web.listen-address=${host}:${port}`,
        "--log.level=warn"
      ],
      host,
      port,
      logFile: serverLog("prometheus", host, port),
      probe: Effect.tryPromise(() => answerOf(`http://${host}:${port}/-/ready`)),
      startWithin: "30 seconds"
    })
    return {
      scrape,
      alerts: Effect.tryPromise(() => answerOf(`http://${host}:${port}/api/v1/alerts`)).pipe(
        Effect.map(namesOf),
        Effect.orElseSucceed(() => new Set<string>())
      )
    }
  }
)

const program = "prometheus"

const rules = join(import.meta.dirname, "..", "..", "deploy", "prometheus", "alerts.yaml")

const configurationWith = (targets: string) => ({
  global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
  rule_files: [rules],
  scrape_configs: [
    { job_name: "counterfoil", file_sd_configs: [{ files: [targets], refresh_interval: "1s" }] }
  ]
})

const answerOf = async (url: string): Promise<string> => {
  const response = await fetch(url)
  const text = await response.text()
  if (!response.ok) throw new Error(`${url}: status ${response.status}`)
  return text
}

const namesOf = (text: string): ReadonlySet<string> => {
  const answer: {
    readonly data: { readonly alerts: ReadonlyArray<{ readonly labels: { readonly alertname: string } }> }
  } = JSON.parse(text)
  return new Set(answer.data.alerts.map(({ labels }) => labels.alertname))
}
