/**
 * Ops on values whose sizes come with the options, so that types cannot follow them: the shape rules check them when a network is
 * defined. The casts are here, and nowhere else in an encoder and a decoder.
 */
import { softmax, tanh } from '../builder/ops/activations.js';
import * as arithmetic from '../builder/ops/arithmetic.js';
import { gru } from '../builder/ops/gru.js';
import { linear } from '../builder/ops/linear.js';
import { lstm } from '../builder/ops/lstm.js';
import { matmul } from '../builder/ops/matmul.js';
import { transpose } from '../builder/ops/transpose.js';
import * as shapes from '../builder/ops/unsqueeze.js';
import type { Dim, Shape } from '../builder/shape.js';
import type { Value } from '../builder/tensor.js';
import type { Floats, LayerStates } from '../forecast/floats.js';

/** The steps of each sequence, int32 `[batch]`. */
export type Lengths = Value<'int32', readonly [Dim]>;

export function product(a: Floats, b: Floats): Floats {
  return matmul<Shape, Shape>(a, b as never) as Floats;
}

/** `[batch, a, b]` as `[batch, b, a]`. */
export function swapped(x: Floats): Floats {
  return permuted(x, [0, 2, 1]);
}

export function permuted(x: Floats, axes: readonly number[]): Floats {
  return transpose<'float32', Shape, readonly number[]>(x, axes as never) as Floats;
}

/** With a dimension of 1. */
export function widened<V extends Value>(x: V, axis: number): V {
  return shapes.unsqueeze(x, axis) as unknown as V;
}

/** Without a dimension of 1. */
export function narrowed(x: Floats, axis: number): Floats {
  return shapes.squeeze(x, axis) as unknown as Floats;
}

export function addSteps(a: Floats, b: Floats): Floats {
  return arithmetic.add<Shape, Shape>(a, b as never) as Floats;
}

export function tanhOf(x: Floats): Floats {
  return tanh<Shape>(x) as Floats;
}

/** Along the time of `[batch, time, ...]`. */
export function softmaxOfSteps(x: Floats, lengths: Lengths | undefined): Floats {
  return softmax<Shape>(x, 1, lengths) as Floats;
}

/** A matrix along the last axis, without a bias. */
export function projected(name: string, x: Floats, size: number): Floats {
  const rows = x as unknown as Value<'float32', readonly ['batch', number]>;
  return linear(name, rows, size, { bias: false }) as unknown as Floats;
}

interface Layers {
  readonly cell: 'lstm' | 'gru';
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly dropout: number;
  readonly bidirectional?: boolean;
  readonly lengths?: Lengths | undefined;
  readonly initialState?: LayerStates | undefined;
}

/** Recurrent layers over `[batch, steps, features]`; states are `[numLayers * directions, batch, hiddenSize]`. */
export function recurrentLayers(
  name: string,
  x: Floats,
  { cell, dropout, lengths, initialState, ...sizes }: Layers,
): { readonly output: Floats; readonly states: LayerStates } {
  const options = {
    ...{ ...sizes, batchFirst: true, dropout: sizes.numLayers > 1 ? dropout : 0 },
    ...(lengths && { lengths }),
    ...(initialState && { initialState }),
  };
  const layers = (cell === 'lstm' ? lstm : gru) as unknown as (
    ...given: unknown[]
  ) => LayerStates & { readonly output: Floats };
  const { output, ...states } = layers(name, x, options);
  return { output, states };
}
