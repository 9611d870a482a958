/** Whether one classifier is right more often than another on the same samples, or chance explains it. */

/**
 * The exact sign test, as McNemar's for two classifiers: how probable it is that of the samples that one of them alone gets right, chance
 * gives either at least as uneven a share.
 *
 * @param first how many samples the first alone gets right
 * @param second how many the second alone gets right
 * @returns the two-sided p-value, 0 to 1
 */
export function signTest(first: number, second: number): number {
  const count = first + second;
  const least = Math.min(first, second);
  // The logarithm of `count` over `i`, divided by 2^count.
  let term = -count * Math.LN2;
  let tail = 0;
  for (let i = 0; i <= least; i++) {
    tail += Math.exp(term);
    term += Math.log(count - i) - Math.log(i + 1);
  }
  return Math.min(1, 2 * tail);
}
