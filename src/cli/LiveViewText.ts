/** What a process shows of itself on its terminal, as a function of a frame: the sentence, figures, the last dead letter. */
import { deadLetterReasons } from "../domain/Fate.ts"
import { lasted } from "../telemetry/LastedText.ts"
import type { Tone } from "../telemetry/StatusSentence.ts"
import { escaped } from "./Escaped.ts"
import { sentenceLinesMax } from "./Limits.ts"
import type { LiveDeadLetter, LiveFrame } from "./LiveFrame.ts"
import type { Paint } from "./Screen.ts"
import { cutTo, joinedTo, wrapped } from "./TextWidth.ts"

/** As on the page: not by colour alone. */
const symbols: Readonly<Record<Tone, string>> = {
  well: "✓",
  attention: "!",
  trouble: "✕",
  starting: "…",
  stopping: "■"
}

/** The colour of a tone; none while all is well. */
export const paintOf = (tone: Tone): Paint | undefined =>
  tone === "trouble" ? "red" : tone === "attention" ? "yellow" : undefined

/**
 * The lines.
 *
 * **Shape**: at most five, of `width` columns each; nothing in them touches the terminal.
 */
export const liveViewText = (frame: LiveFrame, width: number): string => {
  const sentence = wrapped(escaped(frame.sentence), width - 2)
  const shown = sentence.slice(0, sentenceLinesMax)
  // What was left out is on the page; it is marked here.
  const last = sentence.length > shown.length ? `${shown.pop() ?? ""} …` : shown.pop()
  return [
    ...[...shown, last ?? ""].map((line, index) => `${index === 0 ? symbols[frame.tone] : " "} ${line}`),
    // One line: what does not fit is on the page.
    ...joinedTo(figuresOf(frame), width, "  ").slice(0, 1),
    ...(frame.lastDeadLetter === undefined ? [] : [deadLetterLine(frame.lastDeadLetter, frame.atMillis)])
  ]
    .map((line) => cutTo(line, width))
    .join("\n")
}

const figuresOf = ({ figure }: LiveFrame): ReadonlyArray<string> => {
  const sum = (columns: ReadonlyArray<string>) =>
    columns.reduce((total, column) => total + (figure(column) ?? 0), 0)
  const deadLetters = sum(deadLetterReasons.flatMap((reason) => [`orders.${reason}`, `payments.${reason}`]))
  const retrying = sum(["orders.retrying", "payments.retrying"])
  return [
    `${whole(sum(["orders.order-stored"]))} orders stored`,
    `${whole(sum(["payments.payment-matched"]))} payments matched`,
    `${whole(deadLetters)} dead letters`,
    ...(retrying === 0 ? [] : [`${whole(retrying)} retrying`]),
    `${Math.round((figure("saturation") ?? 0) * 100)} % full`
  ]
}

const deadLetterLine = (letter: LiveDeadLetter, nowMillis: number): string => {
  const { atMillis, error, orderId, paymentId, reason } = letter
  const ids = [
    ...(paymentId === undefined ? [] : [`payment ${paymentId}`]),
    ...(orderId === undefined ? [] : [`order ${orderId}`])
  ]
  const what = ids.length === 0 ? "" : ` (${ids.join(" of ")})`
  return escaped(`  last dead letter ${lasted(nowMillis - atMillis)} ago: ${reason}${what}: ${error}`)
}

const whole = (value: number): string => value.toLocaleString("en")
