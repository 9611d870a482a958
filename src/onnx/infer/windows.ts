/** Operators that go over the last axes in windows: convolutions and pools. */
import type { OnnxDim } from '../graph.js';
import type { Shape } from './dims.js';
import { type AttributeRule, floats, type NodeView, type OpRule, tensorType } from './rule.js';

const windowAttributes: Readonly<Record<string, AttributeRule>> = {
  auto_pad: { type: 'string' },
  kernel_shape: { type: 'ints' },
  pads: { type: 'ints' },
  strides: { type: 'ints' },
};

/** The windows along one axis of a size. */
interface Axis {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pads: readonly [before: number, after: number];
}

function axisOf(node: NodeView, kernel: readonly number[], i: number): Axis {
  const at = (name: string, index: number, fallback: number) =>
    node.attribute(name, 'ints')?.value[index] ?? fallback;
  return {
    kernel: kernel[i] ?? 1,
    stride: at('strides', i, 1),
    dilation: at('dilations', i, 1),
    pads: [at('pads', i, 0), at('pads', kernel.length + i, 0)],
  };
}

function windowsAlong(node: NodeView, size: OnnxDim, axis: Axis): OnnxDim {
  const automatic = node.attribute('auto_pad', 'string')?.value ?? 'NOTSET';
  const { kernel, stride, dilation } = axis;
  if (automatic.startsWith('SAME')) {
    if (stride === 1) return size;
    return typeof size === 'number' ? Math.ceil(size / stride) : null;
  }
  const [before, after] = automatic === 'VALID' ? [0, 0] : axis.pads;
  const more = before + after - dilation * (kernel - 1) - 1;
  if (typeof size !== 'number') return stride === 1 && more === -1 ? size : null;
  const fitting = Math.floor((size + more) / stride) + 1;
  // Rounded up there is one more where it starts before the padding at the end.
  const over =
    node.int('ceil_mode', 0) !== 0 && (size + more) % stride !== 0 && fitting * stride < size + before;
  const count = over ? fitting + 1 : fitting;
  if (count >= 1) return count;
  node.fail(`a window of ${kernel} entries does not fit into ${size}`);
  return null;
}

/** The sizes that so many windows cover. */
function coveredAlong(node: NodeView, count: OnnxDim, axis: Axis, i: number): OnnxDim {
  const stated = node.attribute('output_shape', 'ints')?.value[i];
  if (stated !== undefined) return stated;
  const automatic = node.attribute('auto_pad', 'string')?.value ?? 'NOTSET';
  if (typeof count !== 'number' || automatic.startsWith('SAME')) return null;
  const added = node.attribute('output_padding', 'ints')?.value[i] ?? 0;
  const [before, after] = axis.pads;
  return axis.stride * (count - 1) + added + axis.dilation * (axis.kernel - 1) + 1 - before - after;
}

function convolution(isTransposed: boolean): OpRule {
  return {
    since: 11,
    inputs: [2, 3],
    outputs: [1, 1],
    attributes: {
      ...windowAttributes,
      dilations: { type: 'ints' },
      group: { type: 'int' },
      ...(isTransposed ? { output_padding: { type: 'ints' }, output_shape: { type: 'ints' } } : {}),
    },
    infer: (node) => {
      for (const index of [0, 1, 2]) node.allow(index, floats);
      const dtype = node.sameDType(0, 1, 2);
      const [x, weight] = [node.shape(0), node.shape(1)];
      if (!x || !weight) return [dtype === 'undefined' ? undefined : tensorType(dtype)];
      if (weight.length < 3 || !node.expectRank(0, weight.length)) return [tensorType(dtype)];
      const kernel = numbersOf(weight.slice(2));
      if (!kernel) return [tensorType(dtype)];
      const group = node.int('group', 1);
      checkChannels(node, x[1] ?? null, isTransposed ? (weight[0] ?? null) : times(weight[1], group));
      const channels = isTransposed ? times(weight[1], group) : (weight[0] ?? null);
      const sizes = x.slice(2).map((size, i) => {
        const axis = axisOf(node, kernel, i);
        return isTransposed ? coveredAlong(node, size, axis, i) : windowsAlong(node, size, axis);
      });
      return [tensorType(dtype, [x[0] ?? null, channels, ...sizes])];
    },
  };
}

function numbersOf(dims: Shape): number[] | undefined {
  const numbers = dims.filter((dim) => typeof dim === 'number');
  return numbers.length === dims.length ? numbers : undefined;
}

function times(dim: OnnxDim | undefined, factor: number): OnnxDim {
  return typeof dim === 'number' ? dim * factor : null;
}

function checkChannels(node: NodeView, got: OnnxDim, expected: OnnxDim): void {
  if (typeof got !== 'number' || typeof expected !== 'number' || got === expected) return;
  node.fail(`${node.quote(0)} has ${got} channels, and the weights are for ${expected}`);
}

function pool(attributes: Readonly<Record<string, AttributeRule>>, outputs: number): OpRule {
  return {
    since: 11,
    inputs: [1, 1],
    outputs: [1, outputs],
    attributes: { ...windowAttributes, ceil_mode: { type: 'int' }, ...attributes },
    infer: (node) => {
      const input = node.input(0);
      const kernel = node.attribute('kernel_shape', 'ints')?.value;
      if (!input) return [undefined];
      if (!kernel || !node.expectRank(0, kernel.length + 2)) return [tensorType(input.dtype)];
      const [batch = null, channels = null, ...sizes] = input.shape ?? [];
      const counts = sizes.map((size, i) => windowsAlong(node, size, axisOf(node, kernel, i)));
      return [tensorType(input.dtype, [batch, channels, ...counts])];
    },
  };
}

const global: OpRule = {
  since: 1,
  inputs: [1, 1],
  outputs: [1, 1],
  infer: (node) => {
    const input = node.input(0);
    const shape = input?.shape?.map((dim, i): OnnxDim => (i < 2 ? dim : 1));
    return [input && tensorType(input.dtype, shape)];
  },
};

export const windowRules: Readonly<Record<string, OpRule>> = {
  Conv: convolution(false),
  ConvTranspose: convolution(true),
  MaxPool: pool({ dilations: { type: 'ints' }, storage_order: { type: 'int' } }, 2),
  AveragePool: pool({ count_include_pad: { type: 'int' }, dilations: { type: 'ints', since: 19 } }, 1),
  GlobalAveragePool: global,
  GlobalMaxPool: global,
};
