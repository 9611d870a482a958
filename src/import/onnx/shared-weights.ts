/**
 * Which layers of a graph share their parameters: those whose weights are the same initializers, as the steps of a loop that was
 * unrolled have them. Exporters store equal constants once, too, so that equal ones and zeros say nothing. And they store the
 * transposed weight of a linear layer, so that a table that is tied to one is known by its numbers alone.
 */
import type { Sharing } from '../../builder/ops/op.js';
import { parameterName } from '../../builder/ops/op.js';
import { quoted } from '../quoted.js';
import { isDistinctive } from '../same-tensor.js';
import type { LayerWeight } from './layer-weight.js';

interface Layer {
  readonly module: string;
  readonly tied: Readonly<Record<string, string>>;
  readonly weights: readonly LayerWeight[];
}

interface Tensor {
  readonly name: string;
  readonly weight: LayerWeight;
}

export class SharedWeights {
  readonly #layers = new Map<string, Layer[]>();
  readonly #tensors = new Map<string, Tensor[]>();
  /** Weights of embeddings and of linear layers, by op and shape. */
  readonly #matrices = new Map<string, Tensor[]>();
  /** What was assumed. */
  readonly notes: string[] = [];

  /** @param count is told how many numbers are compared */
  constructor(private readonly count: (numbers: number) => void) {}

  /** Whose parameters a layer has, among those that were given before; its own may be those of layers after it. */
  sharing(op: string, name: string, weights: readonly LayerWeight[]): Sharing {
    const key = JSON.stringify([op, weights.map((weight) => [weight.name, weight.shape, weight.of?.origin])]);
    const layers = this.#layers.get(key) ?? [];
    const same = layers.find((layer) =>
      layer.weights.every((other, i) => this.#isSame(other, weights[i] ?? other)),
    );
    if (same) {
      return { module: same.module, ...(Object.keys(same.tied).length > 0 ? { tied: same.tied } : {}) };
    }
    const distinctive = weights.filter(isDistinctive);
    const tied = Object.fromEntries(
      distinctive.flatMap((weight) => {
        const tensor = this.#find(weight) ?? this.#findTable(op, name, weight);
        return tensor ? [[weight.name, tensor.name] as const] : [];
      }),
    );
    if (distinctive.length > 0) added(this.#layers, key).push({ module: name, tied, weights });
    for (const weight of distinctive) {
      if (Object.hasOwn(tied, weight.name)) continue;
      const tensor = { name: parameterName({ name }, weight.name), weight };
      added(this.#tensors, keyOf(weight)).push(tensor);
      if (isMatrix(op, weight)) added(this.#matrices, `${op} ${weight.shape}`).push(tensor);
    }
    return Object.keys(tied).length > 0 ? { tied } : {};
  }

  #find(weight: LayerWeight): Tensor | undefined {
    return this.#tensors.get(keyOf(weight))?.find((tensor) => this.#isSame(tensor.weight, weight));
  }

  /** The weight of an embedding that a linear layer has, or the other way. */
  #findTable(op: string, name: string, weight: LayerWeight): Tensor | undefined {
    if (!isMatrix(op, weight)) return undefined;
    const others = this.#matrices.get(`${op === 'linear' ? 'embedding' : 'linear'} ${weight.shape}`);
    const tensor = others?.find((other) => this.#isEqual(other.weight, weight));
    if (tensor) {
      const own = quoted(parameterName({ name }, weight.name));
      this.notes.push(
        `${quoted(tensor.name)} and ${own} have the same numbers and are read as one tensor, which training moves as one.`,
      );
    }
    return tensor;
  }

  /** Of two of one shape and of the same constants. */
  #isSame(one: LayerWeight, other: LayerWeight): boolean {
    if (one.of !== undefined && one.of.read === other.of?.read && one.form === other.form) return true;
    return one.of?.origin !== '' && this.#isEqual(one, other);
  }

  #isEqual(one: LayerWeight, other: LayerWeight): boolean {
    const { data } = other;
    const first = one.data.findIndex((number, i) => !Object.is(number, data[i]));
    this.count(first === -1 ? data.length : first + 1);
    return first === -1;
  }
}

function isMatrix(op: string, { name }: LayerWeight): boolean {
  return name === 'weight' && (op === 'linear' || op === 'embedding');
}

function keyOf({ name, shape, of }: LayerWeight): string {
  return JSON.stringify([name, shape, of?.origin]);
}

function added<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
