/** Operators that work element by element: one input, or several broadcast over each other. */
import type { OnnxDType } from '../graph.js';
import { broadcastShapes, conflict, describeShape } from './dims.js';
import {
  type AttributeRule,
  floats,
  type NodeView,
  numbers,
  type OpRule,
  signedNumbers,
  tensorType,
} from './rule.js';

const bool: readonly OnnxDType[] = ['bool'];
const float: AttributeRule = { type: 'float' };

/** One input of one of `dtypes`, one output just like it. */
function unary(since: number, dtypes: readonly OnnxDType[], attributes: OpRule['attributes'] = {}): OpRule {
  return {
    since,
    inputs: [1, 1],
    outputs: [1, 1],
    attributes,
    infer: (node) => {
      node.allow(0, dtypes);
      const input = node.input(0);
      return [input && tensorType(input.dtype, input.shape)];
    },
  };
}

/** Inputs of one type, broadcast; the output is of the same type, or bool for a comparison. */
function broadcast(
  since: number,
  dtypes: readonly OnnxDType[],
  result: 'same' | 'bool' = 'same',
  inputs: OpRule['inputs'] = [2, 2],
): OpRule {
  return {
    since,
    inputs,
    outputs: [1, 1],
    infer: (node) => {
      const indexes = node.node.inputs.map((_, index) => index);
      for (const index of indexes) node.allow(index, dtypes);
      const dtype = node.sameDType(...indexes);
      if (result === 'bool') return [tensorType('bool', broadcastInputs(node, indexes))];
      return [dtype === 'undefined' ? undefined : tensorType(dtype, broadcastInputs(node, indexes))];
    },
  };
}

function broadcastInputs(node: NodeView, indexes: readonly number[]) {
  const shape = broadcastShapes(indexes.map((index) => node.shape(index)));
  if (shape !== conflict) return shape;
  const shapes = indexes.map((index) => `${node.quote(index)} ${describeShape(node.shape(index))}`);
  node.fail(`${shapes.join(' and ')} do not broadcast`);
  return undefined;
}

const Pow: OpRule = {
  since: 12,
  inputs: [2, 2],
  outputs: [1, 1],
  infer: (node) => {
    const base = node.input(0);
    return [base && tensorType(base.dtype, broadcastInputs(node, [0, 1]))];
  },
};

const Where: OpRule = {
  since: 9,
  inputs: [3, 3],
  outputs: [1, 1],
  infer: (node) => {
    node.allow(0, bool);
    const dtype = node.sameDType(1, 2);
    return [dtype === 'undefined' ? undefined : tensorType(dtype, broadcastInputs(node, [0, 1, 2]))];
  },
};

const Clip: OpRule = {
  since: 12,
  inputs: [1, 3],
  outputs: [1, 1],
  infer: (node) => {
    node.allow(0, numbers);
    node.sameDType(0, 1, 2);
    for (const bound of [1, 2]) if (node.has(bound)) node.expectRank(bound, 0);
    const input = node.input(0);
    return [input && tensorType(input.dtype, input.shape)];
  },
};

const Dropout: OpRule = {
  since: 12,
  inputs: [1, 3],
  outputs: [1, 2],
  attributes: { seed: { type: 'int' } },
  infer: (node) => {
    node.allow(0, floats);
    node.allow(1, floats);
    node.allow(2, bool);
    for (const scalar of [1, 2]) if (node.has(scalar)) node.expectRank(scalar, 0);
    const input = node.input(0);
    return [input && tensorType(input.dtype, input.shape), tensorType('bool', input?.shape)];
  },
};

/** Normalises along one axis, so the axis must exist. */
function alongAxis(): OpRule {
  const rule = unary(13, floats, { axis: { type: 'int' } });
  return {
    ...rule,
    infer: (node) => {
      const shape = node.shape(0);
      if (shape) node.axis(node.int('axis', -1), shape.length);
      return rule.infer(node);
    },
  };
}

export const elementwiseRules: Readonly<Record<string, OpRule>> = {
  Abs: unary(6, numbers),
  Ceil: unary(6, floats),
  Celu: unary(12, floats, { alpha: float }),
  Cos: unary(7, floats),
  Elu: unary(6, floats, { alpha: float }),
  Erf: unary(9, numbers),
  Exp: unary(6, floats),
  Floor: unary(6, floats),
  Gelu: unary(20, floats, { approximate: { type: 'string' } }),
  HardSigmoid: unary(6, floats, { alpha: float, beta: float }),
  HardSwish: unary(14, floats),
  LeakyRelu: unary(6, floats, { alpha: float }),
  Log: unary(6, floats),
  Mish: unary(18, floats),
  Neg: unary(6, signedNumbers),
  Not: unary(1, bool),
  Reciprocal: unary(6, floats),
  Relu: unary(6, signedNumbers),
  Round: unary(11, floats),
  Selu: unary(6, floats, { alpha: float, gamma: float }),
  Sigmoid: unary(6, floats),
  Sign: unary(9, numbers),
  Shrink: unary(9, numbers, { bias: float, lambd: float }),
  Sin: unary(7, floats),
  Softplus: unary(1, floats),
  Softsign: unary(1, floats),
  Sqrt: unary(6, floats),
  Swish: unary(24, floats, { alpha: float }),
  Tanh: unary(6, floats),
  ThresholdedRelu: unary(10, floats, { alpha: float }),
  Softmax: alongAxis(),
  LogSoftmax: alongAxis(),
  Add: broadcast(7, numbers),
  Sub: broadcast(7, numbers),
  Mul: broadcast(7, numbers),
  Div: broadcast(7, numbers),
  Max: broadcast(8, numbers, 'same', [1, Number.POSITIVE_INFINITY]),
  Min: broadcast(8, numbers, 'same', [1, Number.POSITIVE_INFINITY]),
  And: broadcast(7, bool, 'bool'),
  Or: broadcast(7, bool, 'bool'),
  Xor: broadcast(7, bool, 'bool'),
  Equal: broadcast(7, [...numbers, 'bool', 'string'], 'bool'),
  Greater: broadcast(7, numbers, 'bool'),
  GreaterOrEqual: broadcast(12, numbers, 'bool'),
  Less: broadcast(7, numbers, 'bool'),
  LessOrEqual: broadcast(12, numbers, 'bool'),
  Pow,
  Where,
  Clip,
  Dropout,
};
