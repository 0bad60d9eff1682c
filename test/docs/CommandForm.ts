/** The form of a command: what it does, whatever the values. */
import { commandPaths, settingFlags } from "./DryRun.ts"

/** A command without its values. */
export interface CommandForm {
  /** Its words, as `dlq redrive`; an argument is among them where it is one of a few words, as in `produce orders`. */
  readonly words: ReadonlyArray<string>
  /** Its own flags, in order. Those that say where the servers are, and what holds there, are every command's. */
  readonly flags: ReadonlyArray<string>
}

/** The form of the command that these arguments name. */
export const formOf = (args: ReadonlyArray<string>): CommandForm => {
  const path = commandPaths
    .filter((words) => words.every((word, index) => args[index] === word))
    .reduce((longest, words) => (words.length > longest.length ? words : longest), [])
  const next = args[path.length] ?? ""
  const isChoice = /^[a-z]+$/.test(next) || next === anyWord
  const flags = args.filter((word) => word.startsWith("--")).map((word) => word.replace(/=.*/, ""))
  return {
    words: isChoice ? [...path, next] : path,
    flags: [...new Set(flags)].filter((flag) => !settingFlags.includes(flag)).toSorted()
  }
}

/** Stands for an argument that is known only when the command is run. */
export const anyWord = "*"

/** A form as one would write it. */
export const formText = ({ flags, words }: CommandForm): string => [...words, ...flags].join(" ")

/** Whether a command that is run does what the shown one does; a mention may leave flags and arguments out. */
export const isRunBy = (shown: CommandForm, run: CommandForm, isMention: boolean): boolean =>
  shown.words.every((word, index) => run.words[index] === word || run.words[index] === anyWord) &&
  shown.flags.every((flag) => run.flags.includes(flag)) &&
  (isMention ||
    (run.flags.length === shown.flags.length &&
      run.words.slice(shown.words.length).every((word) => word === anyWord)))
