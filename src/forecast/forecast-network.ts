/**
 * The network of a forecast: raw numbers of a window in, raw forecasts of all steps ahead out. It scales each window itself, so
 * that a model file needs nothing beside it.
 */
import { defineNetwork, type Network } from '../builder/network.js';
import { relu, softplus, sqrt } from '../builder/ops/activations.js';
import { dropout } from '../builder/ops/dropout.js';
import { constant } from '../builder/ops/parameter.js';
import { shared } from '../builder/shared.js';
import { float32, int32 } from '../builder/tensor.js';
import { type Anchor, anchorOf } from './anchor.js';
import {
  add,
  type Codes,
  div,
  embed,
  type Floats,
  joined,
  lastState,
  layer,
  meanStep,
  mul,
  part,
  reshape,
  stepsOf,
  sub,
} from './floats.js';
import { middleOf } from './spread.js';

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
  /** Steps of a season; 1 for none. */
  readonly season: number;
  /** What the forecast starts from. */
  readonly anchor: Anchor;
  /** Between 0 and 1, ascending. */
  readonly quantiles: readonly number[];
  /** What the distances of the quantiles from the middle one are multiplied by. @default 1 */
  readonly spread?: number;
  readonly cell: 'lstm' | 'gru';
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly dropout: number;
}

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
  const given = <T>(list: readonly unknown[], name: string, of: () => T) =>
    list.length > 0 ? { [name]: of() } : {};
  const { past, pastCategories, known, knownCategories, staticCategories } = columns;
  const inputs = {
    past: float32('batch', window, past.length),
    ...given(pastCategories, 'pastCategories', () => int32('batch', window, pastCategories.length)),
    ...given(known, 'known', () => float32('batch', horizon, known.length)),
    ...given(knownCategories, 'knownCategories', () => int32('batch', horizon, knownCategories.length)),
    ...given(columns.static, 'static', () => float32('batch', columns.static.length)),
    ...given(staticCategories, 'staticCategories', () => int32('batch', staticCategories.length)),
  };
  return defineNetwork(inputs, (values) => forecastOf(values as unknown as Inputs, architecture)) as Network;
}

function forecastOf(inputs: Inputs, architecture: ForecastArchitecture) {
  const { columns, window, anchor } = architecture;
  const [{ scale: unit }, ...features] = columns.past;
  const target = part(inputs.past, { axis: 2, start: 0, end: 1 });
  const level = stepsOf(target, window - 1, window);
  const scale = deviation(sub(target, level), unit);
  const scaled = div(sub(target, level), scale);
  const embedded = embeddings();
  const others =
    features.length > 0 ? [standardized(part(inputs.past, { axis: 2, start: 1 }), features)] : [];
  const seen = joined([scaled, ...others, ...embedded(inputs.pastCategories, columns.pastCategories)]);
  const ofSeries = [
    ...(inputs.static ? [standardized(inputs.static, columns.static)] : []),
    ...embedded(inputs.staticCategories, columns.staticCategories),
  ];
  const context = joined([encoded(seen, architecture), ...ofSeries]);
  const start = anchorOf(scaled, anchor, architecture);
  const ahead = joined([
    perStep(context, architecture),
    start,
    ...(inputs.known ? [standardized(inputs.known, columns.known)] : []),
    ...embedded(inputs.knownCategories, columns.knownCategories),
  ]);
  const hidden = relu(layer('decoder', ahead, architecture.hiddenSize));
  const result = add(quantilesOf(hidden, architecture), start);
  return { forecast: add(mul(result, scale), level), scaled: result };
}

/** How far numbers are from their mean over the steps, `[batch, 1, 1]`. @param unit the target's own scale */
function deviation(x: Floats, unit: number): Floats {
  const distance = sub(x, meanStep(x));
  return sqrt(add(meanStep(mul(distance, distance)), constant((LEAST_SCALE * unit) ** 2)));
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
      const own = known.get(name) ?? shared((ids: Codes) => embed(place, ids, size, embeddingSize(size)));
      known.set(name, own);
      const column = part(codes, { axis: -1, start: i, end: i + 1 });
      return [own(reshape(column, codes.shape.slice(0, -1)))];
    });
}

/** As many as tell the codes apart. */
function embeddingSize(codes: number): number {
  return Math.min(Math.ceil(Math.sqrt(codes)), 16);
}

/** What the recurrent layers make of the window, `[batch, hiddenSize]`. */
function encoded(x: Floats, { cell, hiddenSize, numLayers, dropout: rate }: ForecastArchitecture): Floats {
  const last = lastState('rnn', x, cell, { hiddenSize, numLayers, dropout: numLayers > 1 ? rate : 0 });
  return rate > 0 ? dropout(last, rate) : last;
}

/** A part of its own for each step ahead of what is known of the series, `[batch, horizon, ...]`. */
function perStep(context: Floats, { horizon, hiddenSize }: ForecastArchitecture): Floats {
  const size = Math.ceil(hiddenSize / 4);
  return reshape(layer('context', context, horizon * size), ['batch', horizon, size]);
}

/** From the middle quantile outwards, by distances that are never negative. */
function quantilesOf(hidden: Floats, { quantiles, spread = 1 }: ForecastArchitecture): Floats {
  const raw = layer('head', hidden, quantiles.length);
  const number = (i: number) => part(raw, { axis: 2, start: i, end: i + 1 });
  const distance = (i: number) => {
    const learned = softplus(number(i));
    return spread === 1 ? learned : mul(learned, constant(spread));
  };
  const middle = middleOf(quantiles);
  const first = number(middle);
  const [above, below] = [[first], [first]];
  for (let i = middle + 1; i < quantiles.length; i++) above.push(add(above.at(-1) ?? first, distance(i)));
  for (let i = middle - 1; i >= 0; i--) below.push(sub(below.at(-1) ?? first, distance(i)));
  return joined([...below.slice(1).reverse(), ...above]);
}
