/** What goes wrong at the table and the dead-letter topic, as a plan has it. */
import type { Clock } from "effect"
import type { Encounter } from "../support/FaultyFactStore.ts"
import { SeededRandom } from "../support/SeededRandom.ts"
import { type World, worldBegins } from "../support/World.ts"
import type { Plan } from "./Plan.ts"
import { refusedText } from "./Traffic.ts"

/** Has the table answer late or time out, and publishes take time, by the plan's seed. */
export const injectFaults = (world: World, plan: Plan, clock: Clock.Clock): void => {
  const random = new SeededRandom(plan.seed + 1)
  const { table } = plan
  world.storeFaults.latency = () => random.between(0, table.latencyMax)
  world.storeFaults.encounter = (orderId) => {
    if (clock.currentTimeMillisUnsafe() < worldBegins + (table.heldUp.get(orderId) ?? 0))
      return "timed-out-unwritten"
    return drawTimeOut(random, table)
  }
  world.storeFaults.failsToRead = () => table.unread > 0 && random.chance(table.unread)
  world.storeFaults.rejects = (_, write) =>
    ("order" in write ? write.order.item : write.payment.payment_method) === refusedText
  world.storeFaults.late = () => random.between(1, 4_000)
  world.progressFaults.latency = world.storeFaults.latency.bind(undefined, "read states")
  world.progressFaults.encounter = () => drawTimeOut(random, table)
  world.progressFaults.late = world.storeFaults.late
  world.publisherFaults.latency = () => random.between(0, plan.publishLatencyMax)
}

const drawTimeOut = (random: SeededRandom, table: Plan["table"]): Encounter => {
  if (random.chance(table.timedOutWritten)) return "timed-out-written"
  if (random.chance(table.timedOutLate)) return "timed-out-late"
  return random.chance(table.timedOutUnwritten) ? "timed-out-unwritten" : "answered"
}
