/**
 * Sums of exponentials over all ways from tag to tag, as products with one matrix. Each takes as many exponentials as there are tags, where
 * adding up each way in logarithms takes the square of that. Both are exact: what a product cannot hold is added up in logarithms.
 */

/** Products below are too near to the smallest numbers there are to be exact. */
const TINY = 1e-280;
const HUGE = 1e280;

export class TagWays {
  readonly #tags: number;
  readonly #transitions: ArrayLike<number>;
  /** `exp(transitions - most)`, row-major `[tags, tags]`, from the tag of the row to that of the column. */
  readonly #weights: Float64Array;
  readonly #most: number;
  readonly #shares: Float64Array;
  readonly #afterShares: Float64Array;
  readonly #sums: Float64Array;
  readonly #terms: Float64Array;

  constructor(transitions: ArrayLike<number>, tags: number) {
    this.#tags = tags;
    this.#transitions = transitions;
    this.#most = largest(transitions);
    this.#weights = Float64Array.from(transitions, (score) => Math.exp(score - this.#most));
    this.#shares = new Float64Array(tags);
    this.#afterShares = new Float64Array(tags);
    this.#sums = new Float64Array(tags);
    this.#terms = new Float64Array(tags);
  }

  /** For each tag `log(sum(exp(scores[from] + transitions[from, tag])))`, into the second array. */
  arriving(scores: Float64Array, into: Float64Array): void {
    const [tags, shares, sums, weights] = [this.#tags, this.#shares, this.#sums, this.#weights];
    const most = sharesOf(scores, shares);
    sums.fill(0);
    for (let from = 0; from < tags; from++) {
      const share = shares[from] ?? 0;
      const row = from * tags;
      for (let to = 0; to < tags; to++) sums[to] = (sums[to] ?? 0) + share * (weights[row + to] ?? 0);
    }
    for (let to = 0; to < tags; to++) {
      const sum = sums[to] ?? 0;
      into[to] = sum > TINY ? most + this.#most + Math.log(sum) : this.#exactly(scores, to, tags);
    }
  }

  /** For each tag `log(sum(exp(transitions[tag, to] + scores[to])))`, into the second array. */
  leaving(scores: Float64Array, into: Float64Array): void {
    const [tags, shares, weights] = [this.#tags, this.#shares, this.#weights];
    const most = sharesOf(scores, shares);
    for (let from = 0; from < tags; from++) {
      const row = from * tags;
      let sum = 0;
      for (let to = 0; to < tags; to++) sum += (weights[row + to] ?? 0) * (shares[to] ?? 0);
      into[from] = sum > TINY ? most + this.#most + Math.log(sum) : this.#exactly(scores, row, 1);
    }
  }

  /** Adds `exp(before[from] + transitions[from, to] + after[to])` for each pair of tags. */
  addPairs(sums: Float64Array, before: Float64Array, after: Float64Array): void {
    const [tags, shares, afterShares, weights] = [this.#tags, this.#shares, this.#afterShares, this.#weights];
    const scale = Math.exp(sharesOf(before, shares) + this.#most + sharesOf(after, afterShares));
    const fits = scale < HUGE;
    for (let from = 0; from < tags; from++) {
      const share = scale * (shares[from] ?? 0);
      for (let to = 0; to < tags; to++) {
        const pair = from * tags + to;
        const product = fits
          ? share * (weights[pair] ?? 0) * (afterShares[to] ?? 0)
          : Math.exp((before[from] ?? 0) + (this.#transitions[pair] ?? 0) + (after[to] ?? 0));
        sums[pair] = (sums[pair] ?? 0) + product;
      }
    }
  }

  /** Over the transitions from a place on, every so many. */
  #exactly(scores: Float64Array, start: number, step: number): number {
    const terms = this.#terms;
    for (let i = 0; i < terms.length; i++)
      terms[i] = (scores[i] ?? 0) + (this.#transitions[start + i * step] ?? 0);
    return logSumExp(terms);
  }
}

/** `exp(scores - most)`. @returns the most; 0 where all are -Infinity, so that all shares are 0 */
function sharesOf(scores: Float64Array, shares: Float64Array): number {
  const most = largest(scores);
  for (let i = 0; i < scores.length; i++) shares[i] = Math.exp((scores[i] ?? 0) - most);
  return most;
}

/** The largest number, or 0 where all are -Infinity. */
function largest(numbers: ArrayLike<number>): number {
  let most = -Infinity;
  for (let i = 0; i < numbers.length; i++) most = Math.max(most, numbers[i] ?? 0);
  return most === -Infinity ? 0 : most;
}

/** `log(sum(exp(terms)))` without overflow. */
export function logSumExp(terms: Float64Array): number {
  const most = largest(terms);
  let sum = 0;
  for (const term of terms) sum += Math.exp(term - most);
  return most + Math.log(sum);
}
