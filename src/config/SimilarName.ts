/** Which of the names there are is meant by one that is none of them. */

/**
 * The name that another one most probably means: it differs in two letters at most, a short one in one, or in how
 * its words are put together. Undefined where none is so near.
 */
export const similarName = (name: string, names: Iterable<string>): string | undefined => {
  const near = [...names]
    // A short name is near to too many.
    .filter((known) => known.length >= shortestCompared)
    .map((known) => ({ known, edits: editsBetween(plain(name), plain(known)) }))
    .filter(({ edits, known }) => edits <= (known.length < longName ? 1 : editsMax))
    .toSorted((one, other) => one.edits - other.edits)
  return near[0]?.known
}

const editsMax = 2
const shortestCompared = 8
const longName = 12

const plain = (name: string): string => name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "")

/** How many letters have to be added, left out or replaced to make one of the other; more than two counts as three. */
const editsBetween = (one: string, other: string): number => {
  if (Math.abs(one.length - other.length) > editsMax) return editsMax + 1
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 0; i < one.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < other.length; j++) {
      const replaced = (row[j] ?? 0) + (one[i] === other[j] ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
