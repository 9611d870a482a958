/** The size of a dimension. */
import { dim } from '../../nd-array.js';
import { type Prepare, unary } from './operator.js';

export const size: Prepare<'size'> = ({ axis }) =>
  unary(({ shape }) => ({ dtype: 'float32', shape: [], data: Float32Array.of(dim(shape, axis)) }));
