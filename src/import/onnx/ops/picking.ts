/** Gather and Slice: rows of a table by index (embedding), one entry along an axis (`at`), or all backwards. */

import { counted } from '../../../counted.js';
import { LstmOnnxError } from '../../../errors.js';
import { dim, sizeOf } from '../../../nd-array.js';
import { sizesOfShape, slicedWeights } from '../constants.js';
import { copyOf } from '../layer-weight.js';
import type { Handler, NodeReader } from '../node-reader.js';
import { fixed, formatSizes, isOne, type Size } from '../size.js';
import { formatRange, type SliceRange, sliceRange } from '../slice-range.js';
import { describeValue, type Reversed, type Sizes, type Value, type View, type Weights } from '../value.js';
import { sizesOf, sourceAxis } from '../view.js';
import { sizesOfValue } from './layout.js';

/** The entries of a view that a Slice takes, more than one and fewer than all. */
export type TakeEntries = (node: NodeReader, x: View, axis: number, range: PartRange) => View;
export type PartRange = Extract<SliceRange, { kind: 'entries' | 'open' }>;

const Gather: Handler = (node) => {
  const [x, indices] = [node.input(0), node.input(1)];
  if (x.kind === 'weights' && indices.kind === 'view') return [embedding(node, x, indices)];
  const picked = node.integers(1);
  const { shape: indexShape } = node.sizes(1);
  if (x.kind === 'masked') throw node.refusal(`it picks from ${describeValue(x)}`);
  if (x.kind === 'reversed') return [firstOfReversed(node, x, picked, indexShape.length)];
  const sizes = sizesOfValue(node, x);
  const axis = node.axis(node.int('axis', 0), sizes.length);
  if (x.kind === 'sizes' && x.shape.length === 1) {
    const items = picked.map((index) => dim(x.items, node.axis(index, x.items.length)));
    return [sizesOfShape(indexShape, items)];
  }
  const [index, ...more] = picked;
  if (index === undefined || more.length > 0 || indexShape.length > 1 || x.kind === 'sizes') {
    throw node.refusal(
      `it picks ${counted(picked.length, 'entry', 'entries')} of ${formatSizes(sizes)}; read are one entry, and rows of a table by ids`,
    );
  }
  if (x.kind === 'view') {
    const entry = entryOf(node, x, axis, index);
    return [indexShape.length === 0 ? entry : { ...entry, axes: entry.axes.toSpliced(axis, 0, []) }];
  }
  const one = sliced(node, x, axis, {
    kind: 'entries',
    start: node.axis(index, dim(x.shape, axis)),
    step: 1,
    count: 1,
  });
  if (indexShape.length === 1 || one.kind !== 'weights') return [one];
  return [{ ...one, shape: one.shape.toSpliced(axis, 1), sizes: one.sizes.toSpliced(axis, 1) }];
};

/** Rows of a constant table [rows, features] for every id. */
function embedding(node: NodeReader, table: Weights, ids: View): View {
  const weights = node.weights(0);
  const [numEmbeddings = 0, embeddingDim = 0] = weights.shape; // of another rank it is refused below
  if (weights.shape.length !== 2 || node.int('axis', 0) !== 0 || numEmbeddings * embeddingDim === 0) {
    throw node.refusal(`ids pick from a table of ${formatSizes(table.sizes)}; expected rows of a matrix`);
  }
  const { to } = node;
  const name = to.claimModule([table.origin], node.node, 'embedding');
  const options = { numEmbeddings, embeddingDim };
  const own = [copyOf('weight', weights, to.allocate)];
  return to.view(to.addOneLayer('embedding', name, { x: to.tensor(ids) }, options, own));
}

/** One entry along an axis, which disappears. */
export function entryOf(node: NodeReader, x: View, axis: number, index: number): View {
  const size = dim(sizesOf(x), axis);
  if (isOne(size) && (index === 0 || index === -1)) return { ...x, axes: x.axes.toSpliced(axis, 1) };
  const below = sourceAxis(x, axis);
  if (below === undefined) return node.to.view(node.to.add('at', { x: node.to.tensor(x) }, { index, axis }));
  if (below === x.source.paddedAxis && index < 0) {
    throw node.refusal(
      'the last step of the output of a layer with sequence_lens is padding; take Y_h, the state after the last step of ' +
        'each sequence',
    );
  }
  const entry = node.to.add('at', { x: x.source.tensor() }, { index, axis: below });
  const source = { type: entry, tensor: () => entry };
  return { kind: 'view', source, layout: x.layout.toSpliced(below, 1), axes: x.axes.toSpliced(axis, 1) };
}

