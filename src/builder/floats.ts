/**
 * Ops on values whose sizes come with data or options, so that types cannot follow them: the shape rules check them when a network is
 * defined. For the networks that the library defines itself; the casts are here alone.
 */

import { softmax, tanh } from './ops/activations.js';
import * as arithmetic from './ops/arithmetic.js';
import { at } from './ops/at.js';
import * as joining from './ops/concat.js';
import { embedding } from './ops/embedding.js';
import { gru } from './ops/gru.js';
import { linear } from './ops/linear.js';
import { lstm } from './ops/lstm.js';
import { matmul } from './ops/matmul.js';
import { mean } from './ops/reduce.js';
import * as repeating from './ops/repeat.js';
import * as reshaping from './ops/reshape.js';
import { slice } from './ops/slice.js';
import { transpose } from './ops/transpose.js';
import { squeeze, unsqueeze } from './ops/unsqueeze.js';
import type { Dim, Shape } from './shape.js';
import type { Value } from './tensor.js';

export type Floats = Value<'float32', Shape>;
export type Codes = Value<'int32', Shape>;
/** The steps of each sequence, int32 `[batch]`. */
export type Lengths = Value<'int32', readonly [Dim]>;

type Binary = (a: Floats, b: Floats) => Floats;
export const [add, sub, mul, div] = [
  arithmetic.add as unknown as Binary,
  arithmetic.sub as unknown as Binary,
  arithmetic.mul as unknown as Binary,
  arithmetic.div as unknown as Binary,
];

interface Range {
  readonly axis: number;
  readonly start: number;
  readonly end?: number;
}

/** Entries `start` to `end - 1` along an axis; to the last one without an end. */
export function part<V extends Floats | Codes>(x: V, range: Range): V {
  return slice<'float32', Shape, Range>(x as Floats, range) as unknown as V;
}

/** Steps `start` to `end - 1` of `[batch, steps, columns]`. */
export function stepsOf(x: Floats, start: number, end: number): Floats {
  return part(x, { axis: 1, start, end });
}

/** Along the last axis. */
export function joined(list: readonly Floats[]): Floats {
  return joining.concat(list as never) as unknown as Floats;
}

/** So many times along the steps, one after the other. */
export function repeatSteps(x: Floats, times: number): Floats {
  return repeating.repeat(x, times, 1) as Floats;
}

export function reshape<V extends Floats | Codes>(x: V, shape: Shape): V {
  return reshaping.reshape<'float32', Shape, Shape>(x as Floats, shape as never) as unknown as V;
}

/** The axes in another order. */
export function permuted(x: Floats, axes: readonly number[]): Floats {
  return transpose<'float32', Shape, readonly number[]>(x, axes as never) as Floats;
}

/** `[batch, a, b]` as `[batch, b, a]`. */
export function swapped(x: Floats): Floats {
  return permuted(x, [0, 2, 1]);
}

/** With a dimension of 1. */
export function widened<V extends Floats | Codes>(x: V, axis: number): V {
  return unsqueeze(x as Floats, axis) as unknown as V;
}

/** Without a dimension of 1. */
export function narrowed(x: Floats, axis: number): Floats {
  return squeeze(x as Value, axis) as unknown as Floats;
}

/** `torch.matmul` */
export function product(a: Floats, b: Floats): Floats {
  return matmul<Shape, Shape>(a, b as never) as Floats;
}

export function tanhOf(x: Floats): Floats {
  return tanh<Shape>(x) as Floats;
}

/** Softmax along the steps of `[batch, steps, ...]`; those beyond the lengths get 0. */
export function softmaxOfSteps(x: Floats, lengths: Lengths | undefined): Floats {
  return softmax<Shape>(x, 1, lengths) as Floats;
}

/** The mean over the steps of `[batch, steps, columns]`, as one step. */
export function meanStep(x: Floats): Floats {
  return unsqueeze(mean<Shape, number>(x, 1), 1) as Floats;
}

/** `linear` along the last axis. */
export function layer(name: string, x: Floats, size: number, bias = true): Floats {
  const rows = x as unknown as Value<'float32', readonly ['batch', number]>;
  return linear(name, rows, size, { bias }) as unknown as Floats;
}

export function embed(name: string, ids: Codes, numEmbeddings: number, embeddingDim: number): Floats {
  return embedding(name, ids, { numEmbeddings, embeddingDim }) as Floats;
}

export interface RecurrentSizes {
  readonly cell: 'lstm' | 'gru';
  readonly hiddenSize: number;
  readonly numLayers: number;
  /** Between layers. */
  readonly dropout: number;
  /** @default false */
  readonly bidirectional?: boolean;
  /** @default all steps */
  readonly lengths?: Lengths | undefined;
}

/** `[numLayers * directions, batch, hiddenSize]` each; a GRU has no `c`. */
export interface LayerStates {
  readonly h: Floats;
  readonly c?: Floats;
}

/** Recurrent layers over `[batch, steps, columns]`: the output of each step, `[batch, steps, hiddenSize]`, and the states behind the last. */
export function recurrent(
  name: string,
  x: Floats,
  { cell, hiddenSize, numLayers, dropout, bidirectional, lengths }: RecurrentSizes,
  initialState?: LayerStates,
): { readonly output: Floats; readonly states: LayerStates } {
  const steps = x as unknown as Value<'float32', readonly ['batch', number, number]>;
  const options = {
    ...{ hiddenSize, numLayers, batchFirst: true, dropout: numLayers > 1 ? dropout : 0 },
    ...(bidirectional && { bidirectional }),
    ...(lengths && { lengths }),
    ...(initialState && { initialState }),
  };
  const layers = (cell === 'lstm' ? lstm : gru) as unknown as (...given: unknown[]) => RecurrentOutputs;
  const { output, ...states } = layers(name, steps, options);
  return { output, states };
}

/** The last of `[batch, steps, columns]`: `[batch, columns]`. */
export function lastStep(x: Floats): Floats {
  return at<'float32', Shape, number>(x, -1, 1) as Floats;
}

interface RecurrentOutputs extends LayerStates {
  readonly output: Floats;
}
