/** Reads from standard error why a command ended. */

/** The lines that say why a command ended, as text: `counterfoil: …`, whether written so or as JSON among log lines. */
export const toldIn = (errors: string): ReadonlyArray<string> =>
  errors.split("\n").flatMap((line) => {
    if (line.startsWith("counterfoil: ")) return [line]
    if (!line.startsWith("{")) return []
    const { message, severity }: { readonly message?: string; readonly severity?: string } = JSON.parse(line)
    return severity === "ERROR" || severity === "CRITICAL" ? [`counterfoil: ${message}`] : []
  })
