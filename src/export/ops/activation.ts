/** Activations by name: one ONNX node each, or a few where ONNX has none of its own. */
import { type ActivationName, constantsOf } from '../../builder/backends/activations.js';
import { type Emitter, float } from '../emitter.js';
import type { Lowering } from '../lowering.js';

/** ONNX's operators; those of an LSTM's activations have the same names. */
export const onnxActivations = {
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  relu: 'Relu',
  linear: 'Affine',
  leakyRelu: 'LeakyRelu',
  thresholdedRelu: 'ThresholdedRelu',
  scaledTanh: 'ScaledTanh',
  hardSigmoid: 'HardSigmoid',
  elu: 'Elu',
  softsign: 'Softsign',
  softplus: 'Softplus',
} as const satisfies Record<ActivationName, string>;

export const lowerActivation: Lowering<'activation'> = ({ name, options }, context) => {
  const { emitter } = context;
  const x = context.inputs.x.name;
  const { alpha, beta } = constantsOf(options);
  // Outside an LSTM these two are not in the operator sets that we write.
  if (options.name === 'linear') return { output: { name: scaled(emitter, x, name, alpha, beta) } };
  if (options.name === 'scaledTanh') {
    const squashed = emitter.emit('Tanh', [scaled(emitter, x, name, beta)], { name });
    return { output: { name: scaled(emitter, squashed, name, alpha) } };
  }
  const attributes = {
    ...(alpha === undefined ? {} : { alpha: float(alpha) }),
    ...(beta === undefined ? {} : { beta: float(beta) }),
  };
  return { output: { name: emitter.emit(onnxActivations[options.name], [x], { name, attributes }) } };
};

/** factor x + addend */
function scaled(emitter: Emitter, x: string, name: string, factor = 1, addend = 0): string {
  const constant = (value: number, role: string) =>
    emitter.initializer(`${name}.${role}`, { dtype: 'float32', shape: [], data: Float32Array.of(value) });
  const product = emitter.emit('Mul', [x, constant(factor, 'factor')], { name });
  return addend === 0 ? product : emitter.emit('Add', [product, constant(addend, 'addend')], { name });
}
