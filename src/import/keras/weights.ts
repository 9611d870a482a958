/** Where a layer's weights come from: a file by Keras' paths, or a list of names. */

import { formatShape, sameShape } from '../../builder/shape.js';
import { LstmOnnxError } from '../../errors.js';
import { quoted } from '../quoted.js';
import type { Layer } from './model-graph.js';

export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Which weight of a layer is meant. */
export interface WeightRole {
  /** Keras' name: `kernel`, `recurrent_kernel`, `bias`, `embeddings`. */
  readonly name: string;
  /** Keras 3's: its attributes from the layer to what holds the weight, and its place there. */
  readonly path: readonly string[];
  readonly index: number;
  /** Of a Bidirectional's layers the one meant. */
  readonly direction?: 'forward' | 'backward';
}

export interface WeightSource {
  /** Undefined where there is no such weight. */
  find(layer: Layer, role: WeightRole): Weight | undefined;
  /** The names of weights beside those that were found, which the layer computes with in ways that are not read. */
  unread(layer: Layer): readonly string[];
}

/** @throws E_MISSING_NAME for a weight that is not there, E_SHAPE_MISMATCH for one of another shape */
export function takeWeight(
  source: WeightSource,
  layer: Layer,
  role: WeightRole,
  shape: readonly number[],
): Float32Array {
  const what = `${role.direction ? `${role.direction} ` : ''}${role.name} of layer ${quoted(layer.name)}`;
  const weight = source.find(layer, role);
  if (!weight) {
    throw new LstmOnnxError(
      'E_MISSING_NAME',
      `The file has no weights for the ${what}; save the whole model after it is built.`,
    );
  }
  if (!sameShape(weight.shape, shape)) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `The ${what} has the shape ${formatShape(weight.shape)}; its configuration says ${formatShape(shape)}. Save the model again.`,
    );
  }
  return weight.data;
}

/** The weight of a role among the names of a layer's weights: `bidirectional/forward_lstm/lstm_cell/kernel:0`. */
function matchWeightName(names: readonly string[], { name, direction }: WeightRole): string | undefined {
  return names.find((candidate) => {
    const parts = candidate.replace(/:\d+$/, '').split('/');
    const side = parts.findLast((part) => /^(forward|backward)_/.test(part));
    return parts.at(-1) === name && (direction === undefined || side?.startsWith(`${direction}_`) === true);
  });
}

/** Which of the layers' weights were found, where they have names. */
export class NamedWeights {
  readonly #found = new Map<string, Set<string>>();

  /** The name of a role among a layer's, as found from now on. */
  find(layer: Layer, names: readonly string[], role: WeightRole): string | undefined {
    const name = matchWeightName(names, role);
    const found = this.#found.get(layer.name) ?? new Set();
    this.#found.set(layer.name, found);
    if (name !== undefined) found.add(name);
    return name;
  }

  /** The others of a layer from which some were found; the seeds of its dropout change nothing. */
  unread(layer: Layer, names: readonly string[]): string[] {
    const found = this.#found.get(layer.name);
    if (!found) return [];
    return names.filter((name) => !found.has(name) && !/seed_generator/.test(name));
  }
}
