/** Where the largest entry along an axis is, on tfjs, whose own argMax passes over NaN. */
import { largestPlaces } from '../largest-places.js';
import { checkNotEmpty } from '../ops/reduce.js';
import { normalizeAxis } from '../shape.js';
import type { Forward } from './forward-op.js';

export const argmax: Forward<'argmax'> = ({ x }, { axis: stated, selectLastIndex }, { tf }) => {
  const axis = normalizeAxis(stated, x.shape, 'argmax');
  checkNotEmpty(x.shape, axis, 'argmax');
  const places = largestPlaces(x.dataSync(), x.shape, axis, selectLastIndex);
  return { output: tf.tensor(places, x.shape.toSpliced(axis, 1), 'int32') };
};
