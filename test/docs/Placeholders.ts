/** Words that stand for others: `FILE`, `N`, `<id>`. */

/** Whether a word of a document is one that the reader replaces. */
const isPlaceholder = (word: string): boolean => /^(?:[A-Z][A-Z_]*…?|<[^>]+>)$/.test(word)

/** The command lines that a document may mean, with each of these values. */
export type Filled = (values: ReadonlyArray<string>) => ReadonlyArray<ReadonlyArray<string>>

/** Arguments with values in the place of what the reader replaces; a mention may end before its last value too. */
export const filled =
  (args: ReadonlyArray<string>, isMention: boolean): Filled =>
  (values) => {
    const lines = args.some(isPlaceholder)
      ? values.map((value) => args.map((word) => (isPlaceholder(word) ? value : word)))
      : [args]
    return isMention ? [...lines, ...lines.flatMap((line) => values.map((value) => [...line, value]))] : lines
  }
