/** Data whose batches are pieces of long sequences side by side: what it asks of the options. */
import type { Samples } from '../../data/dataset.js';
import { checkLoader, isLoader, type SampleLoader } from '../../data/sample-loader.js';
import { LstmOnnxError } from '../../errors.js';

/** How many sequences the data reads side by side; undefined for samples that stand alone. */
export function streamsOf(data: Samples | SampleLoader, role: string): number | undefined {
  if (!isLoader<SampleLoader>(data)) return undefined;
  checkLoader(role, data);
  return data.streams;
}

/**
 * The options of batches, which streams decide: a piece of each sequence, in order.
 *
 * @throws E_INVALID_OPTION for another size of batches, or a random order
 */
export function optionsOfStreams<O extends { readonly batchSize?: number; readonly shuffle?: boolean }>(
  options: O,
  streams: number | undefined,
): O {
  if (streams === undefined) return options;
  const { batchSize = streams, shuffle } = options;
  if (batchSize !== streams) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The data has ${streams} streams and the option batchSize is ${batchSize}; a batch is a piece of each stream. Leave batchSize out.`,
    );
  }
  if (shuffle === true) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      'Streams are read in order, so that each piece goes on from the states of the one before; leave the option shuffle out.',
    );
  }
  return { ...options, batchSize, shuffle: false };
}
