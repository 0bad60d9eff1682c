/** The order of measurements. */

/** The two of a round, A B or B A: who is first changes from round to round, so that a drift favours neither. */
export const inOrderOf = <A>(round: number, both: readonly [A, A]): readonly [A, A] =>
  round % 2 === 0 ? both : [both[1], both[0]]

/**
 * Both twice, A B B A or B A A B, changing from round to round.
 *
 * The two of A have the same middle as the two of B. So neither a machine that becomes steadily slower nor an advantage
 * of being first makes a difference between their sums, and each round has a ratio without it.
 */
export const twiceInOrderOf = <A>(round: number, both: readonly [A, A]): ReadonlyArray<A> => [
  ...inOrderOf(round, both),
  ...inOrderOf(round + 1, both)
]
