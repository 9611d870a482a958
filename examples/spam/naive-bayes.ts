/** Multinomial naive Bayes, with one added to each count (Laplace): what the network has to beat. */

/**
 * @param sequences the token ids of each text to learn from
 * @param labels its class, from 0
 * @param size how many tokens the vocabulary has
 * @returns what tells the most probable class of a text
 */
export function naiveBayes(
  sequences: readonly Int32Array[],
  labels: Int32Array,
  size: number,
): (sequence: Int32Array) => number {
  const classes = Array.from({ length: Math.max(...labels) + 1 }, () => ({
    texts: 0,
    tokens: 0,
    counts: new Float64Array(size).fill(1),
  }));
  for (const [i, sequence] of sequences.entries()) {
    const one = classes[labels[i]!]!;
    one.texts += 1;
    one.tokens += sequence.length;
    for (const token of sequence) one.counts[token]! += 1;
  }
  return (sequence) => {
    const scores = classes.map(({ texts, tokens, counts }) =>
      sequence.reduce((sum, token) => sum + Math.log(counts[token]! / (tokens + size)), Math.log(texts)),
    );
    return scores.indexOf(Math.max(...scores));
  };
}
