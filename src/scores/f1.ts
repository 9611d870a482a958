/** The F1 score of counts, as scikit-learn's `f1_score` has it. */

/** How often something was predicted, how often it was there, and how often both at once. */
export interface MatchCount {
  right: number;
  predicted: number;
  actual: number;
}

/** Counts by what is counted, such as a class or the type of a span. */
export class MatchCounts<Key> {
  readonly #counts = new Map<Key, MatchCount>();

  of(key: Key): MatchCount {
    const known = this.#counts.get(key);
    if (known) return known;
    const count = { right: 0, predicted: 0, actual: 0 };
    this.#counts.set(key, count);
    return count;
  }

  entries(): readonly (readonly [Key, MatchCount])[] {
    return [...this.#counts];
  }

  /** All together. */
  total(): MatchCount {
    const sum = { right: 0, predicted: 0, actual: 0 };
    for (const { right, predicted, actual } of this.#counts.values()) {
      sum.right += right;
      sum.predicted += predicted;
      sum.actual += actual;
    }
    return sum;
  }
}

export interface PrecisionAndRecall {
  /** Of what was predicted the share that was there; NaN where nothing was predicted. */
  readonly precision: number;
  /** Of what was there the share that was predicted; NaN where nothing was there. */
  readonly recall: number;
  /** The harmonic mean of both, `2 * right / (predicted + actual)`; NaN where there was neither. */
  readonly f1: number;
  /** How often it was there. */
  readonly support: number;
}

export function precisionAndRecall({ right, predicted, actual }: MatchCount): PrecisionAndRecall {
  return {
    precision: right / predicted,
    recall: right / actual,
    f1: f1Of({ right, predicted, actual }),
    support: actual,
  };
}

export function f1Of({ right, predicted, actual }: MatchCount): number {
  return (2 * right) / (predicted + actual);
}

/** How scores of classes become one. */
export type Average = 'macro' | 'micro' | 'weighted';

/** One score of all classes; those that are neither predicted nor there are left out. */
export function averageF1(counts: MatchCounts<unknown>, average: Average): number {
  if (average === 'micro') return f1Of(counts.total());
  let [sum, weights] = [0, 0];
  for (const [, count] of counts.entries()) {
    const weight = average === 'weighted' ? count.actual : Math.min(1, count.predicted + count.actual);
    if (weight > 0) sum += weight * f1Of(count);
    weights += weight;
  }
  return sum / weights;
}