/** The first step of sequences that were reversed is the last one of each. */
function firstOfReversed(node: NodeReader, x: Reversed, picked: readonly number[], rank: number): View {
  const axis = node.axis(node.int('axis', 0), x.of.axes.length);
  if (picked[0] !== 0 || picked.length > 1 || axis !== x.timeAxis || rank > 0) {
    throw node.refusal('of reversed sequences only the first step is read');
  }
  const { to } = node;
  return to.view(to.add('at', { x: to.tensor(x.of), lengths: to.tensor(x.lengths) }, { index: -1, axis }));
}

/** A Slice, of which a view's entries are taken so. */
export const sliceWith =
  (take: TakeEntries): Handler =>
  (node) => {
    const fromAttributes = node.node.attributes.has('starts');
    const vector = (name: string, index: number): readonly Size[] | undefined => {
      if (fromAttributes) return node.axesFrom(name, index)?.map(fixed);
      return node.optional(index) ? node.sizes(index).items : undefined;
    };
    const starts = vector('starts', 1) ?? [];
    const ends = vector('ends', 2) ?? [];
    let x = node.input(0);
    const rank = sizesOfValue(node, x).length;
    const axes = node.axesFrom('axes', 3) ?? starts.map((_, i) => i);
    const steps = (fromAttributes ? undefined : node.axesFrom('steps', 4)) ?? starts.map(() => 1);
    if (starts.length !== ends.length || starts.length !== axes.length || starts.length !== steps.length) {
      throw node.refusal(
        `it has ${counted(starts.length, 'start')}, ${counted(ends.length, 'end')}, ${counted(axes.length, 'axis', 'axes')} and ${counted(steps.length, 'step')}`,
      );
    }
    if (new Set(axes.map((axis) => node.axis(axis, rank))).size < axes.length) {
      throw new LstmOnnxError('E_INVALID_FILE', 'it names an axis twice.');
    }
    for (const [i, stated] of axes.entries()) {
      const axis = node.axis(stated, rank);
      const size = dim(sizesOfValue(node, x), axis);
      const [start, end, step] = [dim(starts, i), dim(ends, i), dim(steps, i)];
      const range = sliceRange(size, start, end, step);
      // Of a shape there may be nothing before the axes that torch's flatten joins.
      const isEmpty = range?.kind === 'entries' && range.count === 0 && x.kind !== 'sizes';
      if (!range || isEmpty) {
        throw node.refusal(
          `it takes ${formatRange(size, start, end, step)}; read are steps forward between bounds that are numbers, and all`,
        );
      }
      x = sliced(node, x, axis, range, take);
    }
    return [x];
  };

/** Of the ops that every program has. */
const oneEntry: TakeEntries = (node, x, axis, range) => {
  if (range.kind !== 'entries' || range.count !== 1) throw node.refusal('it takes some entries of an axis');
  const entry = entryOf(node, x, axis, range.start);
  return { ...entry, axes: entry.axes.toSpliced(axis, 0, []) };
};

function sliced(
  node: NodeReader,
  x: Value,
  axis: number,
  range: SliceRange,
  take: TakeEntries = oneEntry,
): Value {
  if (range.kind === 'all') return x;
  switch (x.kind) {
    case 'sizes':
      return slicedSizes(node, x, axis, range);
    case 'weights':
      if (range.kind === 'entries') return slicedWeights(x, axis, range, node.to.allocate);
      throw node.refusal('a constant is reversed, or the size of its slice is not known');
    case 'view':
      if (range.kind === 'backwards') return flipped(node, x, axis);
      return (range.kind === 'entries' && range.count === 1 ? oneEntry : take)(node, x, axis, range);
    case 'reversed':
      throw node.refusal('of reversed sequences only the first step is read');
    case 'masked':
      throw node.refusal(`it picks from ${describeValue(x)}`);
  }
}

function slicedSizes(node: NodeReader, x: Sizes, axis: number, range: SliceRange): Sizes {
  // The rows of torch's list of paddings, last axis first.
  if (range.kind === 'backwards' && axis === 0) {
    const width = sizeOf(x.shape.slice(1));
    const rows = Array.from({ length: dim(x.shape, 0) }, (_, i) => x.items.slice(i * width, (i + 1) * width));
    return sizesOfShape(x.shape, rows.reverse().flat());
  }
  if (range.kind !== 'entries' || x.shape.length !== 1) {
    throw node.refusal(
      `it rearranges a list of integers of [${x.shape.join(', ')}]; read are its entries, and its rows backwards`,
    );
  }
  const items = Array.from({ length: range.count }, (_, i) => dim(x.items, range.start + i * range.step));
  return sizesOfShape([items.length], items);
}

function flipped(node: NodeReader, x: View, axis: number): View {
  const below = sourceAxis(x, axis);
  if (below === undefined) return node.to.view(node.to.add('flip', { x: node.to.tensor(x) }, { axis }));
  const source = node.to.add('flip', { x: x.source.tensor() }, { axis: below });
  return { ...x, source: { type: source, tensor: () => source } };
}

export const pickingHandlers = { Gather, Slice: sliceWith(oneEntry) } satisfies Record<string, Handler>;
