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

/** What recurrent layers make of the last of `[batch, steps, columns]`: `[batch, hiddenSize]`. */
export function lastState(
  name: string,
  x: Floats,
  cell: 'lstm' | 'gru',
  sizes: { readonly hiddenSize: number; readonly numLayers: number; readonly dropout: number },
): Floats {
  const steps = x as unknown as Value<'float32', readonly ['batch', number, number]>;
  const options = { ...sizes, batchFirst: true } as const;
  const { output } = cell === 'lstm' ? lstm(name, steps, options) : gru(name, steps, options);
  return at<'float32', Shape, number>(output as unknown as Floats, -1, 1) as Floats;
}
