/** `Gemm` on matrices, with PyTorch's weight as it is; `MatMul` and `Add` on tensors of other ranks, with the weight transposed. */
import { transposed } from '../../array-layout.js';
import type { NetworkNode } from '../../builder/graph-builder.js';
import { parameterName } from '../../builder/ops/op.js';
import { dim } from '../../nd-array.js';
import { int, ints } from '../emitter.js';
import type { Lowering, LoweringContext } from '../lowering.js';

export const lowerLinear: Lowering<'linear'> = (node, context) => {
  const { name, options } = node;
  const { emitter, stored } = context;
  const x = context.inputs.x;
  if (x.type.shape.length === 2) {
    const inputs = [x.name, stored('weight'), ...(options.bias ? [stored('bias')] : [])];
    return { output: { name: emitter.emit('Gemm', inputs, { name, attributes: { transB: int(1) } }) } };
  }
  const product = emitter.emit('MatMul', [x.name, turnedWeight(node, context)], { name });
  const output = options.bias ? emitter.emit('Add', [product, stored('bias')], { name }) : product;
  return { output: { name: output } };
};

/** Where another node has the weight as it is, a node turns it, so that the file has it once. */
function turnedWeight(
  node: NetworkNode<'linear'>,
  { emitter, parameter, stored, isStored, once }: LoweringContext<'linear'>,
): string {
  const name = `${parameterName(node, 'weight')}_transposed`;
  return once('transposed', ['weight'], () => {
    if (isStored('weight')) {
      return emitter.emit('Transpose', [stored('weight')], { name, attributes: { perm: ints(1, 0) } });
    }
    const { shape, data } = parameter('weight');
    const [rows, columns] = [dim(shape, 0), dim(shape, 1)];
    const turned = transposed(data, rows, columns);
    return emitter.initializer(name, { dtype: 'float32', shape: [columns, rows], data: turned });
  });
}

/** Whether a parameter of a node is stored transposed alone. */
export function storesTransposed({ op, outputs }: NetworkNode, own: string): boolean {
  return op === 'linear' && own === 'weight' && outputs.output?.shape.length !== 2;
}
