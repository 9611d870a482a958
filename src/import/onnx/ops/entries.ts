/** Gather of several entries, and Pad with entries of the data itself: each entry is taken, and all are joined along the axis. */
import { severalInputs } from '../../../builder/ops/op-inputs.js';
import type { Handler, NodeReader } from '../node-reader.js';
import { formatSizes, numberOf } from '../size.js';
import type { View } from '../value.js';
import { sizesOf } from '../view.js';
import { paddingHandlers } from './padding.js';
import { entryOf, pickingHandlers } from './picking.js';

/** Each is an op of its own. */
const MAX_ENTRIES = 64;

/** Entries along an axis, which stays with size 1; negative from the end. */
function entriesOf(node: NodeReader, x: View, axis: number, indices: readonly number[]): View[] {
  if (indices.length > MAX_ENTRIES) {
    throw node.refusal(`it takes ${indices.length} entries one by one; at most ${MAX_ENTRIES} are read`);
  }
  const taken = new Map<number, View>();
  return indices.map((index) => {
    const entry = taken.get(index) ?? entryOf(node, x, axis, index);
    taken.set(index, entry);
    return { ...entry, axes: entry.axes.toSpliced(axis, 0, []) };
  });
}

function joined({ to }: NodeReader, parts: readonly View[], axis: number): View {
  return to.view(to.add('concat', severalInputs(parts.map((part) => to.tensor(part))), { axis }));
}

const Gather: Handler = (node) => {
  const [x, indices] = [node.input(0), node.input(1)];
  if (x.kind !== 'view' || indices.kind !== 'sizes' || indices.shape.length !== 1 || indices.items.length < 2)
    return pickingHandlers.Gather(node);
  const axis = node.axis(node.int('axis', 0), x.axes.length);
  return [joined(node, entriesOf(node, x, axis, node.integers(1)), axis)];
};

/** Of each mode the entries before the first and after the last, by their indices. */
const modes: Readonly<Record<string, (i: number) => { readonly before: number; readonly after: number }>> = {
  edge: () => ({ before: 0, after: -1 }),
  /** Without the one at the end. */
  reflect: (i) => ({ before: i + 1, after: -2 - i }),
};

const Pad: Handler = (node) => {
  const mode = modes[node.attribute('mode', 'string')?.value ?? 'constant'];
  if (!mode) return paddingHandlers.Pad(node);
  const x = node.view(0);
  const rank = x.axes.length;
  const pads = node.axesFrom('pads', 1) ?? [];
  const axes = node.axesFrom('axes', 3)?.map((axis) => node.axis(axis, rank)) ?? [...x.axes.keys()];
  if (pads.length !== 2 * axes.length || pads.some((count) => count < 0)) {
    throw node.refusal(`its pads are [${pads.join(', ')}]; read are counts of 0 and more, two for each axis`);
  }
  return [
    axes.reduce(
      (from, axis, i) => padded(node, from, axis, pads[i] ?? 0, pads[axes.length + i] ?? 0, mode),
      x,
    ),
  ];
};

function padded(
  node: NodeReader,
  x: View,
  axis: number,
  before: number,
  after: number,
  mode: (i: number) => { readonly before: number; readonly after: number },
): View {
  if (before + after === 0) return x;
  const first = Array.from({ length: before }, (_, i) => mode(before - 1 - i).before);
  const last = Array.from({ length: after }, (_, i) => mode(i).after);
  const size = numberOf(sizesOf(x)[axis] ?? { factor: 0, names: [] });
  const most = Math.max(...first, ...last.map((index) => -1 - index));
  if (size !== undefined && most >= size) {
    throw node.refusal(
      `it mirrors more entries of axis ${axis} of ${formatSizes(sizesOf(x))} than there are`,
    );
  }
  const parts = [...entriesOf(node, x, axis, first), x, ...entriesOf(node, x, axis, last)];
  return joined(node, parts, axis);
}

export const entriesHandlers = { Gather, Pad } satisfies Record<string, Handler>;
