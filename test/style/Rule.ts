/** What a rule of style is, and what it looks at. */

/** One file of the repository. */
export interface Source {
  /** From the repository's root, with `/`. */
  readonly path: string
  readonly text: string
}

/** Where a rule is broken, and how. */
export interface Finding {
  /** Counted from 1. */
  readonly line: number
  readonly what: string
}

/** A rule with examples of its own, so that it is known to see what it forbids. */
export interface Rule {
  /** A sentence: what holds everywhere. */
  readonly name: string
  readonly covers: (path: string) => boolean
  readonly find: (source: Source) => ReadonlyArray<Finding>
  /** Each must give at least one finding. */
  readonly bad: ReadonlyArray<Source>
  /** Each must give none: what is near to the forbidden, and allowed. */
  readonly good: ReadonlyArray<Source>
}

/** The findings of one rule in one file as `path:line: what`. */
export const applied = (rule: Rule, source: Source): ReadonlyArray<string> =>
  rule.covers(source.path) ? rule.find(source).map(({ line, what }) => `${source.path}:${line}: ${what}`) : []

/** A finding for each match of a pattern; the pattern has the flag `g`. */
export const matches = (text: string, pattern: RegExp): ReadonlyArray<Finding> =>
  [...text.matchAll(pattern)].map((match) => ({ line: lineAt(text, match.index), what: match[0].trim() }))

/** The number of the line, from 1, that an offset lies on. */
export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length
