/** *memory*: the most memory under the limit of a container, with the settings that docs/containers.md has for it. */
import type { ScenarioBench } from "../Bench.ts"
import { withoutGrace } from "../Candidate.ts"
import { drainOrders } from "../DrainPhase.ts"
import { type Findings, Measurements, paired } from "../Findings.ts"
import { memoryCgroup } from "../MemoryCgroup.ts"
import { say } from "../Screen.ts"

/** A row of the table in docs/containers.md. */
interface Container {
  /** **Units**: MiB. */
  readonly limit: number
  readonly nodeOptions: ReadonlyArray<string>
  readonly settings: Readonly<Record<string, string>>
}

/** The rows; a test compares them with the document. */
export const containers: ReadonlyArray<Container> = [
  {
    limit: 256,
    nodeOptions: ["--max-old-space-size=160", "--max-semi-space-size=8"],
    settings: { MAX_OUTSTANDING_BYTES: "16MiB", WAITING_ROOM_BYTES: "16MiB" }
  },
  { limit: 512, nodeOptions: ["--max-old-space-size=300", "--max-semi-space-size=16"], settings: {} },
  { limit: 1024, nodeOptions: ["--max-old-space-size=640", "--max-semi-space-size=32"], settings: {} },
  { limit: 2048, nodeOptions: ["--max-old-space-size=1280", "--max-semi-space-size=64"], settings: {} }
]

/** Drains a small and a large backlog of orders under each limit; a process that is killed for its memory fails it. */
export const memoryScenario = async (bench: ScenarioBench): Promise<Findings> => {
  const measurements = new Measurements("memory", quantities)
  const [small, large] = bench.amounts.backlogs
  for (let round = 0; round < bench.amounts.rounds.memory; round++) {
    for (const container of containers) {
      const name = nameOf(container)
      for (const [key, count] of [
        ["small", small],
        ["large", large]
      ] as const) {
        const peak = await peakUnder(bench, container, count)
        measurements.record(name, key, peak)
        say(`memory, round ${round + 1}, ${name}: ${Math.round(peak)} MiB with ${count}`)
      }
    }
  }
  return {
    measured: measurements.measured(containers.map(nameOf)),
    ratios: containers.flatMap((container) => {
      const name = nameOf(container)
      const [few, many] = [measurements.of(name, "small"), measurements.of(name, "large")]
      return [
        {
          id: `memory.${container.limit}.growth`,
          title: `memory: peak, large / small backlog, ${name}`,
          unit: "×",
          values: paired(many, few, (one, other) => one / other)
        },
        {
          id: `memory.${container.limit}.used`,
          title: `memory: peak with the large backlog / limit, ${name}`,
          unit: "×",
          values: many.map((peak) => peak / container.limit)
        }
      ]
    })
  }
}

const quantities = {
  small: { title: "peak with the small backlog", unit: "MiB" },
  large: { title: "peak with the large backlog", unit: "MiB" }
}

const nameOf = ({ limit }: Container): string => `limit ${limit} MiB`

const peakUnder = async (bench: ScenarioBench, container: Container, count: number): Promise<number> => {
  const { limit, nodeOptions, settings } = container
  const cgroup = memoryCgroup(limit)
  if (cgroup === undefined) say(`memory: no cgroup can be made here, so ${limit} MiB is not enforced`)
  const launch = {
    ...bench.launch,
    nodeOptions: [...bench.launch.nodeOptions, ...nodeOptions],
    onStart: (pid: number) => cgroup?.add(pid)
  }
  const [, counterfoil] = bench.candidates
  const drained = await drainOrders({ ...bench, launch }, counterfoil, count, {
    ...withoutGrace,
    ...settings
  })
  cgroup?.remove()
  return drained.peakResidentBytes / 2 ** 20
}
