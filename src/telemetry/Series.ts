/** Registers series that are read where their numbers are kept, each time metrics are asked for. */
import { type Context, Metric } from "effect"
import { type DurationHistogram, histogramState } from "./DurationHistogram.ts"

/** Labels of a series. All series of one family have the same names. */
export type Labels = Readonly<Record<string, string>>

/** Registers series in one registry. */
export interface Series {
  readonly counter: (name: string, description: string, labels: Labels, read: () => number) => void
  readonly gauge: (name: string, description: string, labels: Labels, read: () => number) => void
  readonly histogram: (
    name: string,
    description: string,
    labels: Labels,
    histogram: DurationHistogram
  ) => void
}

/** Registers series in the registry of this context, for its life. */
export const seriesOf = (registry: Context.Context<never>): Series => ({
  counter: (name, description, labels, read) => {
    Metric.registerUnsafe(
      Metric.counter(name, { description, incremental: true, attributes: { ...labels } }),
      registry,
      { get: () => ({ count: read(), incremental: true }), ...readOnly }
    )
  },
  gauge: (name, description, labels, read) => {
    Metric.registerUnsafe(Metric.gauge(name, { description, attributes: { ...labels } }), registry, {
      get: () => ({ value: read() }),
      ...readOnly
    })
  },
  histogram: (name, description, labels, histogram) => {
    const { boundaries } = histogram
    Metric.registerUnsafe(
      Metric.histogram(name, { description, boundaries, attributes: { ...labels } }),
      registry,
      { get: () => histogramState(histogram), ...readOnly }
    )
  }
})

const readOnly = { update: () => {}, modify: () => {} }
