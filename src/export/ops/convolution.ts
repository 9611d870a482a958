/** `Conv`, `ConvTranspose`, `MaxPool` and `AveragePool`, whose weights are PyTorch's as they are. */
import { alongAxis, type Windows, windowCounts } from '../../builder/convolution/windows.js';
import type { OpName } from '../../builder/ops/index.js';
import { sameShape } from '../../builder/shape.js';
import type { TensorType } from '../../builder/tensor.js';
import { int, ints } from '../emitter.js';
import type { Lowering, LoweringContext } from '../lowering.js';

function attributesOf(windows: Windows) {
  const axes = windows.kernelSize.map((_, i) => alongAxis(windows, i));
  return {
    kernel_shape: ints(...axes.map(({ kernel }) => kernel)),
    strides: ints(...axes.map(({ stride }) => stride)),
    pads: ints(...axes.map(({ before }) => before), ...axes.map(({ after }) => after)),
  };
}

function dilationsOf({ kernelSize, dilation }: Windows) {
  return { dilations: ints(...kernelSize.map((_, i) => dilation?.[i] ?? 1)) };
}

function weights<K extends OpName>(bias: boolean, { stored }: LoweringContext<K>): string[] {
  return (bias ? ['weight', 'bias'] : ['weight']).map(stored);
}

export const lowerConv: Lowering<'conv'> = ({ name, options }, context) => {
  const inputs = [context.inputs.x.name, ...weights(options.bias, context)];
  const attributes = { ...attributesOf(options), ...dilationsOf(options), group: int(options.groups) };
  return { output: { name: context.emitter.emit('Conv', inputs, { name, attributes }) } };
};

export const lowerConvTranspose: Lowering<'convTranspose'> = ({ name, options }, context) => {
  const inputs = [context.inputs.x.name, ...weights(options.bias, context)];
  const attributes = {
    ...attributesOf(options),
    ...dilationsOf(options),
    group: int(options.groups),
    output_padding: ints(...options.outputPadding),
  };
  return { output: { name: context.emitter.emit('ConvTranspose', inputs, { name, attributes }) } };
};

/**
 * onnxruntime rounds up as PyTorch does: a window that would start in the padding at the end is none, and no divisor counts what is
 * over the end. The types of ONNX's checker count such a window, so that rounding is left out where it makes none.
 */
function poolAttributesOf(windows: Windows, { shape }: TensorType) {
  const roundsUp =
    windows.ceilMode &&
    !sameShape(windowCounts(shape, windows, ''), windowCounts(shape, { ...windows, ceilMode: false }, ''));
  return { ...attributesOf(windows), ...(roundsUp ? { ceil_mode: int(1) } : {}) };
}

export const lowerMaxPool: Lowering<'maxPool'> = ({ name, options }, { emitter, inputs }) => {
  const attributes = { ...poolAttributesOf(options, inputs.x.type), ...dilationsOf(options) };
  return { output: { name: emitter.emit('MaxPool', [inputs.x.name], { name, attributes }) } };
};

export const lowerAvgPool: Lowering<'avgPool'> = ({ name, options }, { emitter, inputs }) => {
  const attributes = {
    ...poolAttributesOf(options, inputs.x.type),
    count_include_pad: int(Number(options.countIncludePad)),
  };
  return { output: { name: emitter.emit('AveragePool', [inputs.x.name], { name, attributes }) } };
};
