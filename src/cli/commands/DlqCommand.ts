/** `dlq`: works with dead letters; each subcommand has a file of its own. */
import { Command } from "effect/cli"
import { dlqExplain } from "./DlqExplainCommand.ts"
import { dlqListCommand } from "./DlqListCommand.ts"
import { dlqRedriveCommand } from "./DlqRedriveCommand.ts"
import { dlqShowCommand } from "./DlqShowCommand.ts"

/** `dlq list`, `show ID`, `explain` and `redrive`. */
export const dlqCommand = Command.make("dlq").pipe(
  Command.withDescription("Work with dead letters"),
  Command.withSubcommands([dlqListCommand, dlqShowCommand, dlqExplain, dlqRedriveCommand])
)
