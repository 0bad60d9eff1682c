/** Autoscalers for tests, and what a table says of them. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { foundIn } from "./GoodManifests.ts"

/** A query on a metric that there is. */
export const saturation = "avg(counterfoil_saturation_ratio)"

/** A document after those of `goodManifests`: a ScaledObject with these fields and one trigger. */
export const keda = (fields: string, query = saturation) => `---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: counterfoil}
spec:
  scaleTargetRef: {name: counterfoil}
  ${fields}
  triggers:
    - type: prometheus
      metadata:
        threshold: "1"
        query: >-
          ${query}
`

/** The metric of a HorizontalPodAutoscaler, for its fields. */
export const metric = (type: "Pods" | "External", name: string) =>
  `metrics: [{type: ${type}, ${type.toLowerCase()}: {metric: {name: "${name}"}, target: {type: AverageValue, averageValue: 1}}}]`

/** The same for a HorizontalPodAutoscaler. */
export const podAutoscaler = (
  fields: string,
  target = "{apiVersion: apps/v1, kind: Deployment, name: counterfoil}"
) => `---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: counterfoil}
spec:
  scaleTargetRef: ${target}
  maxReplicas: 8
  ${fields}
`

/** How a finding says where it is in such a document, as a regular expression. */
export const where = (kind: string, path: string) =>
  String.raw`run\.yaml:\d+ \(document 3, ${kind} counterfoil\) ${path.replaceAll(/[.[\]]/g, String.raw`\$&`)}: `

/** A row of a table: a file, and what has to be found in it. */
export type Row = readonly [what: string, text: string, codes: ReadonlyArray<string>, says: RegExp]

/** Has a row judged. */
export const judged = ([, text, codes, says]: Row) =>
  Effect.gen(function* () {
    const found = yield* foundIn(text)
    assert.deepStrictEqual(found.codes, codes, found.sentence)
    assert.match(found.sentence, says)
  })

/** A row of a file in which nothing must be found. */
export const nothing = (what: string, text: string): Row => [what, text, [], /^$/]
