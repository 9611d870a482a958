/** Activations: entry by entry, so that they leave a view's axes alone, or along one axis. */
import {
  type ActivationName,
  activationNames,
  constantsOf,
  factsOf,
  hasOwnOp,
} from '../../../builder/activations.js';
import { sizeOf } from '../../../nd-array.js';
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
  const { attributes, asInputs } = factsOf(name);
  const { alpha, beta } = constantsOf({ name });
  return (node) => {
    const constant = (role: 'alpha' | 'beta', index: number, fallback: number) => {
      const stated = node.float(attributes?.[role] ?? role, fallback);
      const isInput = asInputs && (attributes === undefined || node.optional(index) !== undefined);
      return isInput ? numberOf(node, index) : stated;
    };
    return [
      activated(node, node.floats(0), {
        name,
        ...(alpha === undefined ? {} : { alpha: constant('alpha', 1, alpha) }),
        ...(beta === undefined ? {} : { beta: constant('beta', 2, beta) }),
      }),
    ];
  };
}

function numberOf(node: NodeReader, index: number): number {
  const { shape, read } = node.weights(index);
  const [number] = sizeOf(shape) === 1 ? read() : [];
  if (number !== undefined) return number;
  throw node.refusal(`input ${index} has the shape [${shape.join(', ')}]; expected one number`);
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

const operators = new Set(activationNames.flatMap((name) => operatorOf(name) ?? []));

/** The row whose texts the node has; texts that it does not state are those of the first row. */
function readAs(rows: readonly ActivationName[]): Handler {
  const [first] = rows;
  return (node) => {
    const isMeant = (name: ActivationName) =>
      Object.entries(factsOf(name).texts ?? {}).every(([key, text]) => {
        const stated = node.attribute(key, 'string')?.value;
        return stated === undefined ? name === first : stated === text;
      });
    const name = rows.find(isMeant);
    if (!name) throw node.refusal(`none of ${rows.join(', ')} is what its attributes say`);
    return (hasOwnOp(name) ? elementwise(name) : named(name))(node);
  };
}

export const activationHandlers: Readonly<Record<string, Handler>> & { readonly Softmax: Handler } = {
  Softmax: alongAxis('softmax'),
  LogSoftmax: alongAxis('logSoftmax'),
  ...Object.fromEntries(
    [...operators].map((operator) => [
      operator,
      readAs(activationNames.filter((name) => operatorOf(name) === operator)),
    ]),
  ),
};
