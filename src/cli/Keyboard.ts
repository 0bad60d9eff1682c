/** Whether somebody can answer a question of a command. */
import { Context } from "effect"

/** Standard input, as far as a question needs it. */
export interface Keyboard {
  readonly isTerminal: boolean
}

/** Standard input of this process; tests put another one here. */
export const Keyboard = Context.Reference<Keyboard>("counterfoil/cli/Keyboard", {
  defaultValue: () => ({ isTerminal: process.stdin.isTTY === true })
})
