/**
 * The names of an imported graph's dimensions. A file may leave dimensions without a name, or call one dimension by two
 * names, where a network needs one: a recurrent layer's states have the batch of its input. What turns out to be equal is kept here,
 * and the graph is read again with it.
 */
import type { Dim } from '../../builder/shape.js';
import { LstmOnnxError } from '../../errors.js';
import { dimOfSize, type Size, sameSize } from './size.js';

/** Each equality is another reading; real files need a handful. */
const MAX_EQUALITIES = 64;

/** Thrown when two dimensions turn out to be equal: the graph is then read again with that known. */
export class RestartWithEqualDims extends Error {}

export class Dims {
  readonly #names = new Map<string, string>();
  /** Each name that is given, with the number at which to look for the next one like it. */
  readonly #taken = new Map<string, number>();
  readonly #equal = new Map<string, Dim>();

  /** The dimension that the file calls so, under a name that a network takes. */
  named(name: string): Dim {
    let known = this.#names.get(name);
    if (known === undefined) {
      const base = name.slice(0, 100).replaceAll(/\W+/g, '_');
      const word = /^[A-Za-z_]/.test(base) ? base : `_${base}`;
      known = word;
      let number = this.#taken.get(word) ?? 2;
      for (; this.#taken.has(known); number++) known = `${word}_${number}`;
      this.#taken.set(known, 2);
      this.#taken.set(word, number);
      this.#names.set(name, known);
    }
    let dim: Dim = known;
    while (typeof dim === 'string') {
      const equal = this.#equal.get(dim);
      if (equal === undefined) break;
      dim = equal;
    }
    return dim;
  }

  /**
   * Makes sure that the two are one size, which the caller's node asks for.
   *
   * @throws RestartWithEqualDims where they were not, to read again; E_UNSUPPORTED where they cannot be
   */
  unify(a: Size, b: Size, what: string): void {
    if (sameSize(a, b)) return;
    const [x, y] = [dimOfSize(a), dimOfSize(b)];
    const [name, other] = typeof x === 'string' && this.#taken.has(x) ? [x, y] : [y, x];
    const isOurs = typeof name === 'string' && this.#taken.has(name) && !this.#equal.has(name);
    const fits = typeof other === 'number' || this.#taken.has(other);
    if (!isOurs || !fits || this.#equal.size >= MAX_EQUALITIES) {
      throw new LstmOnnxError(
        'E_UNSUPPORTED',
        `${what} must have equal sizes, but one is ${dimOfSize(a)} and the other ${dimOfSize(b)}.`,
      );
    }
    this.#equal.set(name, other);
    throw new RestartWithEqualDims();
  }
}
