/** Operators that reduce axes, and Range, which counts along one. */
import type { OnnxDim } from '../graph.js';
import { type NodeView, numbers, type OpRule, type TensorType, tensorType } from './rule.js';

/** @param inputSince the operator set from which the axes are an input; before it they are an attribute */
function reduction(since: number, inputSince: number): OpRule {
  return {
    since,
    inputs: [1, 2],
    outputs: [1, 1],
    attributes: {
      axes: { type: 'ints' },
      keepdims: { type: 'int' },
      noop_with_empty_axes: { type: 'int', since: inputSince },
    },
    infer: (node) => {
      node.allow(0, numbers);
      const stated = node.attribute('axes', 'ints')?.value;
      const asInput = node.opset >= inputSince;
      if (asInput ? stated !== undefined : node.has(1)) {
        node.fail(`the axes are ${asInput ? 'an input' : 'an attribute'} in operator set ${node.opset}`);
      }
      const axes = asInput && node.has(1) ? node.constants(1) : (stated ?? []);
      const input = node.input(0);
      return [input && tensorType(input.dtype, axes && reduced(node, input, axes))];
    },
  };
}

function reduced(node: NodeView, { shape }: TensorType, axes: readonly number[]) {
  if (!shape) return undefined;
  if (axes.length === 0 && node.int('noop_with_empty_axes', 0) !== 0) return shape;
  const found = axes.map((axis) => node.axis(axis, shape.length));
  if (found.includes(undefined)) return undefined;
  const isGone = (axis: number) => axes.length === 0 || found.includes(axis);
  return node.int('keepdims', 1) === 0
    ? shape.filter((_, axis) => !isGone(axis))
    : shape.map((dim, axis): OnnxDim => (isGone(axis) ? 1 : dim));
}

const largest: OpRule = {
  since: 1,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: {
    axis: { type: 'int' },
    keepdims: { type: 'int' },
    select_last_index: { type: 'int', since: 12 },
  },
  infer: (node) => {
    node.allow(0, numbers);
    const shape = node.shape(0);
    const axis = shape && node.axis(node.int('axis', 0), shape.length);
    if (axis === undefined) return [tensorType('int64')];
    const isKept = node.int('keepdims', 1) !== 0;
    return [tensorType('int64', isKept ? shape?.with(axis, 1) : shape?.toSpliced(axis, 1))];
  },
};

const Range: OpRule = {
  since: 11,
  inputs: [3, 3],
  outputs: [1, 1],
  infer: (node) => {
    const dtype = node.sameDType(0, 1, 2);
    for (const scalar of [0, 1, 2]) node.expectRank(scalar, 0);
    if (dtype === 'undefined') return [undefined];
    const [start, limit, delta] = [0, 1, 2].map((index) => node.contents(index)?.[0]);
    const isCount = start === 0 && delta === 1 && limit !== undefined;
    return [
      tensorType(dtype, [
        isCount && (typeof limit === 'string' || (limit ?? -1) >= 0) ? (limit ?? null) : null,
      ]),
    ];
  },
};

export const reduceRules: Readonly<Record<string, OpRule>> = {
  ArgMax: largest,
  ArgMin: largest,
  Range,
  ReduceMax: reduction(1, 18),
  ReduceMin: reduction(1, 18),
  ReduceMean: reduction(1, 18),
  ReduceSum: reduction(1, 13),
};
