/** Activations: one ONNX node each, of the same meaning. */
import type { OpName } from '../../builder/ops/index.js';
import { int } from '../emitter.js';
import { inputOf, type Lowering } from '../lowering.js';

function elementwise<K extends OpName>(opType: string): Lowering<K> {
  return ({ name }, context) => ({
    output: { name: context.emitter.emit(opType, [inputOf(context).name], { name }) },
  });
}

function alongAxis(opType: string): Lowering<'softmax' | 'logSoftmax'> {
  return ({ name, options }, context) => ({
    output: {
      name: context.emitter.emit(opType, [inputOf(context).name], {
        name,
        attributes: { axis: int(options.axis) },
      }),
    },
  });
}

export const lowerRelu = elementwise<'relu'>('Relu');
export const lowerTanh = elementwise<'tanh'>('Tanh');
export const lowerSigmoid = elementwise<'sigmoid'>('Sigmoid');
export const lowerSoftmax = alongAxis('Softmax');
export const lowerLogSoftmax = alongAxis('LogSoftmax');
