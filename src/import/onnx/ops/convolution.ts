/** Conv, ConvTranspose, MaxPool, AveragePool, and the pools over all that there is. */
import type { Windows } from '../../../builder/convolution/windows.js';
import { dim, sizeOf } from '../../../nd-array.js';
import { copyOf } from '../layer-weight.js';
import type { Handler, NodeReader } from '../node-reader.js';
import { fixed, formatSizes, numberOf, type Size } from '../size.js';
import type { View } from '../value.js';
import { sizesOf } from '../view.js';

/** The windows that a node's attributes say, over x. */
function windowsOf(node: NodeReader, sizes: readonly Size[], kernelSize: readonly number[]) {
  const axes = kernelSize.length;
  if (axes < 1 || axes > 2 || sizes.length !== axes + 2) {
    throw node.refusal(
      `its windows of [${kernelSize.join(', ')}] go over ${formatSizes(sizes)}; read are one and two axes after [batch, channels]`,
    );
  }
  const list = (name: string, one: number) => [
    ...(node.attribute(name, 'ints')?.value ?? Array(axes).fill(one)),
  ];
  const windows = { kernelSize: [...kernelSize], stride: list('strides', 1), dilation: list('dilations', 1) };
  return { ...windows, padding: paddingOf(node, sizes, windows) };
}

function paddingOf(
  node: NodeReader,
  sizes: readonly Size[],
  { kernelSize, stride, dilation }: Omit<Windows, 'padding'>,
): [number, number][] {
  const axes = kernelSize.length;
  const automatic = node.attribute('auto_pad', 'string')?.value ?? 'NOTSET';
  const stated = node.attribute('pads', 'ints')?.value ?? Array(2 * axes).fill(0);
  if (automatic === 'VALID') return kernelSize.map(() => [0, 0]);
  if (automatic !== 'SAME_UPPER' && automatic !== 'SAME_LOWER') {
    if (stated.some((pad) => pad < 0))
      throw node.refusal('its pads are below zero; a Slice before it is read');
    return kernelSize.map((_, i) => [stated[i] ?? 0, stated[axes + i] ?? 0]);
  }
  return kernelSize.map((kernel, i) => {
    const step = dim(stride, i);
    const covered = (dilation?.[i] ?? 1) * (kernel - 1) + 1;
    const size = step === 1 ? 1 : numberOf(sizes[i + 2] ?? fixed(0));
    if (size === undefined) {
      throw node.refusal(
        `its padding (auto_pad) depends on the size of axis ${i + 2} of ${formatSizes(sizes)}, which varies; state pads, or fix that size`,
      );
    }
    const total = Math.max((Math.ceil(size / step) - 1) * step + covered - size, 0);
    const less = Math.floor(total / 2);
    return automatic === 'SAME_UPPER' ? [less, total - less] : [total - less, less];
  });
}

/** The windows of a pool. */
function poolWindowsOf(node: NodeReader, sizes: readonly Size[]) {
  const windows = windowsOf(node, sizes, node.attribute('kernel_shape', 'ints')?.value ?? []);
  return { ...windows, ceilMode: node.int('ceil_mode', 0) !== 0 };
}

function convolution(op: 'conv' | 'convTranspose'): Handler {
  return (node) => {
    const { to } = node;
    const x = node.floats(0);
    const weight = node.weights(1);
    const bias = node.optional(2) ? node.weights(2) : undefined;
    const sizes = sizesOf(x);
    const windows = windowsOf(node, sizes, weight.shape.slice(2));
    const groups = node.int('group', 1);
    const [first, second] = [dim(weight.shape, 0), dim(weight.shape, 1)];
    const [channels, outChannels] = op === 'conv' ? [second * groups, first] : [first, second * groups];
    if (numberOf(sizes[1] ?? fixed(0)) !== channels || sizeOf(weight.shape) === 0) {
      throw node.refusal(
        `${formatSizes(sizes)} is convolved with weights of [${weight.shape.join(', ')}] in ${groups} groups, which do not fit`,
      );
    }
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== outChannels)) {
      throw node.refusal(`the bias has shape [${bias.shape.join(', ')}], expected [${outChannels}]`);
    }
    const name = to.claimModule([weight.origin, ...(bias ? [bias.origin] : [])], node.node, 'conv');
    const weights = [
      copyOf('weight', weight, to.allocate),
      ...(bias ? [copyOf('bias', bias, to.allocate)] : []),
    ];
    const options = { outChannels, ...windows, groups, bias: bias !== undefined };
    const input = { x: to.tensor(x) };
    if (op === 'conv') return [to.view(to.addOneLayer('conv', name, input, options, weights))];
    const outputPadding = outputPaddingOf(node, windows.kernelSize.length);
    return [to.view(to.addOneLayer('convTranspose', name, input, { ...options, outputPadding }, weights))];
  };
}

function outputPaddingOf(node: NodeReader, axes: number): number[] {
  const automatic = node.attribute('auto_pad', 'string')?.value ?? 'NOTSET';
  if (node.attribute('output_shape', 'ints') || automatic.startsWith('SAME')) {
    throw node.refusal('its padding follows from the shape of its output; read are pads and output_padding');
  }
  return [...(node.attribute('output_padding', 'ints')?.value ?? Array(axes).fill(0))];
}

const MaxPool: Handler = (node) => {
  const x = node.floats(0);
  return [node.to.view(node.to.add('maxPool', { x: node.to.tensor(x) }, poolWindowsOf(node, sizesOf(x))))];
};

const AveragePool: Handler = (node) => {
  const x = node.floats(0);
  const { dilation, ...windows } = poolWindowsOf(node, sizesOf(x));
  if (dilation.some((step) => step !== 1)) throw node.refusal('its windows have gaps (dilations)');
  const countIncludePad = node.int('count_include_pad', 0) !== 0;
  return [node.to.view(node.to.add('avgPool', { x: node.to.tensor(x) }, { ...windows, countIncludePad }))];
};

/** Over all axes after [batch, channels], which stay with one entry. */
function global(op: 'mean' | 'max'): Handler {
  return (node) => {
    const { to } = node;
    const x = node.floats(0);
    const axes = x.axes.length - 2;
    let reduced = to.tensor(x);
    for (let axis = 0; axis < axes; axis++) reduced = to.add(op, { x: reduced }, { axis: 2 });
    const view: View = to.view(reduced);
    return [{ ...view, axes: [...view.axes, ...Array<[]>(axes).fill([])] }];
  };
}

export const convolutionHandlers = {
  Conv: convolution('conv'),
  ConvTranspose: convolution('convTranspose'),
  MaxPool,
  AveragePool,
  GlobalAveragePool: global('mean'),
  GlobalMaxPool: global('max'),
} satisfies Record<string, Handler>;
