import { describe, it } from "@effect/vitest"
import { goodManifests } from "./GoodManifests.ts"
import { judged, keda, metric, nothing, podAutoscaler, type Row, saturation, where } from "./Scalers.ts"

const one = "minReplicaCount: 1"
const query = (text: string) => goodManifests + keda(one, text)
const pods = (name: string) => goodManifests + podAutoscaler(metric("Pods", name))
const inQuery = where("ScaledObject", "spec.triggers[0].metadata.query")

describe("the checks of an autoscaler's metrics", () => {
  it.effect.each<Row>([
    nothing("nothing in a metric that run exports", query(saturation)),
    nothing(
      "nothing in a part of a histogram",
      query("histogram_quantile(0.9, sum by (le) (rate(counterfoil_durable_seconds_bucket[5m])))")
    ),
    nothing(
      "nothing in texts, labels, comments, recording rules, and metrics of others",
      query(
        'sum(counterfoil_waiting_deliveries{job=~"counterfoil_.*", pod="}counterfoil_x"}) + counterfoil_lag:max + job:counterfoil_lag + my_counterfoil_lag # counterfoil_y'
      )
    ),
    nothing(
      "nothing in a trigger of another type",
      query("counterfoil_lag").replace("type: prometheus", "type: datadog")
    ),
    [
      "a name that is nearly one",
      query("avg(counterfoil_saturation_ration)"),
      ["fatal CF-812"],
      new RegExp(
        `^CF-812: ${inQuery}run exports no metric counterfoil_saturation_ration: .*; expected: counterfoil_saturation_ratio; counterfoil_saturation_ratio in place of counterfoil_saturation_ration$`
      )
    ],
    [
      "a counter without its _total",
      query("rate(counterfoil_fates[5m])"),
      ["fatal CF-812"],
      /; counterfoil_fates_total in place of counterfoil_fates$/
    ],
    [
      "a histogram where one of its series is meant",
      query("counterfoil_durable_seconds"),
      ["fatal CF-812"],
      /; counterfoil_durable_seconds_bucket in place of/
    ],
    [
      "a part of what is no histogram",
      query("counterfoil_saturation_ratio_bucket"),
      ["fatal CF-812"],
      /; counterfoil_saturation_ratio in place of/
    ],
    [
      "a name that is near to none",
      query("counterfoil_backlog > 1"),
      ["warning CF-812"],
      /expected: a metric of docs\/metrics\.md, or of such a rule; correct counterfoil_backlog, or see that the rule exists$/
    ],
    [
      "a name that is given as a label",
      query('sum({__name__="counterfoil_backlog", stream="orders"})'),
      ["warning CF-812"],
      /no metric counterfoil_backlog:/
    ],
    [
      "each unknown name once, beside those that are known",
      query(`counterfoil_one / counterfoil_two + counterfoil_one + ${saturation}`),
      ["warning CF-812", "warning CF-812"],
      /no metric counterfoil_one:/
    ],
    nothing("nothing in a metric of pods that run exports", pods("counterfoil_saturation_ratio")),
    nothing("nothing in a rate as adapters call it", pods("counterfoil_deliveries_received_per_second")),
    nothing(
      "nothing in a name as Google's adapter writes it",
      pods("prometheus.googleapis.com|counterfoil_saturation_ratio|gauge")
    ),
    [
      "a metric of pods that is nearly one",
      pods("counterfoil_saturation_ratios"),
      ["warning CF-812"],
      new RegExp(`^CF-812: ${where("HorizontalPodAutoscaler", "spec.metrics[0].pods.metric.name")}`)
    ],
    [
      "an external metric that only a rule of an adapter could make",
      goodManifests + podAutoscaler(metric("External", "counterfoil_backlog")),
      ["warning CF-812"],
      /unless a rule of your own makes one/
    ],
    [
      "an autoscaler alone, without what it scales",
      keda(one, "counterfoil_backlog"),
      ["warning CF-812"],
      /no metric counterfoil_backlog/
    ]
  ])("find %s", judged)
})
