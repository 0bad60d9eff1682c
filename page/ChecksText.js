/** What an incident file says of the checks that were made when it was saved. */
import { countText, plainText } from "./Words.js"

/** @typedef {{ code: string, status: string, text: string, remedy: string }} Check */

/** In the order in which somebody has to see to them; those that passed are counted. */
const statusTexts = new Map([
  ["fatal", "to fix"],
  ["warning", "warning"],
  ["not-made", "not checked"],
  ["skipped", "not checked"]
])

/** @param {ReadonlyArray<Check>} checks */
export const checksText = (checks) => {
  /** @param {ReadonlyArray<string>} statuses */
  const count = (...statuses) => checks.filter(({ status }) => statuses.includes(status)).length
  const unmade = count("not-made", "skipped")
  const parts = [
    count("fatal") === 0 ? "nothing to fix" : `${count("fatal")} to fix`,
    ...(count("warning") === 0 ? [] : [countText(count("warning"), "warning")]),
    `${count("passed")} passed`,
    ...(unmade === 0 ? [] : [`${unmade} not made`])
  ]
  return {
    sentence: `Of ${countText(checks.length, "check")} of \`counterfoil doctor\`, when this was saved: ${parts.join(", ")}.`,
    rows: [...statusTexts].flatMap(([status, word]) =>
      checks
        .filter((check) => check.status === status)
        .map(({ code, remedy, text }) => [
          code,
          word,
          plainText(text),
          plainText(remedy === "" ? "–" : remedy)
        ])
    )
  }
}
