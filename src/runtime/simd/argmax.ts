/** Where the largest entry along an axis is. */
import { largestPlaces } from '../../builder/largest-places.js';
import { checkNotEmpty } from '../../builder/ops/reduce.js';
import { normalizeAxis } from '../../builder/shape.js';
import { type Prepare, unary } from './operator.js';

export const argmax: Prepare<'argmax'> = ({ axis: stated, selectLastIndex }) =>
  unary(({ shape, data }) => {
    const axis = normalizeAxis(stated, shape, 'argmax');
    checkNotEmpty(shape, axis, 'argmax');
    const places = largestPlaces(data, shape, axis, selectLastIndex);
    return { dtype: 'int32', shape: shape.toSpliced(axis, 1), data: places };
  });
