/** The order within rounds. */

/**
 * The two of a round in the order of this round: A B, B A, A B, …
 *
 * Two rounds are A B B A: a drift of the machine makes the ratio of one greater and of the next less, and the median
 * of an even number of rounds keeps neither.
 */
export const inOrderOf = <A>(round: number, both: readonly [A, A]): readonly [A, A] =>
  round % 2 === 0 ? both : [both[1], both[0]]
