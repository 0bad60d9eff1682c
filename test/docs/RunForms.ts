/** Which commands the tests run, read from their sources. */
import { type CommandForm, formOf, formText } from "./CommandForm.ts"
import { commandPaths } from "./DryRun.ts"
import { bracketed, elementsOf, wordsOf } from "./ListedWords.ts"
import { shownInSection } from "./ShownCommands.ts"

/** The form of each command that these sources run. */
export const runForms = (sources: ReadonlyArray<string>): ReadonlyArray<CommandForm> => {
  const exported = sources.flatMap((text) => wrappersIn(text).filter(({ isExported }) => isExported))
  const forms = sources
    .flatMap((text) => [
      ...listsIn(text),
      ...callsIn(text, [...wrappersIn(text), ...exported]),
      ...sectionsIn(text)
    ])
    .map(formOf)
  return [...new Map(forms.map((form) => [formText(form), form])).values()]
}

type Words = ReadonlyArray<string>

/** Lists that begin with a command, but for those that a result is compared with. */
const listsIn = (text: string): ReadonlyArray<Words> =>
  bracketed(text, /(?<!toEqual\()\[/g).flatMap((inner) => {
    const words = wordsOf(elementsOf(inner), text)
    return words !== undefined && isCommand(words) ? [words] : []
  })

const isCommand = ([first]: Words): boolean => commandPaths.some(([name]) => name === first)

/** A function that runs a command, with words of its own before and after those that it is given. */
interface Wrapper {
  readonly name: string
  readonly before: Words
  readonly after: Words
  /** Its parameter that is the words, and whether each is an argument of its own. */
  readonly at: number
  readonly isRest: boolean
  readonly isExported: boolean
}

/** Functions with a parameter `args` and, for instance, `["dlq", ...args, "--json"]` or `counterfoil(args)` within. */
const wrappersIn = (text: string): ReadonlyArray<Wrapper> =>
  text.split(/^(?=(?:export )?const )/m).flatMap((declaration) => {
    const name = /^(?:export )?const (\w+) = \(/.exec(declaration)?.[1]
    const [parameters] = bracketed(declaration, /^(?:export )?const \w+ = \(/g)
    const list = /\[("[^[\]]*)\.\.\.args\b([^[\]]*)\]|\b(?:counterfoil|ran)\(args\b/.exec(declaration)
    if (name === undefined || parameters === undefined || list === null) return []
    const at = elementsOf(withoutTypes(parameters)).findIndex((one) => /^(?:\.\.\.)?args:/.test(one))
    const before = wordsOf(elementsOf(list[1] ?? ""), text)
    const after = wordsOf(elementsOf(list[2] ?? ""), text)
    if (at < 0 || before === undefined || after === undefined) return []
    const isRest = parameters.includes("...args:")
    return [{ name, before, after, at, isRest, isExported: declaration.startsWith("export") }]
  })

/** Types have commas of their own. */
const withoutTypes = (parameters: string): string => {
  const shorter = parameters.replaceAll(/<[^<>]*>/g, "")
  return shorter === parameters ? shorter : withoutTypes(shorter)
}

const callsIn = (text: string, wrappers: ReadonlyArray<Wrapper>): ReadonlyArray<Words> =>
  wrappers.flatMap(({ name, before, after, at, isRest }) =>
    bracketed(text, new RegExp(`(?<![\\w.])${name}\\(`, "g")).flatMap((inner) => {
      const passed = elementsOf(inner).slice(at)
      const [list] = bracketed(passed[0] ?? "", /^\[/g)
      const elements = isRest ? passed : list === undefined ? undefined : elementsOf(list)
      const given = elements === undefined ? undefined : wordsOf(elements, text)
      const words = given === undefined ? [] : [...before, ...given, ...after]
      return isCommand(words) ? [words] : []
    })
  )

/** The sections of documents whose commands a test runs as they stand. */
const sectionsIn = (text: string): ReadonlyArray<Words> =>
  [...text.matchAll(/\bshownInSection\("([^"]+)", "([^"]+)"\)/g)].flatMap(([, document = "", section = ""]) =>
    shownInSection(document, section).flatMap(({ args, program }) =>
      program === "counterfoil" ? [args] : []
    )
  )
