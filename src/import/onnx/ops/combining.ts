/** Add, Sub, Mul and Div of two tensors. */
import type { ArithmeticName } from '../../../builder/ops/arithmetic.js';
import { aligned } from '../aligned.js';
import type { Handler, NodeReader } from '../node-reader.js';
import type { View } from '../value.js';
import { reduceHandlers } from './reduce.js';
import { scalingHandlers } from './scaling.js';

/** @param other reads all that is not of two tensors */
function combining(op: ArithmeticName, other: Handler): Handler {
  return (node) => {
    const [a, b] = [node.input(0), node.input(1)];
    if (a.kind !== 'view' || b.kind !== 'view') return other(node);
    return [combined(node, op, node.floats(0), node.floats(1))];
  };
}

function combined({ to }: NodeReader, op: ArithmeticName, x: View, y: View): View {
  const { a, b, view } = aligned(x, y, to, to.dims);
  return view(to.add(op, { a, b }, {}));
}

export const combiningHandlers = {
  Add: combining('add', scalingHandlers.Add),
  Sub: combining('sub', scalingHandlers.Sub),
  Mul: combining('mul', scalingHandlers.Mul),
  Div: combining('div', reduceHandlers.Div),
} satisfies Record<string, Handler>;
