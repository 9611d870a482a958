/**
 * The network of a forecast: raw numbers of a window in, raw forecasts of all steps ahead out. It scales each window itself, so
 * that a model file needs nothing beside it.
 */
import { defineNetwork, type Network } from '../builder/network.js';
import { relu, softplus, sqrt } from '../builder/ops/activations.js';
import * as arithmetic from '../builder/ops/arithmetic.js';
import { at } from '../builder/ops/at.js';
import { concat } from '../builder/ops/concat.js';
import { dropout } from '../builder/ops/dropout.js';
import { embedding } from '../builder/ops/embedding.js';
import { gru } from '../builder/ops/gru.js';
import { linear } from '../builder/ops/linear.js';
import { lstm } from '../builder/ops/lstm.js';
import { constant } from '../builder/ops/parameter.js';
import { mean } from '../builder/ops/reduce.js';
import { repeat } from '../builder/ops/repeat.js';
import { reshape } from '../builder/ops/reshape.js';
import { slice } from '../builder/ops/slice.js';
import { unsqueeze } from '../builder/ops/unsqueeze.js';
import type { Shape } from '../builder/shape.js';
import { shared } from '../builder/shared.js';
import { float32, int32, type Value } from '../builder/tensor.js';

/** Numbers of a column, and what they are scaled by: `(value - center) / scale`. */
export interface ScaledColumn {
  readonly name: string;
  readonly center: number;
  readonly scale: number;
}

/** Codes from 0 on: a month, a weekday, a category. */
export interface CodedColumn {
  readonly name: string;
  /** How many codes there are. */
  readonly size: number;
}

/** The columns of {@link forecastNetwork}'s inputs, in the order in which `windows` has them. */
export interface ForecastColumns {
  /** The target, then further numbers of which the past is known. */
  readonly past: readonly [target: ScaledColumn, ...features: ScaledColumn[]];
  readonly pastCategories: readonly CodedColumn[];
  /** What is known ahead, of the steps that are forecast. */
  readonly known: readonly ScaledColumn[];
  readonly knownCategories: readonly CodedColumn[];
  /** What is the same in all of a series. */
  readonly static: readonly ScaledColumn[];
  readonly staticCategories: readonly CodedColumn[];
}

export interface ForecastArchitecture {
  readonly columns: ForecastColumns;
  /** Steps that are seen. */
  readonly window: number;
  /** Steps that are forecast. */
  readonly horizon: number;
  /** Steps of a season, no more than the window; 1 for none. */
  readonly season: number;
  /** Between 0 and 1, ascending. */
  readonly quantiles: readonly number[];
  readonly cell: 'lstm' | 'gru';
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly dropout: number;
}

// Sizes come with the data, so that types cannot follow them: the shape rules do.
type Floats = Value<'float32', Shape>;
type Codes = Value<'int32', Shape>;
type Binary = (a: Floats, b: Floats) => Floats;
const [add, sub, mul, div] = [
  arithmetic.add as unknown as Binary,
  arithmetic.sub as unknown as Binary,
  arithmetic.mul as unknown as Binary,
  arithmetic.div as unknown as Binary,
];

interface Inputs {
  readonly past: Floats;
  readonly pastCategories?: Codes;
  readonly known?: Floats;
  readonly knownCategories?: Codes;
  readonly static?: Floats;
  readonly staticCategories?: Codes;
}

/** A window that never moves is divided by this part of the target's own scale. */
const LEAST_SCALE = 1e-3;

/**
 * Inputs are those of `windows(...).arrays()`: `past` `[batch, window, columns]` and, where there are such columns, `known`
 * `[batch, horizon, columns]`, `static` `[batch, columns]` and the codes beside each.
 *
 * Outputs: `forecast` `[batch, horizon, quantiles]` in the target's unit; `scaled`, the same before the window's scaling is undone,
 * which is what is trained: its targets are scaled by {@link windowScale}. Quantiles never cross.
 */
export function forecastNetwork(architecture: ForecastArchitecture): Network {
  const { window, horizon, columns } = architecture;
  const part = <T>(list: readonly unknown[], name: string, of: () => T) =>
    list.length > 0 ? { [name]: of() } : {};
  const { past, pastCategories, known, knownCategories, staticCategories } = columns;
  const inputs = {
    past: float32('batch', window, past.length),
    ...part(pastCategories, 'pastCategories', () => int32('batch', window, pastCategories.length)),
    ...part(known, 'known', () => float32('batch', horizon, known.length)),
    ...part(knownCategories, 'knownCategories', () => int32('batch', horizon, knownCategories.length)),
    ...part(columns.static, 'static', () => float32('batch', columns.static.length)),
    ...part(staticCategories, 'staticCategories', () => int32('batch', staticCategories.length)),
  };
  return defineNetwork(inputs, (values) => forecastOf(values as unknown as Inputs, architecture)) as Network;
}

