/** A screen that keeps what was written to it. */
import { makeScreen, type Screen } from "../../src/cli/Screen.ts"

/** A screen on a terminal of 20 columns, or none, and everything written to it so far. */
export const fakeScreen = (
  isTTY: boolean,
  columns = 20
): { readonly screen: Screen; readonly written: () => string } => {
  let written = ""
  const screen = makeScreen({
    isTTY,
    columns,
    write: (text) => {
      written += text
    }
  })
  return { screen, written: () => written }
}
