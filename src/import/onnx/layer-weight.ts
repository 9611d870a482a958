/** A parameter of a layer that is read: made of a constant when it is asked for, since another layer may have it already. */
import { type Allocate, permutedWeights } from './constants.js';
import type { Weights } from './value.js';

export class LayerWeight {
  #data: Float32Array | undefined;

  /**
   * @param name within the layer: `weight_ih_l0`
   * @param make the numbers, row-major
   * @param of what they are made of; undefined where that is no constant of the file
   * @param form how, as far as `name` does not say it
   */
  constructor(
    readonly name: string,
    readonly shape: readonly number[],
    private readonly make: () => Float32Array,
    readonly of?: Weights,
    readonly form = '',
  ) {}

  get isMade(): boolean {
    return this.#data !== undefined;
  }

  get data(): Float32Array {
    this.#data ??= this.make();
    return this.#data;
  }
}

/** A constant as it is, as a parameter of a layer. */
export function copyOf(name: string, weights: Weights, allocate: Allocate): LayerWeight {
  const order = weights.shape.map((_, i) => i);
  const copy = () => permutedWeights(weights, order, allocate).read();
  return new LayerWeight(name, weights.shape, copy, weights);
}
