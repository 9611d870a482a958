import { LstmOnnxError } from '../../errors.js';
import { type Dim, formatShape, type Shape } from '../shape.js';
import { type DType, graphOf, type SymbolicTensor, type TensorType, type Value } from '../tensor.js';
import { expectEntry, type OpDefinition } from './op.js';
import { type OpInputs, onlyX } from './op-inputs.js';
import type { StepCountOptions } from './option-schemas.js';

function infer(
  { x }: OpInputs<TensorType>['stepCount'],
  { padding, batchFirst }: StepCountOptions,
  name: string,
) {
  const rank = x.dtype === 'int32' ? 2 : 3;
  if (x.shape.length !== rank) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${name}: got ${x.dtype} of shape ${formatShape(x.shape)}, expected int32 of rank 2 (tokens) or float32 of rank 3.`,
    );
  }
  expectEntry(x, padding, `${name}: padding`);
  const batch = x.shape[batchFirst ? 0 : 1] as Dim; // the rank was checked
  return { output: { dtype: 'int32' as const, shape: [batch] } };
}

export const stepCountOp: OpDefinition<'stepCount'> = {
  inputs: onlyX,
  infer,
  along: (axis, _x, { batchFirst }) =>
    axis === (batchFirst ? 0 : 1) ? { kind: 'each', axis: 0 } : { kind: 'mixed' },
};

/**
 * The steps of each sequence up to the last one that is not all padding; steps of padding before that one count.
 *
 * @param x tokens, int32 `[batch, time]`, or float32 `[batch, time, features]`; time-first when the first dimension is
 *   called `time`
 * @param padding what padding consists of
 * @returns int32 `[batch]`
 * @throws E_SHAPE_MISMATCH for another rank
 */
export function stepCount<const A extends Dim, const B extends Dim, const Rest extends Shape>(
  x: Value<DType, readonly [A, B, ...Rest]>,
  padding = 0,
): SymbolicTensor<'int32', readonly [A extends 'time' ? B : A]> {
  const graph = graphOf('stepCount', x);
  const output = graph.addOne('stepCount', undefined, { x }, { padding, batchFirst: x.shape[0] !== 'time' });
  return output as SymbolicTensor<'int32', readonly [A extends 'time' ? B : A]>; // what the shape rule says at run time
}
