/** The columns that a forecast sees beside its target: numbers, standardized; codes, as a few learned numbers each. */

import { type Codes, div, embed, type Floats, part, reshape, sub } from '../builder/floats.js';
import { constant } from '../builder/ops/parameter.js';
import { shared } from '../builder/shared.js';

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

/** The columns of a forecast's inputs, in the order in which `windows` has them. */
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

export interface ForecastInputs {
  readonly past: Floats;
  readonly pastCategories?: Codes;
  readonly known?: Floats;
  readonly knownCategories?: Codes;
  readonly static?: Floats;
  readonly staticCategories?: Codes;
}

/** What is seen of each kind: values to join along the last axis, none where there are no such columns. */
export interface SeenColumns {
  /** `[batch, window, ...]` each */
  readonly past: readonly Floats[];
  /** `[batch, ...]` each */
  readonly static: readonly Floats[];
  /** `[batch, horizon, ...]` each */
  readonly known: readonly Floats[];
}

export function seenColumns(inputs: ForecastInputs, columns: ForecastColumns): SeenColumns {
  const [, ...features] = columns.past;
  const embedded = embeddings();
  const numbers = (x: Floats | undefined, scaled: readonly ScaledColumn[]) =>
    x && scaled.length > 0 ? [standardized(x, scaled)] : [];
  return {
    past: [
      ...(features.length > 0 ? numbers(part(inputs.past, { axis: 2, start: 1 }), features) : []),
      ...embedded(inputs.pastCategories, columns.pastCategories),
    ],
    static: [
      ...numbers(inputs.static, columns.static),
      ...embedded(inputs.staticCategories, columns.staticCategories),
    ],
    known: [
      ...numbers(inputs.known, columns.known),
      ...embedded(inputs.knownCategories, columns.knownCategories),
    ],
  };
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
