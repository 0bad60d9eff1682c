/** What the environment of this process has besides settings. */

/** The names of all variables of the environment, ours and others'. A blank one counts as missing. */
export const environmentNames = (): ReadonlyArray<string> =>
  Object.entries(process.env).flatMap(([name, text]) =>
    text === undefined || text.trim() === "" ? [] : [name]
  )

/**
 * Whether what stands on a terminal may be drawn anew in its place. By convention not where TERM is `dumb`, which knows no
 * way to do so, and not where CI is set, as what is drawn there is kept as a log. (NO_COLOR is about colours alone.)
 */
export const canRedrawTerminal = (): boolean => {
  const { CI = "", TERM = "" } = process.env
  return TERM !== "dumb" && (CI.trim() === "" || CI === "false" || CI === "0")
}
