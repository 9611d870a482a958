/** One of two numbers, by a comparison or by the sign of one of them. */
import { holds } from '../../builder/comparisons.js';
import { broadcastShape } from '../../builder/ops/arithmetic.js';
import { preluWeightShape } from '../../builder/ops/prelu.js';
import { sizeOf } from '../../nd-array.js';
import { eachPair } from './arithmetic.js';
import { type Prepare, unary } from './operator.js';
import type { RunTensor } from './run-tensor.js';

export const where: Prepare<'where'> = ({ comparison, than = 0 }) => {
  // As it is compared in the model: a float32 with floats, and it is checked to be an integer with integers.
  const number: RunTensor = { dtype: 'float32', shape: [], data: Float32Array.of(than) };
  const integer: RunTensor = { dtype: 'int32', shape: [], data: Int32Array.of(than) };
  return ({ a, b = a.dtype === 'int32' ? integer : number, x, y }) => {
    const shape = [b, x, y].reduce((all, input) => broadcastShape(all, input.shape, 'where'), a.shape);
    const isMet = new Uint8Array(sizeOf(shape));
    eachPair(a, b, shape, (left, right, to) => {
      isMet[to] = holds(comparison, left, right) ? 1 : 0;
    });
    const result = new Float32Array(isMet.length);
    eachPair(x, y, shape, (yes, no, to) => {
      result[to] = isMet[to] ? yes : no;
    });
    return { output: { dtype: 'float32', shape, data: result } };
  };
};

export const prelu: Prepare<'prelu'> = ({ numParameters }, model) => {
  const { data } = model.parameter('weight');
  return unary((x) => {
    const weight: RunTensor = {
      dtype: 'float32',
      shape: preluWeightShape(numParameters, x.shape.length),
      data,
    };
    const result = new Float32Array(x.data.length);
    eachPair(x, weight, x.shape, (value, slope, to) => {
      result[to] = value > 0 ? value : value * slope;
    });
    return { dtype: 'float32', shape: x.shape, data: result };
  });
};
