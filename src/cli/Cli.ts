/** The command line: its commands, and how it reports what went wrong. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, Layer } from "effect"
import { CliConfig, type CliError, CliOutput, Command, GlobalFlag, type HelpDoc } from "effect/cli"
import { appVersion } from "../config/AppVersion.ts"
import { demoCommand } from "./commands/DemoCommand.ts"
import { dlqCommand } from "./commands/DlqCommand.ts"
import { doctorCommand } from "./commands/DoctorCommand.ts"
import { factsCommand } from "./commands/FactsCommand.ts"
import { healthCommand } from "./commands/HealthCommand.ts"
import { incidentCommand } from "./commands/IncidentCommand.ts"
import { produceCommand } from "./commands/ProduceCommand.ts"
import { runCommand } from "./commands/RunCommand.ts"
import { setupCommand } from "./commands/SetupCommand.ts"
import { whereCommand } from "./commands/WhereCommand.ts"
import { escaped } from "./Escaped.ts"
import { reportFailure } from "./Failure.ts"

/** The command `counterfoil` with everything under it. */
export const counterfoil = Command.make("counterfoil").pipe(
  Command.withDescription("Joins orders with their payments, from Pub/Sub into Cassandra, and loses neither"),
  Command.withSubcommands([
    demoCommand,
    setupCommand,
    runCommand,
    produceCommand,
    factsCommand,
    whereCommand,
    dlqCommand,
    healthCommand,
    incidentCommand,
    doctorCommand
  ])
)

/** Wrong usage as one line each, without the whole help; a command that needs a subcommand shows its help. */
const presenter: CliOutput.Presenter = {
  present: (event) => {
    if (event._tag === "InvalidInvocation") {
      const lines = event.errors.map((error) => `counterfoil: ${escaped(lineOf(error, event.helpDoc))}`)
      const help = `Run \`${event.commandPath.join(" ")} --help\` for what it takes.`
      return Console.error([...lines, help].join("\n"))
    }
    return event._tag === "Help" && event.reason === "Implicit"
      ? Console.error(CliOutput.defaultFormatter({ colors: false }).formatHelpDoc(event.helpDoc))
      : CliOutput.defaultPresenter.present(event)
  }
}

const lineOf = (error: CliError.CliError, help: HelpDoc.HelpDoc): string => {
  const [first = ""] = error.message.split("\n")
  if (error._tag === "MissingArgument") {
    const about = help.args?.find(({ name }) => name === error.argument)?.description
    return about?._tag === "Some" ? `${first} (${about.value})` : first
  }
  const suggestions = "suggestions" in error ? error.suggestions : []
  return suggestions.length === 0 ? first : `${first}; did you mean ${suggestions.join(" or ")}?`
}

/** `--log-level` is our own variable's flag, not the library's. */
export const builtIns = [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions]

const settled = <A, E, R>(command: Effect.Effect<A, E, R>) =>
  command.pipe(
    Effect.provide(
      Layer.mergeAll(NodeServices.layer, CliConfig.layer({ builtIns }), CliOutput.layerPresenter(presenter))
    ),
    Effect.tapCause(reportFailure)
  )

/** Runs the command that these arguments name; failures are reported on standard error. */
export const cliWith = (args: ReadonlyArray<string>) =>
  settled(Command.runWith(counterfoil, { version: appVersion })(args))

/** Runs the command that the process's arguments name; failures are reported on standard error. */
export const cli = settled(Command.run(counterfoil, { version: appVersion }))
