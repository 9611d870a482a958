/** Activations: entry by entry, so that they leave a view's axes alone, or along one axis. */
import {
  type ActivationName,
  activationNames,
  constantsOf,
  factsOf,
  hasOwnOp,
} from '../../../builder/activations.js';
import type { Handler, NodeReader } from '../node-reader.js';
import type { View } from '../value.js';
import { over, sourceAxis } from '../view.js';

function elementwise(op: 'relu' | 'tanh' | 'sigmoid'): Handler {
  return (node) => {
    const x = node.floats(0);
    const y = node.to.add(op, { x: x.source.tensor() }, {});
    return [over(x, { type: y, tensor: () => y })];
  };
}

/** Those that take constants, or that networks know by name only. */
function named(name: ActivationName): Handler {
  const { attributes } = factsOf(name);
  const { alpha, beta } = constantsOf({ name });
  return (node) => [
    activated(node, node.floats(0), {
      name,
      ...(alpha === undefined ? {} : { alpha: node.float(attributes?.alpha ?? 'alpha', alpha) }),
      ...(beta === undefined ? {} : { beta: node.float(attributes?.beta ?? 'beta', beta) }),
    }),
  ];
}

/** The activation of every entry of x. */
export function activated(
  node: NodeReader,
  x: View,
  options: { readonly name: ActivationName; readonly alpha?: number; readonly beta?: number },
): View {
  const y = node.to.add('activation', { x: x.source.tensor() }, options);
  return over(x, { type: y, tensor: () => y });
}

/** Up to operator set 12, Softmax takes everything from the axis on as one, which is the same for the last axis. */
function alongAxis(op: 'softmax' | 'logSoftmax'): Handler {
  return (node) => {
    const x = node.floats(0);
    const rank = x.axes.length;
    const axis = node.axis(node.int('axis', node.opset < 13 ? 1 : -1), rank);
    if (node.opset < 13 && axis !== rank - 1) {
      throw node.refusal(`in operator set ${node.opset} axis ${axis} of ${rank} is more than one axis`);
    }
    const below = sourceAxis(x, axis);
    if (below !== undefined) {
      const y = node.to.add(op, { x: x.source.tensor() }, { axis: below });
      return [over(x, { type: y, tensor: () => y })];
    }
    return [node.to.view(node.to.add(op, { x: node.to.tensor(x) }, { axis }))];
  };
}

/** The operator that it is outside of cells, in some operator set. */
function operatorOf(name: ActivationName): string | undefined {
  const { onnx, formula, since } = factsOf(name);
  return formula === undefined || since !== undefined ? onnx : undefined;
}

export const activationHandlers: Readonly<Record<string, Handler>> = {
  Softmax: alongAxis('softmax'),
  LogSoftmax: alongAxis('logSoftmax'),
  ...Object.fromEntries(
    activationNames.flatMap((name) => {
      const operator = operatorOf(name);
      return operator === undefined ? [] : [[operator, hasOwnOp(name) ? elementwise(name) : named(name)]];
    }),
  ),
};
