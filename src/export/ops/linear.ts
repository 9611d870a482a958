/** `Gemm` on matrices, with PyTorch's weight as it is; `MatMul` and `Add` on tensors of other ranks. */
import type { Parameter } from '../../builder/parameters.js';
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
  const transposed = emitter.initializer(`${name}.weight_transposed`, {
    dtype: 'float32',
    ...transpose(weight),
  });
  const product = emitter.emit('MatMul', [x.name, transposed], { name });
  return { output: { name: options.bias ? emitter.emit('Add', [product, bias()], { name }) : product } };
};

function transpose({ shape, data }: Parameter): Parameter {
  const [rows = 0, columns = 0] = shape;
  const transposed = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      transposed[column * rows + row] = data[row * columns + column] ?? 0;
    }
  }
  return { shape: [columns, rows], data: transposed };
}
