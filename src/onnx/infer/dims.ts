/**
 * Arithmetic of dimensions that may be numbers, names or unknown (`null`). A name stands for one size throughout
 * the graph, so equal names are equal sizes; two different names may be equal too, so only numbers can conflict.
 */
import type { OnnxDim } from '../graph.js';

export type Shape = readonly OnnxDim[];

/** Two sizes or shapes that cannot be the same. A symbol, because any string may name a dimension. */
export const conflict = Symbol('conflict');

/** The shape as messages quote it: `[batch, ?, 28]`. */
export function describeShape(shape: Shape | undefined): string {
  return shape ? `[${shape.map((dim) => dim ?? '?').join(', ')}]` : '[of unknown rank]';
}

/** Both stand for the same size: what is known of it, or {@link conflict}. */
export function mergeDims(a: OnnxDim, b: OnnxDim): OnnxDim | typeof conflict {
  if (typeof a === 'number' && typeof b === 'number') return a === b ? a : conflict;
  if (typeof a === 'number') return a;
  return typeof b === 'number' ? b : (a ?? b);
}

/** Both stand for the same shape: what is known of it, or {@link conflict}. An absent shape says nothing. */
export function mergeShapes(a: Shape | undefined, b: Shape | undefined): Shape | undefined | typeof conflict {
  if (!a || !b) return a ?? b;
  if (a.length !== b.length) return conflict;
  const merged: OnnxDim[] = [];
  for (const [i, dim] of a.entries()) {
    const both = mergeDims(dim, b[i] ?? null);
    if (both === conflict) return conflict;
    merged.push(both);
  }
  return merged;
}

/** The sum where all are numbers, the one dimension where the others are 0, else unknown. */
export function sumDims(dims: Shape): OnnxDim {
  const rest = dims.filter((dim) => dim !== 0);
  if (rest.length === 1) return rest[0] ?? null;
  return rest.reduce<OnnxDim>(
    (sum, dim) => (typeof sum === 'number' && typeof dim === 'number' ? sum + dim : null),
    0,
  );
}

/** `dim * factor`, unknown for a name. */
export function scaleDim(dim: OnnxDim, factor: number): OnnxDim {
  return typeof dim === 'number' ? dim * factor : null;
}

/** The size of all dimensions together, divided by those of `divisor`; equal names cancel. */
export function quotientOfDims(dims: Shape, divisor: Shape): OnnxDim | typeof conflict {
  const names: string[] = [];
  let size = 1;
  for (const dim of dims) {
    if (dim === null) return null;
    if (typeof dim === 'string') names.push(dim);
    else size *= dim;
  }
  let by = 1;
  for (const dim of divisor) {
    if (dim === null) return null;
    if (typeof dim === 'number') by *= dim;
    else {
      const at = names.indexOf(dim);
      if (at < 0) return null;
      names.splice(at, 1);
    }
  }
  if (by === 0) return null;
  if (names.length === 0) return size % by === 0 ? size / by : conflict;
  const [name] = names;
  return names.length === 1 && size === by && name !== undefined ? name : null;
}

/** Shapes stretched over each other from the right, as NumPy does it; see the specification's Broadcasting.md. */
export function broadcastShapes(shapes: readonly (Shape | undefined)[]): Shape | undefined | typeof conflict {
  let result: Shape = [];
  for (const shape of shapes) {
    if (!shape) return undefined;
    const both = broadcastTwo(result, shape);
    if (both === conflict) return conflict;
    result = both;
  }
  return result;
}

function broadcastTwo(a: Shape, b: Shape): Shape | typeof conflict {
  const rank = Math.max(a.length, b.length);
  const result: OnnxDim[] = [];
  for (let i = 0; i < rank; i++) {
    const left = i < rank - a.length ? 1 : (a[i - rank + a.length] ?? null);
    const right = i < rank - b.length ? 1 : (b[i - rank + b.length] ?? null);
    if (left === 1 || left === right) result.push(right);
    else if (right === 1) result.push(left);
    else if (typeof left === 'number' && typeof right === 'number') return conflict;
    // A name against a size above 1: the name is either 1 or that size. Two names: either may be 1.
    else if (typeof left === 'number') result.push(left);
    else result.push(typeof right === 'number' ? right : null);
  }
  return result;
}
