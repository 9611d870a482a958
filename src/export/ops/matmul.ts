/** `MatMul`, which is `numpy.matmul` as PyTorch's is. */
import type { Lowering } from '../lowering.js';

export const lowerMatmul: Lowering<'matmul'> = ({ name }, { emitter, inputs: { a, b } }) => ({
  output: { name: emitter.emit('MatMul', [a.name, b.name], { name }) },
});
