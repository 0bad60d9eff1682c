/** Reads command lines as `counterfoil` does, and runs nothing. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Data, Effect, Exit, Layer, Option } from "effect"
import { CliConfig, CliError, CliOutput, Command } from "effect/cli"
import { builtIns, counterfoil } from "../../src/cli/Cli.ts"
import { demoPubSub, demoTable } from "../../src/cli/commands/DemoSettings.ts"
import { ownValues } from "../../src/cli/OwnFlags.ts"
import { sections } from "../../src/config/Sections.ts"
import type { Variable } from "../../src/config/Variable.ts"

/** What is wrong with a command line. */
export interface Objection {
  readonly message: string
  /** It only ends too early: an argument or a subcommand is still to come. */
  readonly isUnfinished: boolean
}

/** What `counterfoil` would object to in a command line, before it looks at anything else; empty where nothing is wrong. */
export const objectionsTo = async (args: ReadonlyArray<string>): Promise<ReadonlyArray<Objection>> => {
  const exit = await Effect.runPromiseExit(dryRun(args))
  if (Exit.isSuccess(exit)) return []
  const error = Cause.squash(exit.cause)
  if (error instanceof WrongValues) return error.problems.map((message) => ({ message, isUnfinished: false }))
  if (!CliError.isCliError(error) || error._tag !== "ShowHelp") throw error
  if (error.errors.length === 0) return [{ message: "a subcommand is missing", isUnfinished: true }]
  return error.errors.map(({ _tag, message }) => ({ message, isUnfinished: _tag === "MissingArgument" }))
}

type AnyCommand = Command.Command.Any

const childrenOf = (command: AnyCommand): ReadonlyArray<AnyCommand> =>
  command.subcommands.flatMap(({ commands }) => commands)

const pathsUnder = (command: AnyCommand): ReadonlyArray<ReadonlyArray<string>> =>
  childrenOf(command).flatMap((child) => [
    [child.name],
    ...pathsUnder(child).map((path) => [child.name, ...path])
  ])

/** Every command by its words, as `dlq`, `list`. */
export const commandPaths: ReadonlyArray<ReadonlyArray<string>> = pathsUnder(counterfoil)

const variables: ReadonlyArray<Variable<unknown>> = Object.values(sections).flatMap(
  (section): ReadonlyArray<Variable<unknown>> => Object.values(section.variables)
)

/** The flags of settings, and of what stands for several of them, with their dashes. */
export const settingFlags: ReadonlyArray<string> = [...variables, demoPubSub, demoTable].flatMap(
  ({ flag }) => [`--${flag}`, `--no-${flag}`]
)

/** Values of flags that are not allowed. */
class WrongValues extends Data.TaggedError("WrongValues")<{ readonly problems: ReadonlyArray<string> }> {}

/** What a handler gets: the flags of its own, and those of settings together. */
type Input = Readonly<Record<string, unknown>> & {
  readonly flags?: Readonly<Record<string, Option.Option<string>>>
}

/** In the place of a handler: reads the values of all flags. */
const readValues = ({ flags = {}, ...own }: Input) =>
  Effect.suspend(() => {
    const ofSettings = Object.entries(flags).flatMap(([name, text]) => {
      const variable = variables.find(({ flag }) => flag === name)
      const isWrong =
        variable !== undefined && Option.isSome(text) && Option.isNone(variable.decode(text.value))
      return isWrong ? [`--${name} must be ${variable.allowed}`] : []
    })
    const problems = [...ownValues(own).problems, ...ofSettings]
    return problems.length === 0 ? Effect.void : Effect.fail(new WrongValues({ problems }))
  })

const withoutHandlers = (command: AnyCommand): AnyCommand => {
  const typed = command as Command.Command<string, Input, Readonly<Record<never, never>>, unknown>
  const children = childrenOf(command)
  return children.length === 0
    ? Command.withHandler(typed, readValues)
    : Command.withSubcommands(typed, children.map(withoutHandlers))
}

const dry = withoutHandlers(counterfoil) as Command.Command<
  "counterfoil",
  Input,
  Readonly<Record<never, never>>,
  unknown
>

const dryRun = (args: ReadonlyArray<string>) =>
  Command.runWith(dry, { version: "0", renderErrors: false })(args).pipe(
    Effect.provide(
      Layer.mergeAll(
        NodeServices.layer,
        CliConfig.layer({ builtIns }),
        CliOutput.layerPresenter({ present: () => Effect.void })
      )
    )
  )
