/** Draws the plots. Their canvases are hidden from screen readers, which have the sentences and the tables. */
import { pointsOf } from "./Plots.js"
import { clockText } from "./Words.js"

/** @typedef {import("./Recording.js").Recording} Recording */
/** @typedef {import("./Plots.js").PlotPlan} PlotPlan */

/** What of uPlot is used. @typedef {{ setData(data: unknown): void, setSize(size: object): void, destroy(): void }} Plot */

const drawingHeight = 150

/**
 * A plot in an element; `draw` puts a recording into it.
 *
 * @param {HTMLElement} element
 * @param {PlotPlan} plan
 */
export const drawingIn = (element, plan) => {
  /** @type {Plot | undefined} */
  let plot
  const build = () => {
    const colours = getComputedStyle(document.documentElement)
    /** @param {string} name */
    const colour = (name) => colours.getPropertyValue(name).trim()
    const axis = {
      stroke: colour("--faint"),
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { stroke: colour("--line"), width: 1 },
      font: "11px system-ui, sans-serif"
    }
    const options = {
      width: Math.max(200, element.clientWidth),
      height: drawingHeight,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        y: {
          range: (/** @type {unknown} */ _, /** @type {number} */ __, /** @type {number} */ most) => [
            0,
            Math.max(1e-3, most * 1.1)
          ]
        }
      },
      series: [
        {},
        ...plan.series.map((_, index) => ({
          stroke: colour(index === 0 ? "--one" : "--two"),
          width: 1.5,
          // Not by colour alone.
          dash: index === 0 ? [] : [6, 4],
          points: { show: false }
        }))
      ],
      axes: [
        {
          ...axis,
          space: 70,
          values: (/** @type {unknown} */ _, /** @type {ReadonlyArray<number>} */ ticks) =>
            ticks.map((seconds) => clockText(seconds * 1000))
        },
        {
          ...axis,
          size: 62,
          values: (/** @type {unknown} */ _, /** @type {ReadonlyArray<number>} */ ticks) =>
            ticks.map(plan.written)
        }
      ]
    }
    const UPlot = /** @type {any} */ (globalThis)["uPlot"]
    return new UPlot(options, [[], ...plan.series.map(() => [])], element)
  }
  return {
    /**
     * @param {Recording} recording
     * @param {number} at
     */
    draw: (recording, at) => {
      plot ??= build()
      plot?.setData(pointsOf(recording, at, plan))
    },
    /** The colours or the room have changed: the next `draw` begins anew. */
    forget: () => {
      plot?.destroy()
      plot = undefined
    }
  }
}
