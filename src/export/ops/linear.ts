/** `Gemm` on matrices, with PyTorch's weight as it is; `MatMul` and `Add` on tensors of other ranks. */
import { transposed } from '../../array-layout.js';
import type { Parameter } from '../../builder/parameters.js';
import { dim } from '../../nd-array.js';
import { int } from '../emitter.js';
import type { Lowering } from '../lowering.js';

export const lowerLinear: Lowering<'linear'> = ({ name, options }, context) => {
  const { emitter, parameter } = context;
  const x = context.inputs.x;
  const weight = parameter('weight');
  const bias = () => emitter.initializer(`${name}.bias`, { dtype: 'float32', ...parameter('bias') });
  if (x.type.shape.length === 2) {
    const kept = emitter.initializer(`${name}.weight`, { dtype: 'float32', ...weight });
    const inputs = [x.name, kept, ...(options.bias ? [bias()] : [])];
    return { output: { name: emitter.emit('Gemm', inputs, { name, attributes: { transB: int(1) } }) } };
  }
  const turned = emitter.initializer(`${name}.weight_transposed`, {
    dtype: 'float32',
    ...transpose(weight),
  });
  const product = emitter.emit('MatMul', [x.name, turned], { name });
  return { output: { name: options.bias ? emitter.emit('Add', [product, bias()], { name }) : product } };
};

function transpose({ shape, data }: Parameter): Parameter {
  const [rows, columns] = [dim(shape, 0), dim(shape, 1)];
  return { shape: [columns, rows], data: transposed(data, rows, columns) };
}
