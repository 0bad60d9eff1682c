/** Every scenario, in the order in which they are run. */
import type { Scenario } from "./Scenario.ts"
import { backlogs } from "./scenarios/Backlogs.ts"
import { cassandraAway } from "./scenarios/CassandraAway.ts"
import { refusals } from "./scenarios/CassandraRefuses.ts"
import { clocks } from "./scenarios/Clocks.ts"
import { heat } from "./scenarios/Heat.ts"
import { nodesAway } from "./scenarios/NodesAway.ts"
import { nodesSlow } from "./scenarios/NodesSlow.ts"
import { oneOfTwoApart } from "./scenarios/OneOfTwoApart.ts"
import { oneOrder } from "./scenarios/OneOrderHeldUp.ts"
import { processes, restarts } from "./scenarios/Processes.ts"
import { answersAway, pubSubAway } from "./scenarios/PubSubAway.ts"
import { rowsRejected } from "./scenarios/RowsRejected.ts"
import { sourcesGone } from "./scenarios/SourcesGone.ts"
import { ties } from "./scenarios/Ties.ts"
import { upgrades } from "./scenarios/Upgrades.ts"
import { writesRefused } from "./scenarios/WritesRefused.ts"

/** All of them. */
export const scenarios: ReadonlyArray<Scenario> = [
  ...processes,
  ...cassandraAway,
  ...refusals,
  ...pubSubAway,
  ...restarts,
  ...upgrades,
  ...heat,
  ...backlogs,
  ...clocks,
  ...ties,
  ...answersAway,
  ...oneOfTwoApart,
  ...oneOrder,
  ...rowsRejected,
  ...writesRefused,
  ...sourcesGone,
  ...nodesAway,
  ...nodesSlow
]

/** The one of that name. **Errors**: throws where there is none. */
export const scenarioNamed = (name: string): Scenario => {
  const found = scenarios.find((scenario) => scenario.name === name)
  if (found === undefined) throw new Error(`there is no scenario ${name}`)
  return found
}
