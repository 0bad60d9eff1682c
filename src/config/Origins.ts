/** Where the value of each setting came from. */
import { Effect, Option } from "effect"
import { type FlagTexts, find, type Wanted } from "./Configuration.ts"
import { shownValue } from "./ShownValue.ts"

/** A setting's value, as a user would write it, and where it came from. */
export interface Origin {
  /** The variable's name. */
  readonly name: string
  /** Without the user and the password of an address; undefined where it is a secret. */
  readonly value: string | undefined
  readonly kind: "flag" | "variable" | "alias" | "default"
  /** The flag or variable; undefined where the default holds. */
  readonly from: string | undefined
}

/** The origin of each setting of the sections, whether it can be read or not. */
export const readOrigins = (sections: Wanted, flags: FlagTexts): Effect.Effect<ReadonlyArray<Origin>> =>
  Effect.forEach(
    Object.values(sections).flatMap(({ variables }) => Object.values(variables)),
    (variable) =>
      Effect.map(find(variable, flags), (entry): Origin => {
        const { defaultText, doc } = variable
        const { name } = doc
        if (Option.isNone(entry))
          return { name, value: defaultText.replaceAll("`", ""), kind: "default", from: undefined }
        const { label, text } = entry.value
        return {
          name,
          value: doc.secret === true ? undefined : shownValue(variable, text),
          kind: label.startsWith("--") ? "flag" : label === name ? "variable" : "alias",
          from: label
        }
      })
  )
