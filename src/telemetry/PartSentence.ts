/** What is said of a part that is not healthy: what it means, what happens to the messages, and what to do. */
import { counted, flowOf } from "./FlowText.ts"
import { type HealthPart, type HealthState, healthParts, type PartHealth, reasonOf } from "./Health.ts"
import { lasted } from "./LastedText.ts"
import { isSilenceOfCassandra } from "./SilenceOfCassandra.ts"
import type { StatusReading } from "./StatusReading.ts"

/** Whose turn it is to speak first. */
export const ranks = { stopping: 0, facts: 1, source: 2, letters: 3, starting: 4, paused: 5, degraded: 6 }

/** One of {@link ranks}. */
export type Rank = keyof typeof ranks

/** What there is to say of one part. */
export interface AboutPart {
  readonly rank: Rank
  readonly text: string
  /** For where another part comes first. */
  readonly brief: string
}

const subjects: Readonly<Record<HealthPart, string>> = {
  orders: "orders",
  payments: "payments",
  facts: "the fact table",
  "dead-letters": "the dead-letter topic"
}

/** What there is to say of a part; undefined where it is healthy. */
export const aboutPart = (part: HealthPart, reading: StatusReading): AboutPart | undefined => {
  const { since, state } = reading.parts[part]
  if (state._tag === "Healthy") return undefined
  const reason = reasonOf(state)
  const time = lasted(reading.nowMillis - since)
  const why = reason === undefined ? "" : ` (${reason})`
  return {
    rank: rankOf(part, state),
    brief: `${subjects[part]}: ${state._tag.toLowerCase()} for ${time}${why}`,
    text: textOf(part, reading, time)
  }
}

const rankOf = (part: HealthPart, { _tag }: HealthState): Rank => {
  switch (_tag) {
    case "Unavailable":
      return part === "facts" ? "facts" : part === "dead-letters" ? "letters" : "source"
    case "Stopping":
      return "stopping"
    case "Starting":
      return "starting"
    case "Paused":
      return "paused"
    default:
      return "degraded"
  }
}

const textOf = (part: HealthPart, reading: StatusReading, time: string): string => {
  const health = reading.parts[part]
  const reason = reasonOf(health.state) ?? ""
  switch (health.state._tag) {
    case "Unavailable":
      return ofUnavailable(part, health, time, reading)
    case "Stopping":
      return stopping
    case "Starting":
      return ofStarting(reading)
    case "Paused":
      return ofPaused(part, reason, reading)
    default:
      return `It works, with trouble: ${reason}.${toDo(health)}`
  }
}

const stopping = "Stopping. What is in flight is finished; the rest is given back and comes again."

const ofStarting = ({ parts }: StatusReading): string => {
  const waitedFor = healthParts.filter((part) => parts[part].state._tag === "Starting")
  const names = waitedFor.map((part) => subjects[part])
  return `Starting. Waiting for ${names.join(", ")}; nothing is lost meanwhile.`
}

const ofPaused = (part: HealthPart, reason: string, reading: StatusReading): string =>
  `It works, at a limit: the intake of ${subjects[part]} is paused (${reason}). Nothing is lost; it resumes by itself. ${flowOf(reading)}.`

const ofUnavailable = (
  part: HealthPart,
  health: PartHealth,
  time: string,
  reading: StatusReading
): string => {
  const reason = reasonOf(health.state) ?? ""
  if (part === "facts") {
    const error = "error" in health.state ? health.state.error : undefined
    const what = isSilenceOfCassandra(error)
      ? `Cassandra has not answered for ${time}`
      : `The fact table has not worked for ${time}: ${reason}`
    return `${what}. Nothing is lost; ${intakeOf(reading)}; it resumes by itself.${toDo(health)}`
  }
  if (part === "dead-letters") {
    return `The dead-letter topic has not worked for ${time}: ${reason}. Nothing is lost; what needs it is held, and the rest is stored; it resumes by itself.${toDo(health)}`
  }
  return `No ${subjects[part]} have come from Pub/Sub for ${time}: ${reason}. Nothing is lost; it connects again by itself.${toDo(health)}`
}

const intakeOf = ({ held, paused }: StatusReading): string =>
  paused.length > 0 ? "intake is paused" : `${counted(held, "delivery", "deliveries")} held and tried again`

const toDo = ({ remedy }: PartHealth): string => (remedy === undefined ? "" : ` To do: ${remedy}.`)
