/** The names of all variables, and which of them a name that is none of them may mean. */
import { sections } from "./Sections.ts"
import { similarName } from "./SimilarName.ts"

/** Every name by which a setting is read from the environment. */
export const variableNames: ReadonlySet<string> = new Set(
  Object.values(sections)
    .flatMap((section) => Object.values(section.variables))
    .flatMap(({ doc }) => [doc.name, ...(doc.aliases ?? [])])
)

/** The variable that a name most probably means. Undefined where none is near, and for a name that is one. */
export const similarVariable = (name: string): string | undefined =>
  variableNames.has(name) ? undefined : similarName(name, variableNames)

/** Whether a name looks like one of ours, be it near to one or not. Kubernetes names the address of a service so, too. */
export const looksLikeOurs = (name: string): boolean =>
  /^(?:PUBSUB|CASSANDRA|WAITING_ROOM)_/.test(name) && !/_(?:SERVICE_(?:HOST|PORT)|PORT)(?:_\w+)?$/.test(name)