function forecastOf(inputs: Inputs, architecture: ForecastArchitecture) {
  const { columns, window, horizon, season } = architecture;
  const [{ scale: unit }, ...features] = columns.past;
  const target = slice<'float32', Shape, SliceOf>(inputs.past, { axis: 2, start: 0, end: 1 }) as Floats;
  const level = stepsOf(target, window - 1, window);
  const scale = deviation(sub(target, level), unit);
  const scaled = div(sub(target, level), scale);
  const embed = embeddings();
  const others =
    features.length > 0 ? [standardized(slice(inputs.past, { axis: 2, start: 1 }) as Floats, features)] : [];
  const seen = joined([scaled, ...others, ...embed(inputs.pastCategories, columns.pastCategories)]);
  const ofSeries = [
    ...(inputs.static ? [standardized(inputs.static, columns.static)] : []),
    ...embed(inputs.staticCategories, columns.staticCategories),
  ];
  const context = joined([lastState(seen, architecture), ...ofSeries]);
  // What was a season before each step, of the last season that is seen.
  const times = Math.ceil(horizon / season);
  const lastSeason = stepsOf(scaled, window - season, window);
  const before = stepsOf(repeat(lastSeason, times, 1) as Floats, 0, horizon);
  const ahead = joined([
    perStep(context, architecture),
    before,
    ...(inputs.known ? [standardized(inputs.known, columns.known)] : []),
    ...embed(inputs.knownCategories, columns.knownCategories),
  ]);
  const hidden = relu(layer('decoder', ahead, architecture.hiddenSize));
  const change = ascending(
    layer('head', hidden, architecture.quantiles.length),
    architecture.quantiles.length,
  );
  const result = add(change, before);
  return { forecast: add(mul(result, scale), level), scaled: result };
}

type SliceOf = { readonly axis: number; readonly start: number; readonly end: number };

/** Steps `start` to `end - 1` of `[batch, steps, columns]`. */
function stepsOf(x: Floats, start: number, end: number): Floats {
  return slice<'float32', Shape, SliceOf>(x, { axis: 1, start, end }) as Floats;
}

/** How far numbers are from their mean over the steps, `[batch, 1, 1]`. @param unit the target's own scale */
function deviation(x: Floats, unit: number): Floats {
  const average = (values: Floats) => unsqueeze(mean<Shape, number>(values, 1), 1) as Floats;
  const distance = sub(x, average(x));
  return sqrt(add(average(mul(distance, distance)), constant((LEAST_SCALE * unit) ** 2)));
}

/** The level and the scale of a window's target, as the network has them: in double precision. */
export function windowScale(target: ArrayLike<number>, unit: number): { level: number; scale: number } {
  const level = target[target.length - 1] ?? Number.NaN;
  const moved = Array.from(target, (value) => value - level);
  const average = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const middle = average(moved);
  const variance = average(moved.map((value) => (value - middle) ** 2));
  return { level, scale: Math.sqrt(variance + (LEAST_SCALE * unit) ** 2) };
}

function standardized(x: Floats, columns: readonly ScaledColumn[]): Floats {
  const centers = constant(columns.map(({ center }) => center));
  return div(sub(x, centers), constant(columns.map(({ scale }) => scale)));
}

/** A function that gives a few learned numbers for each code, the same for all columns of one name. */
function embeddings(): (codes: Codes | undefined, columns: readonly CodedColumn[]) => Floats[] {
  const known = new Map<string, (codes: Codes) => Floats>();
  return (codes, columns) =>
    columns.flatMap(({ name, size }, i) => {
      if (!codes) return [];
      const place = `embeddings.${known.size}`;
      const own =
        known.get(name) ??
        shared(
          (ids: Codes) =>
            embedding(place, ids, { numEmbeddings: size, embeddingDim: embeddingSize(size) }) as Floats,
        );
      known.set(name, own);
      const column = slice<'int32', Shape, SliceOf>(codes, { axis: -1, start: i, end: i + 1 });
      return [own(reshape<'int32', Shape, Shape>(column, codes.shape.slice(0, -1) as never) as Codes)];
    });
}

/** As many as tell the codes apart. */
function embeddingSize(codes: number): number {
  return Math.min(Math.ceil(Math.sqrt(codes)), 16);
}

/** What the recurrent layers make of the window, `[batch, hiddenSize]`. */
function lastState(x: Floats, { cell, hiddenSize, numLayers, dropout: rate }: ForecastArchitecture): Floats {
  const options = { hiddenSize, numLayers, batchFirst: true, dropout: numLayers > 1 ? rate : 0 } as const;
  const steps = x as unknown as Value<'float32', readonly ['batch', number, number]>;
  const { output } = cell === 'lstm' ? lstm('rnn', steps, options) : gru('rnn', steps, options);
  const last = at<'float32', Shape, number>(output as unknown as Floats, -1, 1) as Floats;
  return rate > 0 ? dropout(last, rate) : last;
}

/** A part of its own for each step ahead of what is known of the series, `[batch, horizon, ...]`. */
function perStep(context: Floats, { horizon, hiddenSize }: ForecastArchitecture): Floats {
  const size = Math.ceil(hiddenSize / 4);
  const wide = layer('context', context, horizon * size);
  return reshape<'float32', Shape, Shape>(wide, ['batch', horizon, size] as never) as Floats;
}

function layer(name: string, x: Floats, size: number): Floats {
  return linear(
    name,
    x as unknown as Value<'float32', readonly ['batch', number]>,
    size,
  ) as unknown as Floats;
}

function joined(list: readonly Floats[]): Floats {
  return concat(list as never) as unknown as Floats;
}

/** Quantiles from the middle one outwards, by steps that are never negative. */
function ascending(raw: Floats, count: number): Floats {
  const number = (i: number) =>
    slice<'float32', Shape, SliceOf>(raw, { axis: 2, start: i, end: i + 1 }) as Floats;
  const middle = Math.floor(count / 2);
  const first = number(middle);
  const [above, below] = [[first], [first]];
  for (let i = middle + 1; i < count; i++) above.push(add(above.at(-1) ?? first, softplus(number(i))));
  for (let i = middle - 1; i >= 0; i--) below.push(sub(below.at(-1) ?? first, softplus(number(i))));
  return joined([...below.slice(1).reverse(), ...above]);
}
