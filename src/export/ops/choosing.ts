/** `Where` by a comparison, and `PRelu`. */
import { operatorOf } from '../../builder/comparisons.js';
import { preluWeightShape } from '../../builder/ops/prelu.js';
import type { Lowering } from '../lowering.js';

export const lowerWhere: Lowering<'where'> = ({ name, options }, { emitter, inputs: { a, b, x, y } }) => {
  const than = options.than ?? 0;
  const number = a.type.dtype === 'int32' ? Int32Array.of(than) : Float32Array.of(than);
  const constant = () =>
    emitter.initializer(`${name}.than`, { dtype: a.type.dtype, shape: [], data: number } as never); // data is of dtype
  const condition = emitter.emit(operatorOf(options.comparison), [a.name, b?.name ?? constant()], {
    name: `${name}.condition`,
  });
  return { output: { name: emitter.emit('Where', [condition, x.name, y.name], { name }) } };
};

export const lowerPrelu: Lowering<'prelu'> = ({ name, options }, { emitter, inputs: { x }, parameter }) => {
  const { data } = parameter('weight');
  const shape = preluWeightShape(options.numParameters, x.type.shape.length);
  const weight = emitter.initializer(`${name}.weight`, { dtype: 'float32', shape, data });
  return { output: { name: emitter.emit('PRelu', [x.name, weight], { name }) } };
};
