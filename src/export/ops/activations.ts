/** Activations: one ONNX node each, of the same meaning. */
import { int } from '../emitter.js';
import type { Lowering } from '../lowering.js';

function elementwise<K extends 'relu' | 'tanh' | 'sigmoid'>(opType: string): Lowering<K> {
  return ({ name }, context) => ({
    output: { name: context.emitter.emit(opType, [context.inputs.x.name], { name }) },
  });
}

function alongAxis(opType: string): Lowering<'softmax' | 'logSoftmax'> {
  return ({ name, options }, context) => ({
    output: {
      name: context.emitter.emit(opType, [context.inputs.x.name], {
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
