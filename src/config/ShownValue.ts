/** What may be shown of what a user wrote for a variable. */
import type { Variable } from "./Variable.ts"

/**
 * Shows a value without what is secret in it.
 *
 * **Guarantee**: nothing of a secret variable is in it, and of an address neither its user nor its password: everything
 * before the last `@` is left out, since a password that is not encoded may hold `@`, `/` and blanks.
 */
export const shownValue = ({ doc }: Pick<Variable<unknown>, "doc">, text: string): string =>
  doc.secret === true ? "(hidden)" : text.replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, "$1(hidden)@")
