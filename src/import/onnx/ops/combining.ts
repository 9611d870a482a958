/** Add, Sub, Mul and Div of two tensors, of which one may be a constant: that becomes a frozen parameter. */
import type { ArithmeticName } from '../../../builder/ops/arithmetic.js';
import { aligned } from '../aligned.js';
import type { Handler, NodeReader } from '../node-reader.js';
import type { View } from '../value.js';
import { reduceHandlers } from './reduce.js';
import { scalings, unread } from './scaling.js';

const tensors: readonly string[] = ['view', 'weights'];

/** @param scaling reads what needs no second tensor */
function combining(op: ArithmeticName, scaling: (typeof scalings)['Add']): Handler {
  return (node) => {
    const scaled = scaling(node);
    if (scaled) return [scaled];
    if (![node.input(0), node.input(1)].every(({ kind }) => tensors.includes(kind))) throw unread(node);
    return [combined(node, op, node.floats(0), node.floats(1))];
  };
}

/** Two tensors, entry by entry. */
export function combined({ to }: NodeReader, op: ArithmeticName, x: View, y: View): View {
  const { a, b, view } = aligned(x, y, to, to.dims);
  return view(to.add(op, { a, b }, {}));
}

const divided = combining('div', scalings.Div);

/** A division of tensors, or the mean over the steps of each sequence. */
const Div: Handler = (node) => (node.input(0).kind === 'masked' ? reduceHandlers.Div(node) : divided(node));

export const combiningHandlers = {
  Add: combining('add', scalings.Add),
  Sub: combining('sub', scalings.Sub),
  Mul: combining('mul', scalings.Mul),
  Div,
} satisfies Record<string, Handler>;
