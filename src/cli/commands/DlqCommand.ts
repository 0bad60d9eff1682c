/** `dlq`: works with dead letters; each subcommand has a file of its own. */
import { Command } from "effect/cli"
import { dlqDiscardCommand } from "./DlqDiscardCommand.ts"
import { dlqExportCommand } from "./DlqExportCommand.ts"
import { dlqListCommand } from "./DlqListCommand.ts"
import { dlqRedriveCommand } from "./DlqRedriveCommand.ts"
import { dlqRestoreCommand } from "./DlqRestoreCommand.ts"
import { dlqShowCommand } from "./DlqShowCommand.ts"

/** `dlq` with its subcommands. */
export const dlqCommand = Command.make("dlq").pipe(
  Command.withDescription("Work with dead letters"),
  Command.withSubcommands([
    dlqListCommand,
    dlqShowCommand,
    dlqExportCommand,
    dlqRedriveCommand,
    dlqDiscardCommand,
    dlqRestoreCommand
  ])
)
