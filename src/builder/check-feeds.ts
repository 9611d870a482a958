/** Checks feeds against a network's inputs, and reads the sizes of its named dimensions from them. */

import { LstmOnnxError } from '../errors.js';
import { dim } from '../nd-array.js';
import { factorsOf } from './dim-names.js';
import type { Network } from './network.js';
import { type Dim, formatShape, type Shape } from './shape.js';

/** What is needed of a feed to check it. */
interface FeedType {
  readonly dtype: string;
  readonly shape: readonly number[];
}

/**
 * Checks feeds against the network's inputs.
 *
 * @returns the sizes that the named dimensions have in these feeds
 * @throws E_MISSING_NAME, E_UNKNOWN_NAME, E_DTYPE_MISMATCH, E_SHAPE_MISMATCH
 */
export function checkFeeds(network: Network, feeds: Readonly<Record<string, FeedType>>): Map<string, number> {
  const names = Object.keys(network.inputs);
  for (const name of Object.keys(feeds)) {
    if (!names.includes(name)) {
      throw new LstmOnnxError(
        'E_UNKNOWN_NAME',
        `The network has no input '${name}'; its inputs are ${names.join(', ')}.`,
      );
    }
  }
  const dims = new Map<string, number>();
  for (const [name, type] of Object.entries(network.inputs)) {
    const feed = feeds[name];
    if (!feed) throw new LstmOnnxError('E_MISSING_NAME', `Input '${name}' is missing in the feeds.`);
    if (feed.dtype !== type.dtype) {
      throw new LstmOnnxError(
        'E_DTYPE_MISMATCH',
        `Input '${name}' is ${feed.dtype}, expected ${type.dtype}.`,
      );
    }
    const fits =
      feed.shape.length === type.shape.length &&
      type.shape.every(
        (dim, i) => (typeof dim === 'number' ? dim : (dims.get(dim) ?? feed.shape[i])) === feed.shape[i],
      );
    if (!fits) {
      const known = [...dims].map(([dim, size]) => `${dim} = ${size}`).join(', ');
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `Input '${name}' has shape ${formatShape(feed.shape)}, expected ${formatShape(type.shape)}` +
          `${known ? ` where ${known}` : ''}.`,
      );
    }
    noteDims(dims, type.shape, feed.shape);
  }
  return dims;
}

/** The size of a dimension, where those of its name or of the names in it are known. */
export function sizeIn(dims: ReadonlyMap<string, number>, dim: Dim): number | undefined {
  if (typeof dim === 'number') return dim;
  const known = dims.get(dim);
  if (known !== undefined) return known;
  const { factor, names } = factorsOf(dim);
  const sizes = names.map((name) => dims.get(name));
  return sizes.reduce(
    (size, own) => (size === undefined || own === undefined ? undefined : size * own),
    factor,
  );
}

/**
 * Notes the size of each named dimension of a shape.
 *
 * @throws E_SHAPE_MISMATCH where one has another size than before, as a series that is cut and padded again has when it is too short
 */
export function noteDims(dims: Map<string, number>, shape: Shape, sizes: readonly number[]): void {
  shape.forEach((name, axis) => {
    if (typeof name !== 'string') return;
    const size = dim(sizes, axis);
    const known = dims.get(name) ?? size;
    if (known !== size) {
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `The dimension ${name} is ${known} in one place and ${size} in another, of ${formatShape(sizes)}: the input is too short.`,
      );
    }
    dims.set(name, size);
  });
}
