/** Max and Min of two tensors, of which one may be a number. */
import { sizeOf } from '../../../nd-array.js';
import { aligned } from '../aligned.js';
import { isSolid } from '../constants.js';
import type { Handler, NodeReader } from '../node-reader.js';
import type { Value } from '../value.js';
import { activated } from './activations.js';
import { reduceHandlers } from './reduce.js';

/** A constant that stretches nothing. */
function numberIn(value: Value, rank: number): number | undefined {
  const isNumber =
    value.kind === 'weights' && isSolid(value) && sizeOf(value.shape) === 1 && value.shape.length <= rank;
  return isNumber ? value.read()[0] : undefined;
}

/** @param bound where a number is a bound of `clip` */
function extreme(comparison: 'greater' | 'less', bound: 'alpha' | 'beta'): Handler {
  return (node) => {
    if (node.inputCount !== 2) throw node.refusal(`it has ${node.inputCount} inputs; read are two`);
    const [a, b] = [node.input(0), node.input(1)];
    const x = a.kind === 'view' ? a : b;
    const number = x.kind === 'view' ? numberIn(x === a ? b : a, x.axes.length) : undefined;
    if (x.kind !== 'view' || x.source.type.dtype !== 'float32' || number === undefined) {
      return [ofTensors(node, comparison)];
    }
    return [activated(node, x, { name: 'clip', [bound]: number })];
  };
}

function ofTensors(node: NodeReader, comparison: 'greater' | 'less') {
  const { to } = node;
  const { a, b, view } = aligned(node.floats(0), node.floats(1), to, to.dims);
  const chosen = to.add('where', { a, b, x: a, y: b }, { comparison });
  // NaN is neither greater nor less: that of b is chosen above, that of a differs from itself.
  return view(to.add('where', { a, b: a, x: chosen, y: a }, { comparison: 'equal' }));
}

const greatest = extreme('greater', 'alpha');

/** Of tensors, or a part of a mask of steps. */
const Max: Handler = (node) =>
  [0, 1].some((index) => node.optional(index)?.kind === 'sizes') ? reduceHandlers.Max(node) : greatest(node);

export const extremesHandlers = { Max, Min: extreme('less', 'beta') } satisfies Record<string, Handler>;
