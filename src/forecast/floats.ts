/**
 * Ops on values whose sizes come with the data, so that types cannot follow them: the shape rules check them when a network is
 * defined. The casts are here, and nowhere else in a forecast.
 */
import * as arithmetic from '../builder/ops/arithmetic.js';
import { at } from '../builder/ops/at.js';
import * as joining from '../builder/ops/concat.js';
import { embedding } from '../builder/ops/embedding.js';
import { gru } from '../builder/ops/gru.js';
import { linear } from '../builder/ops/linear.js';
import { lstm } from '../builder/ops/lstm.js';
import { mean } from '../builder/ops/reduce.js';
import * as repeating from '../builder/ops/repeat.js';
import * as reshaping from '../builder/ops/reshape.js';
import { slice } from '../builder/ops/slice.js';
import { unsqueeze } from '../builder/ops/unsqueeze.js';
import type { Shape } from '../builder/shape.js';
import type { Value } from '../builder/tensor.js';

export type Floats = Value<'float32', Shape>;
export type Codes = Value<'int32', Shape>;

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

/** The mean over the steps of `[batch, steps, columns]`, as one step. */
export function meanStep(x: Floats): Floats {
  return unsqueeze(mean<Shape, number>(x, 1), 1) as Floats;
}

/** `linear` along the last axis. */
export function layer(name: string, x: Floats, size: number): Floats {
  return linear(
    name,
    x as unknown as Value<'float32', readonly ['batch', number]>,
    size,
  ) as unknown as Floats;
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
}

/** `[numLayers, batch, hiddenSize]` each; a GRU has no `c`. */
export interface LayerStates {
  readonly h: Floats;
  readonly c?: Floats;
}

/** Recurrent layers over `[batch, steps, columns]`: the output of each step, `[batch, steps, hiddenSize]`, and the states behind the last. */
export function recurrent(
  name: string,
  x: Floats,
  { cell, hiddenSize, numLayers, dropout }: RecurrentSizes,
  initialState?: LayerStates,
): { readonly output: Floats; readonly states: LayerStates } {
  const steps = x as unknown as Value<'float32', readonly ['batch', number, number]>;
  const options = {
    ...{ hiddenSize, numLayers, batchFirst: true, dropout: numLayers > 1 ? dropout : 0 },
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
