/** The names that the environment of this process has. */

/** The names of all variables of the environment, ours and others'. A blank one counts as missing. */
export const environmentNames = (): ReadonlyArray<string> =>
  Object.entries(process.env).flatMap(([name, text]) =>
    text === undefined || text.trim() === "" ? [] : [name]
  )
