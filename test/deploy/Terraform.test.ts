import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parse } from "@cdktf/hcl2json"
import { describe, expect, it } from "vitest"
import { retentionDays, retentionLongestDays, setupAckDeadlineSeconds } from "../../src/cli/Limits.ts"
import { sections } from "../../src/config/Sections.ts"

const folder = join(import.meta.dirname, "..", "..", "deploy", "terraform")

type Block = Readonly<Record<string, unknown>>
type Blocks = Readonly<Record<string, readonly [Block]>>

type Rights = Readonly<Record<string, Readonly<Record<"command" | "topic" | "role", string>>>>

interface Module {
  readonly variable?: Blocks
  readonly resource?: Readonly<Record<string, Blocks>>
  readonly locals?: readonly [
    { readonly commands: string; readonly subscription_rights: string; readonly topic_rights: Rights }
  ]
}

/** All files of the module in one. */
const modules: Promise<ReadonlyArray<Module>> = Promise.all(
  readdirSync(folder)
    .filter((file) => file.endsWith(".tf"))
    .map((file): Promise<Module> => parse(file, readFileSync(join(folder, file), "utf8")))
)

const inModule = async <A>(of: (one: Module) => Readonly<Record<string, A>> | undefined) =>
  Object.assign({}, ...(await modules).map((one) => of(one) ?? {})) as Readonly<Record<string, A>>

const resources = (kind: string) => inModule(({ resource }) => resource?.[kind])
const variables = () => inModule(({ variable }) => variable)

const names = Object.values(sections.pubSub.variables).filter(
  ({ doc }) => doc.name.endsWith("_TOPIC") || doc.name.endsWith("_SUBSCRIPTION")
)

/** The rights on subscriptions that an expression holds: who may do what with what. */
const rightsIn = (expression: string): ReadonlyArray<string> =>
  [
    ...expression.matchAll(
      /command = "(\w+)", subscription = google_pubsub_subscription\.(\w+)\.name, role = "roles\/pubsub\.(\w+)"/g
    )
  ].map(([, command, what, role]) => `${command}: ${role} of the subscription ${what}`)

const accessDocument = readFileSync(join(folder, "..", "..", "docs", "access.md"), "utf8")

/** The rights of an account, as the table of docs/access.md has them, each once. */
const documentedRights = (account: string): ReadonlyArray<string> => [
  ...new Set(
    accessDocument
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .map((line) => line.split("|").map((cell) => cell.trim()))
      .filter(([, , who = ""]) => who.replaceAll("`", "") === account)
      .flatMap(([, , , resources = "", roles = ""]) =>
        resources.split(", ").flatMap((resource) =>
          roles.split(", ").map((role) => {
            const [which = "", what = ""] = resource.split(" ")
            const name = which === "dead-letter" ? "dlq" : which
            return `${account.split(" ")[0]}: ${role.replaceAll("`", "").replace("roles/pubsub.", "")} of the ${what} ${name}`
          })
        )
      )
  )
]

describe("the Terraform module", () => {
  it.each(names.map((variable) => [variable.doc.name, variable] as const))(
    "%s has the same default as the program",
    async (name, { defaultText }) => {
      const own = await variables()
      const [block] = own[name.replace("PUBSUB_", "").toLowerCase()] ?? []
      expect(block).toMatchObject({ default: defaultText, description: name })
    }
  )

  it("makes each topic, and a subscription of each, under these names", async () => {
    const [topics, subscriptions] = [
      await resources("google_pubsub_topic"),
      await resources("google_pubsub_subscription")
    ]
    expect(Object.keys(topics).toSorted()).toEqual(["dlq", "orders", "payments"])
    for (const [name, [topic]] of Object.entries(topics)) {
      const reference = (what: string) => `\${var.${name}_${what}}`
      expect(topic["name"]).toBe(reference("topic"))
      expect(subscriptions[name]?.[0]).toMatchObject({
        name: reference("subscription"),
        topic: `\${google_pubsub_topic.${name}.id}`
      })
    }
  })

  it("makes subscriptions as `setup pubsub` does", async () => {
    const subscriptions = await resources("google_pubsub_subscription")
    for (const [name, [subscription]] of Object.entries(subscriptions)) {
      const days = name === "dlq" ? retentionLongestDays : retentionDays
      expect(subscription).toMatchObject({
        ack_deadline_seconds: setupAckDeadlineSeconds,
        message_retention_duration: `${days * 86_400}s`,
        expiration_policy: [{ ttl: "" }]
      })
    }
  })

  it("[G5] gives no subscription a dead-letter policy, or a backoff that holds orders back", async () => {
    for (const [block] of Object.values(await resources("google_pubsub_subscription"))) {
      expect(Object.keys(block)).not.toContain("dead_letter_policy")
      expect(Object.keys(block)).not.toContain("retry_policy")
      expect(Object.keys(block)).not.toContain("enable_message_ordering")
    }
  })

  it("gives each command the rights that docs/access.md says it needs, on single topics and subscriptions, and no others", async () => {
    const rights = (await modules).flatMap(({ locals }) => locals?.[0] ?? [])
    expect(rights.length).toBe(1)
    const [{ subscription_rights = "", topic_rights = {} } = {}] = rights
    const [always = "", withRedrive = ""] = subscription_rights.split("var.run_redrives")
    const onTopics = Object.values(topic_rights).map(
      ({ command, role, topic }) =>
        `${command}: ${role.replace("roles/pubsub.", "")} of the topic ${topic.split(".")[1]}`
    )
    const accounts = Object.keys(await resources("google_service_account"))
    expect(accounts).toEqual(["command"])
    const commands = (await modules).flatMap(({ locals }) => locals?.[0].commands ?? [])
    const documented = [...documentedRights("run"), ...documentedRights("dlq"), ...documentedRights("doctor")]
    expect(documented.length).toBeGreaterThan(12)
    expect([...rightsIn(always), ...onTopics].toSorted()).toEqual(
      [...documented, ...documentedRights("restore")].toSorted()
    )
    expect(rightsIn(withRedrive).toSorted()).toEqual(
      documentedRights("run with run_redrives = true").toSorted()
    )
    expect(commands.join()).toContain('"run", "dlq", "restore", "doctor"')
  })

  it("lets those publish that docs/access.md says may", async () => {
    const publishing = Object.values(await resources("google_pubsub_topic_iam_member")).flatMap(([block]) =>
      block["for_each"] === `\${var.publishers}`
        ? [
            `publishers: ${String(block["role"]).replace("roles/pubsub.", "")} of the topic ${String(block["topic"]).split(".")[1]}`
          ]
        : []
    )
    expect(publishing.toSorted()).toEqual(documentedRights("publishers").toSorted())
  })

  it("gives nobody a right on a whole project", async () => {
    const kinds = (await modules).flatMap(({ resource }) => Object.keys(resource ?? {}))
    expect([...new Set(kinds)].toSorted()).toEqual([
      "google_pubsub_subscription",
      "google_pubsub_subscription_iam_member",
      "google_pubsub_topic",
      "google_pubsub_topic_iam_member",
      "google_service_account",
      "google_service_account_iam_member"
    ])
  })

  it("refers only to what it declares", async () => {
    const text = JSON.stringify(await modules)
    const declared = new Set(Object.keys(await variables()))
    const used = [...text.matchAll(/\bvar\.(\w+)/g)].map(([, name = ""]) => name)
    expect([...new Set(used)].filter((name) => !declared.has(name))).toEqual([])
    expect([...declared].filter((name) => !used.includes(name))).toEqual([])
  })
})
