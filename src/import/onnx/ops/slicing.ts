/** Slice and Split: some entries along an axis, as the op `slice`. */
import type { SliceOptions } from '../../../builder/ops/option-schemas.js';
import type { Handler, NodeReader } from '../node-reader.js';
import { dimOfSize, fixed, formatSizes, numberOf } from '../size.js';
import type { View } from '../value.js';
import { sizesOf, sourceAxis, viewOf } from '../view.js';
import { sizesOfValue } from './layout.js';
import { sliceWith, type TakeEntries } from './picking.js';

/** The op on the source itself where the axis is one of its own. */
function taken(node: NodeReader, x: View, axis: number, options: Omit<SliceOptions, 'axis'>): View {
  const { to } = node;
  const below = sourceAxis(x, axis);
  if (below === undefined) return to.view(to.add('slice', { x: to.tensor(x) }, { axis, ...options }));
  const part = to.add('slice', { x: x.source.tensor() }, { axis: below, ...options });
  const own = viewOf({ type: part, tensor: () => part });
  const after = own.layout[below] ?? [];
  return {
    kind: 'view',
    source: own.source,
    layout: x.layout.with(below, after),
    axes: x.axes.with(axis, after),
  };
}

const take: TakeEntries = (node, x, axis, range) => {
  const { start, step } = range;
  const end = range.kind === 'entries' ? start + (range.count - 1) * step + 1 : range.end;
  return taken(node, x, axis, { start, step, ...(end === undefined ? {} : { end }) });
};

const Split: Handler = (node) => {
  const x = node.view(0);
  const axis = node.axis(node.int('axis', 0), x.axes.length);
  const size = sizesOf(x)[axis] ?? fixed(0);
  const { outputs } = node.node;
  const stated = node.axesFrom('split', 1);
  const whole = numberOf(size);
  if (whole === undefined) {
    throw node.refusal(
      `it splits ${dimOfSize(size)} of ${formatSizes(sizesOfValue(node, x))}; read are axes of a fixed size`,
    );
  }
  // Parts of one size, of which the last takes what is left.
  const equal = Math.ceil(whole / outputs.length);
  const sizes = stated ?? outputs.map((_, i) => Math.min(equal, whole - i * equal));
  const ends = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((sum, part) => sum + part, 0));
  if (sizes.length !== outputs.length || ends.at(-1) !== whole || sizes.some((part) => part < 1)) {
    throw node.refusal(
      `${outputs.length} parts of ${sizes.join(', ')} are not the ${whole} entries of axis ${axis}`,
    );
  }
  return ends.map((end, i) => {
    if (outputs[i] === '') return undefined;
    if (sizes.length === 1) return x;
    return taken(node, x, axis, { start: end - (sizes[i] ?? 0), end, step: 1 });
  });
};

export const slicingHandlers = { Slice: sliceWith(take), Split } satisfies Record<string, Handler>;
