/** Measurements at steps 1, 2, 3 and so on, kept as means over stretches of steps: never more than some hundred. */

const mostBuckets = 400;

export interface Point {
  /** The middle of the stretch. */
  readonly step: number;
  readonly mean: number;
}

export class Series {
  #sums: number[] = [];
  #counts: number[] = [];
  #bucketSize = 1;

  /** @param step from 1 */
  add(step: number, value: number): void {
    let bucket = Math.floor((step - 1) / this.#bucketSize);
    while (bucket >= mostBuckets) {
      this.#halve();
      bucket = Math.floor((step - 1) / this.#bucketSize);
    }
    this.#sums[bucket] = (this.#sums[bucket] ?? 0) + value;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
  }

  get points(): Point[] {
    return this.#sums.flatMap((sum, bucket) => {
      const count = this.#counts[bucket] ?? 0;
      const step = bucket * this.#bucketSize + (count + 1) / 2;
      return count === 0 ? [] : [{ step, mean: sum / count }];
    });
  }

  /** The mean of the last points, about a twentieth of them: a single batch says little. */
  get recent(): number | undefined {
    const { points } = this;
    const last = points.slice(-Math.max(1, Math.ceil(points.length / 20)));
    return last.length === 0 ? undefined : last.reduce((sum, { mean }) => sum + mean, 0) / last.length;
  }

  clear(): void {
    this.#sums = [];
    this.#counts = [];
    this.#bucketSize = 1;
  }

  #halve(): void {
    const merged = (values: readonly number[]): number[] =>
      Array.from(
        { length: Math.ceil(values.length / 2) },
        (_, i) => (values[2 * i] ?? 0) + (values[2 * i + 1] ?? 0),
      );
    this.#sums = merged(this.#sums);
    this.#counts = merged(this.#counts);
    this.#bucketSize *= 2;
  }
}
