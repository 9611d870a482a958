/** `Add`, `Sub`, `Mul` and `Div`, whose shapes ONNX stretches as the network does. */
import type { ArithmeticName } from '../../builder/ops/arithmetic.js';
import type { Lowering } from '../lowering.js';

function arithmetic(opType: string): Lowering<ArithmeticName> {
  return ({ name }, { emitter, inputs: { a, b } }) => ({
    output: { name: emitter.emit(opType, [a.name, b.name], { name }) },
  });
}

export const lowerAdd = arithmetic('Add');
export const lowerSub = arithmetic('Sub');
export const lowerMul = arithmetic('Mul');
export const lowerDiv = arithmetic('Div');
