import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { quantityOf } from "../../../src/checks/manifests/Quantity.ts"
import { foundIn, instead } from "./GoodManifests.ts"

describe("manifests that are read", () => {
  it.effect("name the line on which a field is", () =>
    Effect.gen(function* () {
      const text = instead("replicas: 2", "replicas: 0")
      const line = text.split("\n").findIndex((one) => one.includes("replicas")) + 1
      const { sentence } = yield* foundIn(text)
      assert.include(sentence, `run.yaml:${line} (document 2, Deployment counterfoil) spec.replicas: `)
    })
  )

  it.effect("look into lists, cron jobs and init containers, and need no name to know us by", () =>
    Effect.gen(function* () {
      const job = `apiVersion: v1
kind: List
items:
  - kind: CronJob
    metadata: {name: drain}
    spec: {jobTemplate: {spec: {template: {spec: {
      initContainers: [{image: x, args: [setup], env: [{name: PUBSUB_DLQ_TOPIC, value: letters}]}],
      containers: [{image: our/counterfoil, args: [run]}]}}}}}
`
      const { codes, reading } = yield* foundIn(job)
      assert.deepStrictEqual(
        reading.workloads.map(({ command }) => command.subcommand),
        ["setup", "run"]
      )
      assert.deepStrictEqual(codes, ["fatal CF-802", "fatal CF-802", "fatal CF-809"])
    })
  )

  it.effect("refuse what would grow without end, and read nothing into a file that holds nothing", () =>
    Effect.gen(function* () {
      const bomb = [
        "a: &a [x, x]",
        ...[..."bcdefghijk"].map((name, index) => {
          const before = "abcdefghij"[index]
          return `${name}: &${name} [*${before}, *${before}, *${before}, *${before}]`
        })
      ].join("\n")
      assert.deepStrictEqual((yield* foundIn(bomb)).codes, ["fatal CF-801"])
      for (const text of ["", "---\n---\n", "just words", "- 1\n- 2\n", "kind: Deployment\nspec: 5\n"]) {
        const { scalers, unreadable, workloads } = (yield* foundIn(text)).reading
        assert.deepStrictEqual([scalers, unreadable, workloads], [[], [], []])
      }
    })
  )

  it.each([
    ["512Mi", 512 * 2 ** 20],
    ["1.5G", 1.5e9],
    ["1e9", 1e9],
    [1024, 1024],
    ["lots", undefined],
    [undefined, undefined]
  ])("read %s of memory", (field, bytes) => {
    assert.strictEqual(quantityOf(field), bytes)
  })
})
