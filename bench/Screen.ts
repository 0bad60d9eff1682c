/** What the benchmark says while it runs. */

/** Writes a line of progress. */
export const say = (line: string): void => {
  process.stderr.write(`${line}\n`)
}
