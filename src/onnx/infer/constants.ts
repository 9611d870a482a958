/** Operators that make a tensor of nothing, tell about one, or change its element type. */
import { dtypeOfCode } from '../dtypes.js';
import type { OnnxTensor } from '../graph.js';
import { describeShape } from './dims.js';
import { indices, MAX_RANK, type NodeView, type OpRule, type TensorType, tensorType } from './rule.js';

/** The type of a constant, with its elements where it could be a shape. */
export function typeOfTensor({ dtype, shape, data }: OnnxTensor): TensorType {
  const isShape = indices.includes(dtype) && shape.length <= 1 && data && data.length <= MAX_RANK;
  // Only sizes and positions come from here: past 2^53 they mean "to the end", and rounded still do.
  return tensorType(dtype, shape, isShape ? Array.from(data, Number) : undefined);
}

const Constant: OpRule = {
  since: 12,
  inputs: [0, 0],
  outputs: [1, 1],
  attributes: {
    value: { type: 'tensor' },
    sparse_value: { type: 'other' },
    value_float: { type: 'float' },
    value_floats: { type: 'floats' },
    value_int: { type: 'int' },
    value_ints: { type: 'ints' },
    value_string: { type: 'string' },
    value_strings: { type: 'strings' },
  },
  infer: (node) => {
    const [value, ...more] = node.node.attributes.values();
    if (!value || more.length > 0) {
      node.fail(`it has ${more.length + (value ? 1 : 0)} attributes, expected exactly one value`);
      return [undefined];
    }
    switch (value.type) {
      case 'tensor':
        return [typeOfTensor(value.value)];
      case 'float':
        return [tensorType('float32', [])];
      case 'floats':
        return [tensorType('float32', [value.value.length])];
      case 'int':
        return [tensorType('int64', [], [value.value])];
      case 'bigint':
        return [tensorType('int64', [])];
      case 'ints':
      case 'bigints':
        return [tensorType('int64', [value.value.length], value.value.map(Number))];
      case 'string':
        return [tensorType('string', [])];
      case 'strings':
        return [tensorType('string', [value.value.length])];
      default:
        return [undefined];
    }
  },
};

const ConstantOfShape: OpRule = {
  since: 9,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { value: { type: 'tensor' } },
  infer: (node) => {
    node.allow(0, ['int64']);
    const value = node.attribute('value', 'tensor')?.value;
    const size = value?.shape.reduce((product, dim) => product * dim, 1);
    if (size !== undefined && size !== 1) node.fail(`value has ${size} elements, expected one`);
    const shape = node.contents(0) ?? node.unknownOfRank(0);
    if (shape?.some((dim) => typeof dim === 'number' && dim < 0)) {
      node.fail(`the shape ${describeShape(shape)} has a negative size`);
    }
    return [tensorType(value?.dtype ?? 'float32', shape)];
  },
};

const Shape: OpRule = {
  since: 1,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { start: { type: 'int', since: 15 }, end: { type: 'int', since: 15 } },
  infer: (node) => {
    const shape = node.shape(0);
    // Both ends count and stop as Array.prototype.slice counts and stops.
    const dims = shape?.slice(node.int('start', 0), node.int('end', shape.length));
    return [tensorType('int64', [dims?.length ?? null], dims)];
  },
};

const Size: OpRule = {
  since: 1,
  inputs: [1, 1],
  outputs: [1, 1],
  infer: () => [tensorType('int64', [])],
};

const Cast: OpRule = {
  since: 9,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: {
    to: { type: 'int', required: true },
    saturate: { type: 'int', since: 19 },
    round_mode: { type: 'string', since: 24 },
  },
  infer: (node) => {
    const to = node.int('to', undefined);
    if (to === undefined) return [undefined];
    const dtype = dtypeOfCode(to);
    if (dtype === undefined || dtype === 'undefined') {
      node.fail(`to is ${to}, which is no element type`);
      return [undefined];
    }
    return [castTo(node, dtype)];
  },
};

function castTo(node: NodeView, dtype: TensorType['dtype']): TensorType {
  return tensorType(dtype, node.shape(0), indices.includes(dtype) ? node.contents(0) : undefined);
}

export const constantRules: Readonly<Record<string, OpRule>> = {
  Constant,
  ConstantOfShape,
  Shape,
  Size,
  Cast,
};
