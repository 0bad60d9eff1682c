/** Names of Pub/Sub's resources, short or full. */
import { Option } from "effect"
import type { Parser } from "../Parser.ts"

/**
 * Reads the name of a topic or of a subscription.
 *
 * **Shape**: `orders_data`, or in full `projects/PROJECT/topics/orders_data`.
 * **Source**: https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names: 3 to 255 letters, digits and
 * `-_.~+%`, a letter first, not beginning with `goog`.
 */
export const resourceName = (collection: "topics" | "subscriptions", example: string): Parser<string> => ({
  parse: (text) => {
    const parts = text.split("/")
    const [projects, project = "", kind, id = ""] = parts
    if (parts.length === 1) return isResourceId(text) ? Option.some(text) : Option.none()
    const isFull = parts.length === 4 && projects === "projects" && kind === collection
    return isFull && isProjectId(project) && isResourceId(id) ? Option.some(text) : Option.none()
  },
  allowed:
    "3 to 255 letters, digits and -_.~+%, a letter first and not goog, " +
    `or in full projects/PROJECT/${collection}/NAME`,
  example
})

/**
 * Reads the id of a project.
 *
 * **Shape**: Google's ids, numbers and domain-scoped ids (`example.com:shop`); emulators take more, so this does too.
 */
export const projectId: Parser<string> = {
  parse: (text) => (isProjectId(text) ? Option.some(text) : Option.none()),
  allowed: "at most 100 letters, digits and -_.:, a letter or digit first",
  example: "my-project"
}

const isProjectId = (text: string): boolean => /^[a-z0-9][a-z0-9._:-]{0,99}$/i.test(text)

const isResourceId = (text: string): boolean =>
  /^[a-z][a-z0-9._~+%-]{2,254}$/i.test(text) && !/^goog/i.test(text)
