/** Activations: one ONNX node each, or a few where ONNX has no node for it. */
import { constantsOf, factsOf } from '../../builder/activations.js';
import { type Emitter, float, int } from '../emitter.js';
import type { Lowering } from '../lowering.js';

export const lowerActivation: Lowering<'activation'> = ({ name, options }, context) => {
  const { emitter } = context;
  const x = context.inputs.x.name;
  const { alpha, beta } = constantsOf(options);
  // Outside a cell these two are not in the operator sets that we write.
  if (options.name === 'linear') return { output: { name: scaled(emitter, x, name, alpha, beta) } };
  if (options.name === 'scaledTanh') {
    const squashed = emitter.emit('Tanh', [scaled(emitter, x, name, beta)], { name });
    return { output: { name: scaled(emitter, squashed, name, alpha) } };
  }
  const attributes = {
    ...(alpha === undefined ? {} : { alpha: float(alpha) }),
    ...(beta === undefined ? {} : { beta: float(beta) }),
  };
  return { output: { name: emitter.emit(factsOf(options.name).onnx, [x], { name, attributes }) } };
};

/** For an op that is an activation without constants. */
function plain<K extends 'relu' | 'tanh' | 'sigmoid'>(name: K): Lowering<K> {
  const { onnx } = factsOf(name);
  return ({ name: node }, { emitter, inputs }) => ({
    output: { name: emitter.emit(onnx, [inputs.x.name], { name: node }) },
  });
}

/** factor x + addend */
function scaled(emitter: Emitter, x: string, name: string, factor = 1, addend = 0): string {
  const constant = (value: number, role: string) =>
    emitter.initializer(`${name}.${role}`, { dtype: 'float32', shape: [], data: Float32Array.of(value) });
  const product = emitter.emit('Mul', [x, constant(factor, 'factor')], { name });
  return addend === 0 ? product : emitter.emit('Add', [product, constant(addend, 'addend')], { name });
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

export const lowerRelu = plain('relu');
export const lowerTanh = plain('tanh');
export const lowerSigmoid = plain('sigmoid');
export const lowerSoftmax = alongAxis('Softmax');
export const lowerLogSoftmax = alongAxis('LogSoftmax');
